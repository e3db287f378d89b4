package form

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurnIsWaitedForNoLonger has one reader wait for a plugin that hangs, and another one leave: that one is free at
// once, and the next has the turn when the first has ended.
func TestTurnIsWaitedForNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waited turn
		if err := waited.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		leaving, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if err := waited.take(leaving); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who has left gets %v", err)
		}
		next := make(chan error)
		go func() { next <- waited.take(t.Context()) }()
		synctest.Wait()
		waited.end()
		if err := <-next; err != nil {
			t.Errorf("the next gets %v", err)
		}
	})
}
