package plugin

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestOfReadingHoldsNobodyUp makes something from a new reading, which takes for ever: what was made from the one
// before is there meanwhile, callers who give up return at once, and the others share what is made in the end.
func TestOfReadingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, built := newOfReading[string](), 0
		makes := func(what string, lasts bool, until <-chan struct{}) func(context.Context) (string, bool, error) {
			return func(ctx context.Context) (string, bool, error) {
				built++
				select {
				case <-until:
					return what, lasts, nil
				case <-ctx.Done():
					return "", false, ctx.Err()
				}
			}
		}
		now, later := make(chan struct{}), make(chan struct{})
		close(now)
		if got, err := kept.get(t.Context(), 1, makes("old", true, now)); got != "old" || err != nil {
			t.Fatal(got, err)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		ended := make(chan error, 4)
		ask := func(ctx context.Context, want string) {
			go func() {
				got, err := kept.get(ctx, 2, makes("new", true, later))
				if err == nil && got != want {
					t.Errorf("made %q", got)
				}
				ended <- err
			}()
			synctest.Wait()
		}
		ask(impatient, "") // It makes it.
		ask(impatient, "") // It waits for that.
		ask(t.Context(), "new")
		ask(t.Context(), "new")
		if got, err := kept.get(t.Context(), 1, nil); got != "old" || err != nil {
			t.Errorf("what is kept: %q, %v", got, err)
		}
		giveUp()
		for range 2 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up is told %v", err)
			}
		}
		close(later)
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if built != 3 {
			t.Errorf("it was made %d times", built) // The old one, the one that was given up, the new one.
		}
		for range 2 {
			if got, err := kept.get(t.Context(), 3, makes("passing", false, now)); got != "passing" || err != nil {
				t.Error(got, err)
			}
		}
		if built != 5 {
			t.Error("what does not last is kept")
		}
	})
}
