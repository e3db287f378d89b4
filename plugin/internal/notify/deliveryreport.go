package notify

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// attempts tells its watchers of each attempt to deliver. Nothing is recorded while there are none.
type attempts struct {
	mu       sync.Mutex
	watchers map[chan shared.Delivery]struct{}
}

// watcherBacklog is how many attempts wait for a slow watcher before further ones are left out.
const watcherBacklog = 1000

// Deliveries tells of each attempt that ends until ctx does.
func (s *Service) Deliveries(ctx context.Context, send func(shared.Delivery) error) error {
	ended, leave := s.attempts.watch()
	defer leave()
	for {
		select {
		case one := <-ended:
			if err := send(one); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (a *attempts) watch() (ended <-chan shared.Delivery, leave func()) {
	watcher := make(chan shared.Delivery, watcherBacklog)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.watchers == nil {
		a.watchers = map[chan shared.Delivery]struct{}{}
	}
	a.watchers[watcher] = struct{}{}
	return watcher, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.watchers, watcher)
	}
}

// begin records an attempt from now on; it returns nil, which records nothing, when nobody watches.
func (a *attempts) begin(job *river.Job[outgoing]) *attempt {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.watchers) == 0 {
		return nil
	}
	return &attempt{told: a, delivery: shared.Delivery{
		ID: strconv.FormatInt(job.ID, 10), Attempt: job.Attempt, TraceParent: job.Args.TraceParent, Started: time.Now(),
	}}
}

// attempt is one that is under way. A nil attempt records nothing.
type attempt struct {
	told     *attempts
	delivery shared.Delivery
}

// trace records the steps of the conversation with the server.
func (a *attempt) trace() *smtpconn.Trace {
	if a == nil {
		return nil
	}
	return &smtpconn.Trace{StepFinished: func(step smtpconn.Step, result smtpconn.Result, took time.Duration,
		_ smtpconn.Detail) {
		now := time.Now()
		a.delivery.Steps = append(a.delivery.Steps, shared.DeliveryStep{
			ID: string(step), Started: now.Add(-took), Finished: now, Status: diagnosis.Status(result),
		})
	}}
}

// end tells of the attempt. failure is the code of its diagnostic, empty when the notification was delivered.
func (a *attempt) end(failure string) {
	if a == nil {
		return
	}
	a.delivery.Finished, a.delivery.Failure = time.Now(), failure
	a.told.mu.Lock()
	defer a.told.mu.Unlock()
	for watcher := range a.told.watchers {
		select {
		case watcher <- a.delivery:
		default:
		}
	}
}
