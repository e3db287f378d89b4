package secret_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
)

// TestSealing waits for what had begun before, and for nothing that begins later; beginning never waits.
func TestSealing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sealing secret.Sealing
		if err := sealing.Await(t.Context()); err != nil {
			t.Errorf("nothing is under way: %v", err)
		}
		first, second := sealing.Begin(), sealing.Begin()
		waiters := make(chan int, 3)
		wait := func(number int) {
			go func() {
				if err := sealing.Await(t.Context()); err != nil {
					t.Error(err)
				}
				waiters <- number
			}()
			synctest.Wait()
		}
		wait(1)
		third := sealing.Begin() // A waiter does not hold it up.
		wait(2)
		for _, step := range []struct {
			end  func()
			free []int
		}{{first, nil}, {first, nil}, {second, []int{1}}, {third, []int{2}}} {
			step.end()
			synctest.Wait()
			var free []int
			for range len(waiters) {
				free = append(free, <-waiters)
			}
			if len(free) != len(step.free) || len(free) == 1 && free[0] != step.free[0] {
				t.Errorf("free are %v, want %v", free, step.free)
			}
		}
		defer sealing.Begin()()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := sealing.Await(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up is told %v", err)
		}
	})
}
