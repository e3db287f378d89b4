package notify

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Status tells how the service is, whichever process of the database is asked.
func (s *Service) Status(ctx context.Context, request shared.StatusRequest) (shared.ServiceStatus, error) {
	counts, err := s.queue.counts(ctx)
	if err != nil {
		return shared.ServiceStatus{}, err
	}
	status := shared.ServiceStatus{
		Since: s.since, Counts: counts, DeliveredLastMinute: s.statistics.lastMinute(time.Now()),
		DeliveredTotal: s.statistics.total.Load(), FailedAttemptsTotal: s.statistics.failed.Load(),
	}
	if status.OldestWaiting, err = s.oldestWaiting(ctx); err != nil {
		return shared.ServiceStatus{}, err
	}
	reason, err := s.describe(ctx, &status)
	if err != nil {
		return shared.ServiceStatus{}, err
	}
	status.Reason = in(language.Of(request.Locale), reason)
	why, held, err := s.heldNow(ctx)
	if err != nil {
		return shared.ServiceStatus{}, err
	}
	if held > 0 {
		status.Held = &shared.HeldNotifications{
			Count: held, LastUsed: why.Since, Reason: why.finding(held).In(language.Of(request.Locale)),
		}
	}
	if status.Purges, err = s.purges(ctx); err != nil || s.configuration.Expiries == nil {
		return status, err
	}
	status.SecretExpiries, err = s.configuration.Expiries(ctx, language.Of(request.Locale))
	return status, err
}

// describe fills in the state, and returns why it is so; nil when it needs no reason.
func (s *Service) describe(ctx context.Context, status *shared.ServiceStatus) (reason *finding.Finding, err error) {
	if err := s.breaker.sync(ctx); err != nil {
		return nil, err
	}
	holders, err := s.standby.claim.holders(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := s.buckets.byNode(ctx, s.configuration.Store.Reader(), s.clock.Now().Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	for _, one := range holders {
		shown, done := one.shown(s.node), figures[one.Node]
		shown.DeliveredLastHour, shown.FailedAttemptsLastHour = done.delivered, done.failed
		status.DeliveredBy = append(status.DeliveredBy, shown)
	}
	delivery, missing, err := s.configuration.Delivery(ctx)
	paused := s.breaker.current()
	switch {
	case err != nil:
		return nil, err
	case missing != nil:
		status.State, reason = shared.ServiceNotConfigured, missing
	case len(holders) == 0 || s.standby.claimed.Load() && s.standby.trouble.Load() != nil && !s.standby.delivering.Load():
		status.State, reason = shared.ServiceStopped, s.trouble()
	case paused.Cause != nil && !s.breaker.openFor(delivery.Version, false):
		status.State, reason = shared.ServiceDegraded, paused.Cause
		status.Since, status.NextAttempt, status.AskedLook = paused.Since, paused.Next, paused.askedLook()
	default:
		status.State = shared.ServiceRunning
		if !holders[0].Since.IsZero() {
			status.Since = holders[0].Since
		}
		if paused.Cause == nil && paused.Since.After(status.Since) {
			status.Since = paused.Since
		}
	}
	return reason, nil
}

// oldestWaiting is when the notification was taken that has waited for the longest time; zero when none waits.
func (s *Service) oldestWaiting(ctx context.Context) (time.Time, error) {
	id, err := s.queue.oldestOf(ctx, shared.NotificationQueued, shared.NotificationRetrying, shared.NotificationSending)
	if err != nil || id == 0 {
		return time.Time{}, err
	}
	job, err := s.queue.client.JobGet(ctx, id)
	if errors.Is(err, rivertype.ErrNotFound) { // It was purged this moment.
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return job.CreatedAt, nil
}

// trouble is why this process does not deliver although it should; nil when it need not.
func (s *Service) trouble() *finding.Finding {
	err := s.standby.trouble.Load()
	if err == nil {
		return nil
	}
	return &finding.Finding{Severity: shared.SeverityError, Code: notStarted,
		Summary: text.Of("The notification service cannot begin to deliver: {reason}.", "reason", *err),
		Detail:  text.Of("It goes on trying every second.")}
}
