package throttle_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/host/internal/throttle"
)

// TestAllow sends one thing after the other, with a second between some of them, through a throttle of 10 bytes a
// second and 20 at once.
func TestAllow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flow := throttle.New(10, 20)
		for i, c := range []struct {
			pause   time.Duration
			size    int
			allowed bool
			before  int
		}{
			{size: 15, allowed: true},
			{size: 6},
			{size: 6, before: 1},
			{size: 5, allowed: true, before: 2}, // What is small enough still passes.
			{size: 1},
			{pause: time.Second, size: 10, allowed: true, before: 1},
			{size: 0, allowed: true},
			{pause: time.Hour, size: 21}, // More than the burst never passes.
			{size: 20, allowed: true, before: 1},
			{pause: time.Second, size: 11},
			{size: 10, allowed: true, before: 1},
		} {
			time.Sleep(c.pause)
			if allowed, before := flow.Allow(c.size); allowed != c.allowed || before != c.before {
				t.Errorf("%d: %d bytes are allowed: %t, with %d left out before, not as in %+v", i, c.size, allowed, before, c)
			}
		}
	})
}
