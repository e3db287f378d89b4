package notify

import (
	"strconv"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["retention"] = testRetention
	for name, ahead := range map[string]time.Duration{"ahead": 1000 * day, "behind": -1000 * day} {
		databaseTests["retention by a machine that is "+name] = func(t *testing.T, database *store.Store) {
			if database.Pool() != nil { // Another one has the clock of this process.
				setDatabaseClock(t, database, -ahead)
				testRetention(t, database)
			}
		}
	}
}

const day = 24 * time.Hour

// TestRetentionByDefault holds for how long is kept what has ended: what was delivered, and what was not.
func TestRetentionByDefault(t *testing.T) {
	for _, c := range []struct{ delivered, failed, wantDelivered, wantFailed time.Duration }{
		{0, 0, 7 * day, 90 * day}, {3 * day, 5 * day, 3 * day, 5 * day},
	} {
		kept := withDefaults(Configuration{Limits: Limits{KeepDelivered: c.delivered, KeepFailed: c.failed}})
		if kept.KeepDelivered != c.wantDelivered || kept.KeepFailed != c.wantFailed {
			t.Errorf("%+v: %s, %s", c, kept.KeepDelivered, kept.KeepFailed)
		}
	}
}

// testRetention ends notifications at several times by the clock of the database: what is kept no longer is forgotten,
// also where it is more than one statement forgets, and by nobody else.
func testRetention(t *testing.T, database *store.Store) {
	s := newService(t, database)
	config := riverConfig(s)
	for _, kept := range []time.Duration{config.CompletedJobRetentionPeriod, config.CancelledJobRetentionPeriod,
		config.DiscardedJobRetentionPeriod} {
		if kept != -1 {
			t.Errorf("River removes what has ended %s ago, by the clock of a machine", kept)
		}
	}
	fill(t, s, map[string]int{"delivered": forgottenAtOnce + 1})
	execute(t, database, "UPDATE river_job SET finalized_at = "+ago(s, 8*day))
	want := map[int64]bool{}
	for key, one := range map[string]struct {
		state string
		ago   time.Duration
		kept  bool
	}{
		"waits": {kept: true}, "delivered": {"completed", 7*day - time.Minute, true},
		"delivered earlier": {"completed", 7*day + time.Minute, false},
		"dead":              {"cancelled", 90*day - time.Minute, true},
		"dead earlier":      {"cancelled", 90*day + time.Minute, false},
		"exhausted":         {"discarded", 90*day - time.Minute, true},
		"exhausted earlier": {"discarded", 90*day + time.Minute, false},
	} {
		id := insertOne(t, s, key)
		if want[id] = one.kept; one.state != "" {
			execute(t, database, "UPDATE river_job SET state = '"+one.state+"', finalized_at = "+ago(s, one.ago)+
				" WHERE id = "+strconv.FormatInt(id, 10))
		}
	}
	if err := s.forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := s.queue.listIDs(t.Context(), shared.ListRequest{}, 10, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range left {
		if !want[id] {
			t.Errorf("%d is kept", id)
		}
		delete(want, id)
	}
	for id, kept := range want {
		if kept {
			t.Errorf("%d was forgotten", id)
		}
	}
}

// ago is so long before the present of the database, as it writes a time.
func ago(s *Service, since time.Duration) string {
	at := s.clock.Now().Add(-since)
	if s.configuration.Store.Pool() == nil {
		return "'" + at.UTC().Format("2006-01-02 15:04:05.000") + "'"
	}
	return "'" + at.UTC().Format(time.RFC3339Nano) + "'"
}
