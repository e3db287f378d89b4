//go:build unix

package notify

import (
	"maps"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// TestMove moves a database to the other engine and back: every notification keeps all that is known of it, its number
// and its idempotency key, and so do revisions, the last verification and the pause.
func TestMove(t *testing.T) {
	postgres := engines["postgres"](t)
	first := newService(t, openEmbedded(t))
	fillForMove(t, first)
	before, counts := jobsOf(t, first), countsOf(t, first)
	for _, open := range []func(testing.TB) *store.Store{postgres, openEmbedded} {
		next := newService(t, open(t))
		told := map[string]int64{}
		moved, err := first.MoveTo(t.Context(), next, "anna", func(table string, done, all int64) {
			if done < told[table] || done > all {
				t.Errorf("%s: %d of %d after %d", table, done, all, told[table])
			}
			told[table] = done
		})
		if err != nil || moved.Revisions != 2 || moved.Notifications != int64(len(before)) ||
			told[jobTable] != moved.Notifications {
			t.Fatalf("%+v, %v; told %v", moved, err, told)
		}
		after := jobsOf(t, next)
		for id, job := range before {
			if after[id] != job {
				t.Fatalf("was %s\nis  %s", job, after[id])
			}
		}
		if now := countsOf(t, next); !maps.Equal(now, counts) || len(after) != len(before) {
			t.Errorf("%d jobs, counts %v, were %v", len(after), now, counts)
		}
		checkMoved(t, next)
		checkUnused(t, first)
		before = jobsOf(t, next) // One more: see checkMoved.
		counts = countsOf(t, next)
		first = next
	}
}
