package notify

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	const wrong = 26 * time.Hour
	databaseTests["clock of a machine that is ahead"] = testClockOfMachine(wrong)
	databaseTests["clock of a machine that is behind"] = testClockOfMachine(-wrong)
	databaseTests["clock of a machine that is set"] = testClockOfMachineSet
}

// testClockOfMachine has a shared database whose clock is right, as that of this process's machine is not. What is
// accepted is due at once; what is refused or put off waits for as long as it is to; and every time that others see is
// that of the database.
func testClockOfMachine(ahead time.Duration) func(*testing.T, *store.Store) {
	return func(t *testing.T, database *store.Store) {
		if database.Pool() == nil {
			return // It has the clock of this process.
		}
		setDatabaseClock(t, database, -ahead)
		s, d := newService(t, database), tellFrom(t, database)
		ids := map[string]int64{}
		for _, key := range []string{"refused", "refused by the policy", "put off", "put off until", "delivered", "expires"} {
			taken, err := s.take(t.Context(), []outgoing{{Key: key, To: "you@example.com",
				Expires: map[string]time.Time{"expires": s.clock.Now().Add(time.Hour)}[key]}})
			if err != nil {
				t.Fatal(err)
			}
			ids[key] = taken[0].id
			job := jobOf(t, s, ids[key])
			d.near(t, key+": accepted", job.CreatedAt, 0)
			d.near(t, key+": due", job.ScheduledAt, 0)
		}
		if t.Failed() {
			return // They may be taken in a day.
		}
		workAll(t, s, ids)
		for key, want := range map[string]struct {
			state rivertype.JobState
			wait  time.Duration
		}{
			"refused": {rivertype.JobStateRetryable, retryAfter}, "put off": {rivertype.JobStateScheduled, retryAfter},
			"refused by the policy": {rivertype.JobStateRetryable, 2 * retryAfter},
			"put off until":         {rivertype.JobStateScheduled, 3 * retryAfter},
			"expires":               {rivertype.JobStateScheduled, time.Hour},
		} {
			job := jobOf(t, s, ids[key])
			if job.State != want.state {
				t.Errorf("%s: it is %s", key, job.State)
			}
			d.near(t, key+": tried again", job.ScheduledAt, want.wait)
			for _, failed := range job.Errors {
				d.near(t, key+": noted", failed.At, 0)
			}
		}
		delivered := jobOf(t, s, ids["delivered"])
		d.near(t, "delivered", *delivered.FinalizedAt, 0)
		if err := s.expire(t.Context()); err != nil || jobOf(t, s, ids["expires"]).FinalizedAt != nil {
			t.Errorf("one has expired before its time, %v", err)
		}
		checkTimesShown(t, s, d, ids["refused"])
	}
}

// workAll has a worker of this process do what the keys say.
func workAll(t *testing.T, s *Service, ids map[string]int64) {
	t.Helper()
	var keys []string
	for key := range ids {
		keys = append(keys, key)
	}
	worked := make(chan struct{}, len(keys))
	running := startWorker(t, s, s.node, func(ctx context.Context, job *river.Job[outgoing]) error {
		defer func() { worked <- struct{}{} }()
		switch job.Args.Key {
		case "put off":
			return river.JobSnooze(retryAfter)
		case "put off until":
			return s.putBack(s.clock.Now().Add(3 * retryAfter))
		case "expires":
			return untilExpiry(job.Args, s.clock.Now(), river.JobSnooze(24*time.Hour))
		case "delivered":
			if err := s.completed(ctx, job.ID, deliveredNote{}); err != nil {
				return err
			}
			return reported{}
		default:
			return errors.New(encode(greylisted))
		}
	}, keys...)
	for range keys {
		<-worked
	}
	stopWorker(t, running)
	at := s.clock.Now().Add(2 * retryAfter)
	s.retryAt.Store(ids["refused by the policy"], at)
	if next := (&worker{service: s}).NextRetry(&river.Job[outgoing]{JobRow: jobOf(t, s,
		ids["refused by the policy"])}); !next.Equal(at) {
		t.Errorf("the policy's time %s becomes %s", at, next)
	}
	execute(t, s.configuration.Store, fmt.Sprintf("UPDATE river_job SET scheduled_at = '%s' WHERE id = %d",
		at.UTC().Format(time.RFC3339Nano), ids["refused by the policy"]))
}

