package notify

import (
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

func init() { databaseTests["clock that was ahead"] = testClockThatWasAhead }

// testClockThatWasAhead has rows as a clock leaves them that was a day ahead, of every process or of one alone: their
// turn comes when the clock is right again. What waits for as long as it is to is left alone.
func testClockThatWasAhead(t *testing.T, database *store.Store) {
	s := newService(t, database)
	const day = 24 * time.Hour
	refused := encode(greylisted)
	for key, c := range map[string]struct {
		state                         rivertype.JobState
		created, attempted, scheduled time.Duration // from now
		refused, back                 bool
	}{
		"accepted":             {"available", day, 0, day, false, true},
		"accepted before":      {"available", day - time.Hour, 0, day - time.Hour, false, true},
		"put back":             {"scheduled", 0, day, day + 4*time.Second, false, true},
		"put back by another":  {"scheduled", 0, 0, day + 4*time.Second, false, true},
		"refused":              {"retryable", 0, day, day + time.Hour, true, true},
		"refused by another":   {"retryable", 0, 0, day + time.Hour, true, true},
		"waits as it is asked": {"retryable", 0, 0, day - time.Minute, true, false},
		"waits for its thread": {"scheduled", 0, 0, time.Minute, false, false},
		"waits for a key":      {"scheduled", 0, 0, 10 * time.Minute, true, false},
		"held":                 {"pending", day, 0, day, false, false},
		"under way":            {"running", day, day, day, false, false},
	} {
		id := insertOne(t, s, key)
		at := func(after time.Duration) any { return s.queue.dialect.instant(time.Now().Add(after)) }
		if _, err := database.DB().Exec("UPDATE river_job SET state = CAST($1 AS "+s.queue.dialect.stateType+
			"), created_at = $2, attempted_at = $3, scheduled_at = $4 WHERE id = $5", string(c.state), at(c.created),
			at(c.attempted), at(c.scheduled), id); err != nil {
			t.Fatal(err)
		}
		if c.refused {
			one := fmt.Sprintf(`{"at": %q, "attempt": 1, "error": %q}`, time.Now().UTC().Format(time.RFC3339), refused)
			if _, err := database.DB().Exec(fmt.Sprintf("UPDATE river_job SET errors = "+s.queue.dialect.failed+
				" WHERE id = $2", "$1"), one, id); err != nil {
				t.Fatal(err)
			}
		}
		before := jobOf(t, s, id)
		for _, chore := range s.chores {
			if err := chore.do(t.Context()); err != nil {
				t.Fatal(chore.what, err)
			}
		}
		after := jobOf(t, s, id)
		soon := time.Now().Add(time.Second)
		back := after.State == rivertype.JobStateAvailable && after.ScheduledAt.Before(soon) && after.CreatedAt.Before(soon)
		left := after.State == before.State && after.ScheduledAt.Equal(before.ScheduledAt)
		if c.back != back || c.back == left {
			t.Errorf("what is %s is %s, at %s, accepted at %s", key, after.State, after.ScheduledAt, after.CreatedAt)
		}
		execute(t, database, fmt.Sprintf("UPDATE river_job SET state = 'pending' WHERE id = %d", id)) // Out of the way.
	}
}
