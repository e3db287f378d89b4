package notify

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
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

// testNodes has processes deliver from a shared database, end and die: each is known as long as it lives, and a
// successor on the same machine need not wait for the lease of the one that died.
func testNodes(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return
	}
	rescued := map[string][]time.Duration{}
	node := func(name, directory string) *nodeClaim {
		return &nodeClaim{
			db: database.DB(), me: thisProcess(name, time.Now()), logger: hclog.NewNullLogger(),
			lockPath: filepath.Join(directory, "notifications.lock"),
			rescue: func(_ context.Context, silent time.Duration) error {
				rescued[name] = append(rescued[name], silent)
				return nil
			},
		}
	}
	known := func(asked *nodeClaim, want ...string) {
		t.Helper()
		holders, err := asked.holders(t.Context())
		var names []string
		for _, one := range holders {
			names = append(names, one.Node)
			if !one.Since.Truncate(time.Second).Equal(asked.me.Since.Truncate(time.Second)) &&
				time.Since(one.Since) > time.Minute {
				t.Errorf("%s delivers since %s", one.Node, one.Since)
			}
		}
		if slices.Sort(names); err != nil || !slices.Equal(names, want) {
			t.Errorf("known are %v, want %v, %v", names, want, err)
		}
	}
	shared, other := t.TempDir(), t.TempDir()
	first, second := node("first", shared), node("second", other)
	for _, one := range []*nodeClaim{first, second} {
		if taken, err := one.take(t.Context()); err != nil || !taken {
			t.Fatal(taken, err)
		}
		if _, current := one.lapses(); !current {
			t.Errorf("%s may not send although it has just said that it lives", one.me.Node)
		}
		if kept, err := one.keep(t.Context()); err != nil || !kept {
			t.Error(kept, err)
		}
	}
	known(first, "first", "second")
	if silent := rescued["first"]; len(silent) != 1 || silent[0] < 365*24*time.Hour {
		t.Errorf("at its start it takes over what has been silent for %v", silent)
	}
	second.release(t.Context())
	known(first, "first")
	first.lock.release() // It dies: the system releases its lock, and nothing is written down.
	known(second, "first")
	successor := node("successor", shared)
	if taken, err := successor.take(t.Context()); err != nil || !taken {
		t.Fatal(taken, err)
	}
	known(successor, "successor")
	successor.release(t.Context())
	known(successor)
}
