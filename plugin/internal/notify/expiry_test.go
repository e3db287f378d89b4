package notify

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["expiry of what waits"] = testExpiryOfWhatWaits }

// testExpiryOfWhatWaits has more notifications expire than end in one statement, while no worker looks at any: those
// end that wait, in whatever state, and no others.
func testExpiryOfWhatWaits(t *testing.T, database *store.Store) {
	s := newService(t, database)
	now := time.Now()
	var taken []outgoing
	add := func(count int, key string, expires time.Time, priority shared.Priority) {
		for n := range count {
			taken = append(taken, outgoing{Key: fmt.Sprint(key, n), To: "you@example.com", Expires: expires,
				Priority: priority})
		}
	}
	add(3, "useful", time.Time{}, "")
	add(3, "later", now.Add(time.Hour), "")
	add(expiredAtOnce+1, "waits", now.Add(-time.Second).UTC(), shared.PriorityLow)
	for _, key := range []string{"scheduled", "retryable", "pending", "running"} {
		add(1, key, now.Add(-time.Minute).UTC(), "")
	}
	inserted, err := s.take(t.Context(), taken)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{}
	for i, one := range inserted {
		ids[taken[i].Key] = one.id
	}
	for _, state := range []string{"scheduled", "retryable", "pending", "running"} {
		execute(t, database, fmt.Sprintf("UPDATE river_job SET state = '%s' WHERE id = %d", state, ids[state+"0"]))
	}
	failed := fmt.Sprintf("UPDATE river_job SET errors = "+s.queue.dialect.failed+" WHERE id = $2", "$1")
	greylisting := fmt.Sprintf(`{"at": %q, "attempt": 1, "error": %q}`, now.UTC().Format(time.RFC3339), encode(greylisted))
	if _, err := database.DB().Exec(failed, greylisting, ids["retryable0"]); err != nil {
		t.Fatal(err)
	}
	for _, chore := range s.chores {
		if err := chore.do(t.Context()); err != nil {
			t.Fatal(chore.what, err)
		}
	}
	want := map[shared.NotificationState]int{shared.NotificationExpired: expiredAtOnce + 3, shared.NotificationQueued: 8}
	got := map[shared.NotificationState]int{}
	for _, id := range ids {
		entry := newEntry(jobOf(t, s, id), english)
		if got[entry.State]++; entry.State == shared.NotificationExpired {
			again := id == ids["retryable0"]
			if entry.Finished.IsZero() || (entry.Attempts == 1) != again || (entry.Failure.Detail != "") != again {
				t.Errorf("it is %+v, because of %+v", entry, entry.Failure)
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
	checkClasses(t, s, "after the expiry", map[string]int{"expired": expiredAtOnce + 3, "queued": 8})
}