// checkTimesShown compares the times of everything else that is written down with the database's.
func checkTimesShown(t *testing.T, s *Service, d told, id int64) {
	t.Helper()
	let, ok := s.breaker.admit(t.Context(), policy.Attempt{Message: policy.Message{ID: fmt.Sprint(id)}})
	if !ok {
		t.Fatal("nothing is admitted")
	}
	s.breaker.refused(t.Context(), let, loginRefused, refused, present)
	_, kept, err := s.breaker.rows.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.near(t, "paused", kept.Since, 0)
	d.near(t, "looked again", kept.Next, s.breaker.policy.Login.First)
	if _, err := s.Cancel(t.Context(), shared.NotificationRequest{ID: fmt.Sprint(id), Actor: "anna"}); err != nil {
		t.Fatal(err)
	}
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
	if err != nil || len(detail.Operations) != 1 {
		t.Fatalf("%+v, %v", detail, err)
	}
	d.near(t, "cancelled", detail.Operations[0].At, 0)
	s.buckets.count(tally{failed: 1})
	if err := s.buckets.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	figures, err := s.Statistics(t.Context(), shared.StatisticsRequest{Width: time.Minute})
	if err != nil || len(figures) == 0 {
		t.Fatalf("%+v, %v", figures, err)
	}
	d.from = d.from.Truncate(time.Minute)
	d.near(t, "counted", figures[len(figures)-1].Began, 0)
}

// told is a time of the database from which on everything is written down that a test looks at.
type told struct {
	database *store.Store
	from     time.Time
}

func tellFrom(t *testing.T, database *store.Store) told {
	t.Helper()
	now, err := store.ClockOfPostgres(t.Context(), database.DB())
	if err != nil {
		t.Fatal(err)
	}
	return told{database, now}
}

// near holds that a time is so long after one between that and the present of the database. River adds some at random.
func (d told) near(t *testing.T, what string, at time.Time, after time.Duration) {
	t.Helper()
	const inexact = 10 * time.Second
	now := tellFrom(t, d.database).from
	if since := at.Add(-after); since.Before(d.from.Add(-inexact)) || since.After(now.Add(inexact)) {
		t.Errorf("%s: %s, which is not %s after a time from %s to %s", what, at, after, d.from, now)
	}
}

// testClockOfMachineSet sets the database's clock while a process works with it: the next look at it is soon.
func testClockOfMachineSet(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return
	}
	s := newService(t, database)
	for _, ahead := range []time.Duration{-26 * time.Hour, 26 * time.Hour, 0} {
		setDatabaseClock(t, database, ahead)
		if err := s.pulse.beat(t.Context()); err != nil && !errors.Is(err, errHolding) {
			t.Fatal(err)
		}
		tellFrom(t, database).near(t, "after it was set", s.clock.Now(), 0)
	}
}

// setDatabaseClock has the clock of the database be ahead of this process's.
func setDatabaseClock(t *testing.T, database *store.Store, ahead time.Duration) {
	t.Helper()
	var name string
	if err := database.DB().QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	for function, volatility := range map[string]string{"now": "STABLE", "clock_timestamp": "VOLATILE"} {
		execute(t, database, fmt.Sprintf("CREATE OR REPLACE FUNCTION public.%s() RETURNS timestamptz LANGUAGE sql %s AS"+
			" $$ SELECT pg_catalog.%s() + interval '%.0f seconds' $$", function, volatility, function, ahead.Seconds()))
	}
	execute(t, database, fmt.Sprintf("ALTER DATABASE %q SET search_path = public, pg_catalog", name))
	database.Pool().Reset()
}
