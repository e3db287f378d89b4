package secret

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestDataKeysAreForgotten holds that a data key is asked for again when its time has passed, that refusals are not
// remembered, and that memory is bounded.
func TestDataKeysAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var keys dataKeys
		asked, withdrawn := 0, errors.New("permission denied")
		var refusal error
		unwrap := func() error {
			plain, err := keys.unwrap(t.Context(), "wrapped", func(context.Context) ([]byte, error) {
				asked++
				return []byte("plain"), refusal
			})
			if err == nil && string(plain) != "plain" {
				t.Errorf("unwrapped to %q", plain)
			}
			return err
		}
		refusal = withdrawn
		for range 2 {
			if err := unwrap(); !errors.Is(err, withdrawn) {
				t.Errorf("the refusal is %v", err)
			}
		}
		if refusal = nil; unwrap() != nil || asked != 3 {
			t.Errorf("a refusal is remembered; asked %d times", asked)
		}
		refusal = withdrawn
		time.Sleep(dataKeyLifetime - time.Second)
		if err := unwrap(); err != nil || asked != 3 {
			t.Errorf("before its time has passed: asked %d times, %v", asked, err)
		}
		time.Sleep(time.Second)
		if err := unwrap(); !errors.Is(err, withdrawn) {
			t.Errorf("a key that was withdrawn opens after its time: %v", err)
		}
		for i := range 3 * maxDataKeys {
			keys.remember(fmt.Sprint(i), []byte("plain"))
			if _, found := keys.recall(fmt.Sprint(i)); !found || len(keys.known) > maxDataKeys {
				t.Fatalf("the newest is remembered: %t, among %d", found, len(keys.known))
			}
		}
	})
}
