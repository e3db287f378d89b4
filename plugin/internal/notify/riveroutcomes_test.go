package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// anyFailure stands for whichever cause.
const anyFailure = "*"

// riverOutcome is what a worker does with a job, and what River makes of it.
type riverOutcome struct {
	name    string
	work    func(ctx context.Context, s *Service, id int64) error
	state   rivertype.JobState
	attempt int
	failure string // code of the cause; empty for none
	shown   shared.NotificationState
	away    time.Duration // how long the next attempt is away
}

var greylisted = finding.Finding{Severity: shared.SeverityError, Code: "greylisted"}

// returns is a worker that only returns the error.
func returns(err error) func(context.Context, *Service, int64) error {
	return func(context.Context, *Service, int64) error { return err }
}

// completes is a worker that commits the delivery, and returns the error.
func completes(err error) func(context.Context, *Service, int64) error {
	return func(ctx context.Context, s *Service, id int64) error {
		if _, err := s.queue.commit(context.WithoutCancel(ctx), []change{{complete: id}}); err != nil {
			panic(err)
		}
		return err
	}
}

// isCancelled is a worker to whom a user cancels the job while it works.
func isCancelled(work func(context.Context, *Service, int64) error) func(context.Context, *Service, int64) error {
	return func(ctx context.Context, s *Service, id int64) error {
		if _, err := s.queue.client.JobCancel(context.WithoutCancel(ctx), id); err != nil {
			panic(err)
		}
		return work(ctx, s, id)
	}
}

const lastAttempt = "refused for the last time"

var riverOutcomes = []riverOutcome{
	{"reported, and nothing else", returns(reported{}), rivertype.JobStateRunning, 1, "", shared.NotificationQueued, 0},
	{"delivered", completes(reported{}), rivertype.JobStateCompleted, 1, "", shared.NotificationDelivered, 0},
	{"delivered, not committed by us", returns(nil), rivertype.JobStateCompleted, 1, "", shared.NotificationDelivered, 0},
	{"delivered, and an error all the same", completes(errors.New(encode(greylisted))),
		rivertype.JobStateCompleted, 1, "", shared.NotificationDelivered, 0},
	{"cancelled and delivered", isCancelled(completes(reported{})),
		rivertype.JobStateCompleted, 1, "", shared.NotificationDelivered, 0},
	{"cancelled and refused", isCancelled(returns(errors.New(encode(greylisted)))),
		rivertype.JobStateCancelled, 1, anyFailure, shared.NotificationCancelled, 0},
	{"put back for a moment", returns(river.JobSnooze(schedulerInterval - 10*time.Millisecond)),
		rivertype.JobStateAvailable, 0, "", shared.NotificationQueued, schedulerInterval},
	{"put back for longer", returns(river.JobSnooze(2 * schedulerInterval)),
		rivertype.JobStateScheduled, 0, "", shared.NotificationQueued, 2 * schedulerInterval},
	{"refused", returns(errors.New(encode(greylisted))),
		rivertype.JobStateRetryable, 1, "greylisted", shared.NotificationRetrying, 30 * time.Second},
	{"refused for good", returns(dead(greylisted)),
		rivertype.JobStateCancelled, 1, "greylisted", shared.NotificationDead, 0},
	{lastAttempt, returns(errors.New(encode(greylisted))),
		rivertype.JobStateDiscarded, maxAttempts, "greylisted", shared.NotificationDead, 0},
	{"a defect", func(context.Context, *Service, int64) error { panic("nil map") },
		rivertype.JobStateRetryable, 1, "internal", shared.NotificationRetrying, 30 * time.Second},
}

// testOutcomes holds what River makes of each outcome that a worker returns, [reported] included, which imitates an
// error of River's that is not exported: little of it is promised in River's documentation, and the delivery relies on
// all of it.
func testOutcomes(t *testing.T, database *store.Store) {
	s := newService(t, database)
	for _, c := range riverOutcomes {
		t.Run(c.name, func(t *testing.T) {
			began, id := time.Now(), insertOne(t, s, c.name)
			if c.name == lastAttempt {
				if _, err := database.DB().Exec("UPDATE river_job SET attempt = max_attempts - 1 WHERE id = $1", id); err != nil {
					t.Fatal(err)
				}
			}
			worked := make(chan struct{})
			once := sync.OnceFunc(func() { close(worked) })
			running := startWorker(t, s, "one", func(ctx context.Context, job *river.Job[outgoing]) error {
				defer once()
				return c.work(ctx, s, job.ID)
			}, c.name)
			<-worked
			stopWorker(t, running)
			c.check(t, jobOf(t, s, id), began)
		})
	}
	checkCounts(t, s)
}

// check compares; the job was worked after began.
func (c riverOutcome) check(t *testing.T, job *rivertype.JobRow, began time.Time) {
	t.Helper()
	if job.State != c.state || job.Attempt != c.attempt || stateOf(job) != c.shown {
		t.Errorf("it is %s after %d attempts, and shown %s; want %s after %d, %s: "+
			"see whether Work, reported and stateOf fit River's executor",
			job.State, job.Attempt, stateOf(job), c.state, c.attempt, c.shown)
	}
	finished := slices.Contains([]rivertype.JobState{
		rivertype.JobStateCompleted, rivertype.JobStateCancelled, rivertype.JobStateDiscarded,
	}, c.state)
	if finished != (job.FinalizedAt != nil) {
		t.Errorf("finished at %v", job.FinalizedAt)
	}
	failure := failureOf(job)
	code := ""
	if failure != nil {
		code = failure.Code
	}
	if c.failure != anyFailure && c.failure != code {
		t.Errorf("its failure is %+v", failure)
	}
	const rounding = 100 * time.Millisecond
	earliest, latest := began.Add(c.away-rounding), time.Now().Add(c.away+rounding)
	if c.away > 0 && (job.ScheduledAt.Before(earliest) || job.ScheduledAt.After(latest)) {
		t.Errorf("the next attempt is at %s, want one from %s to %s", job.ScheduledAt, earliest, latest)
	}
}
