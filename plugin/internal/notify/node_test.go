package notify

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestLease has a process say that it lives, and be kept from it.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &nodeClaim{}
		if _, current := c.lapses(); current {
			t.Error("it may deliver before it has said that it lives")
		}
		live := func(long time.Duration) {
			for range long / heartbeat {
				c.lived(time.Now())
				time.Sleep(heartbeat)
			}
		}
		live(time.Minute)
		if count, current := c.lapses(); count != 0 || !current {
			t.Errorf("it lapsed %d times, is current %t", count, current)
		}
		if c.silence() != lease {
			t.Errorf("after a minute it takes over after %s", c.silence())
		}
		time.Sleep(lease - heartbeat)
		if _, current := c.lapses(); current {
			t.Error("it sends although others may be about to take over")
		}
		time.Sleep(heartbeat) // The database was away.
		c.lived(time.Now())
		if count, current := c.lapses(); count != 1 || !current {
			t.Errorf("after a gap it lapsed %d times, is current %t", count, current)
		}
		// The others could not say that they live either, so nobody is taken for dead before they had the time to.
		if c.silence() <= lease {
			t.Errorf("right after a gap it takes over after %s", c.silence())
		}
		live(lease)
		if c.silence() != lease {
			t.Errorf("a while after a gap it takes over after %s", c.silence())
		}
	})
}
