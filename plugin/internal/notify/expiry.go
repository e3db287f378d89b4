package notify

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// errExpired means that the time until which a notification is of use has passed before it was on its way.
var errExpired = errors.New("the notification has expired")

// expired ends a notification that is of no use any more, and tells River so.
func (s *Service) expired(job *river.Job[outgoing]) error {
	s.configuration.Logger.Info("a notification has expired before it was delivered", "id", job.ID)
	return dead(expiry(job.JobRow))
}

// expire ends the notifications that wait and are of no use any more, whatever they wait for: during an outage the
// workers may look at others only.
func (s *Service) expire(ctx context.Context) error {
	if !s.queue.indexed.Load() {
		return nil // It would read all that wait, and the workers find them in the end.
	}
	for {
		jobs, err := s.queue.expiredBy(ctx, s.clock.Now())
		if err != nil {
			return err
		}
		failed := map[int64]rivertype.AttemptError{}
		for _, job := range jobs {
			var args outgoing
			if json.Unmarshal(job.EncodedArgs, &args) == nil && args.expired(s.clock.Now()) {
				failed[job.ID] = rivertype.AttemptError{
					At: s.clock.Now().UTC(), Attempt: job.Attempt, Error: dead(expiry(job)).Error(),
				}
			}
		}
		if len(failed) == 0 {
			return nil
		}
		ended, err := s.queue.expire(ctx, failed)
		if ended > 0 {
			s.configuration.Logger.Info("notifications have expired before they were delivered", "count", ended)
		}
		if err != nil || ended == 0 || len(jobs) < expiredAtOnce {
			return err
		}
	}
}

// expiry is why a notification is not sent any more.
func expiry(job *rivertype.JobRow) finding.Finding {
	cause := finding.Finding{
		Severity: shared.SeverityError, Code: expiredCode,
		Summary: text.Of("It was not delivered in time, and is of no use any more."),
	}
	if last := failureOf(job); last != nil {
		cause.Detail = text.Of("The last attempt failed: {reason}", "reason", last.Summary)
	}
	return cause
}

// untilExpiry has what is put back looked at again when it expires, if that is sooner.
func untilExpiry(one outgoing, now time.Time, outcome error) error {
	var snooze *river.JobSnoozeError
	if one.Expires.IsZero() || !errors.As(outcome, &snooze) {
		return outcome
	}
	if left := max(0, one.Expires.Sub(now)); left < snooze.Duration {
		return river.JobSnooze(left)
	}
	return outcome
}

// notAfterExpiry is when a notification is looked at again that is tried again at a time.
func notAfterExpiry(one outgoing, at time.Time) time.Time {
	if !one.Expires.IsZero() && one.Expires.Before(at) {
		return one.Expires
	}
	return at
}
