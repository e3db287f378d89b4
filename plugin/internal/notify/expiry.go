package notify

import (
	"errors"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// errExpired means that the time until which a notification is of use has passed before it was on its way.
var errExpired = errors.New("the notification has expired")

// expired ends a notification that is of no use any more, and tells River so.
func (s *Service) expired(job *river.Job[outgoing]) error {
	cause := finding.Finding{
		Severity: shared.SeverityError, Code: expiredCode,
		Summary: text.Of("It was not delivered in time, and is of no use any more."),
	}
	if last := failureOf(job.JobRow); last != nil {
		cause.Detail = text.Of("The last attempt failed: {reason}", "reason", last.Summary)
	}
	s.configuration.Logger.Info("a notification has expired before it was delivered", "id", job.ID)
	return dead(cause)
}

// untilExpiry has what is put back looked at again when it expires, if that is sooner.
func untilExpiry(one outgoing, outcome error) error {
	var snooze *river.JobSnoozeError
	if one.Expires.IsZero() || !errors.As(outcome, &snooze) {
		return outcome
	}
	if left := max(0, time.Until(one.Expires)); left < snooze.Duration {
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
