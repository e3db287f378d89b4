package notify

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// worker delivers one notification.
type worker struct {
	river.WorkerDefaults[outgoing]
	service *Service
}

// Work is one attempt. What it returns tells River what becomes of the job: reported, it was delivered and committed; a
// snooze, the attempt does not count; a cancellation, it is a dead letter; any other error, another attempt follows.
func (w *worker) Work(ctx context.Context, job *river.Job[outgoing]) error {
	s := w.service
	beginning := s.drain.hand(ctx)
	defer beginning.done()
	permit, ok := s.breaker.admit(beginning)
	if !ok && s.drain.stopping() {
		return river.JobSnooze(0)
	}
	if !ok {
		s.noticeSave(ctx)
		return backToQueue()
	}
	saved := s.pool.settings()
	delivery, missing, err := s.configuration.Delivery(ctx)
	if err != nil || missing != nil {
		return s.unconfigured(ctx, permit, missing, err)
	}
	if err := s.statistics.pace(beginning, s.configuration.MessagesPerMinute); err != nil {
		s.breaker.release(ctx, permit)
		return backToQueue()
	}
	composed, err := s.compose(ctx, job, delivery)
	if err != nil {
		s.breaker.release(ctx, permit)
		return dead(finding.Finding{
			Severity: shared.SeverityError, Code: "message_unusable",
			Summary: text.Of("The message cannot be written: {reason}.", "reason", text.OfError(err)),
		})
	}
	envelope := smtpconn.Envelope{Sender: delivery.From.Address, Recipient: job.Args.To}
	attempt := s.attempts.begin(job)
	opening := opening{
		trace:   attempt.trace(),
		allowed: func() bool { return s.breaker.valid(permit) },
		saved:   saved,
		failed: func(err error) {
			outcome, cause := s.explain(err, delivery, envelope)
			s.pause(ctx, permit, cause, outcome, delivery.Version)
		},
	}
	lapses, _ := s.standby.claim.lapses()
	if err := s.deliver(ctx, job, delivery, envelope, composed, opening); err != nil {
		return s.ifOurs(ctx, job, lapses, s.refused(ctx, err, job, delivery, envelope, attempt, permit))
	}
	attempt.end("")
	if s.breaker.succeeded(ctx, permit) {
		if err := s.queue.wake(ctx); err != nil {
			s.configuration.Logger.Warn("waiting notifications could not be woken", "error", err)
		}
	}
	s.statistics.delivered(time.Now())
	if _, err := s.complete.do(context.WithoutCancel(ctx), []int64{job.ID}); err != nil {
		s.configuration.Logger.Warn("a delivery could not be committed, and is left to the queue", "error", err)
		return nil // River sets the job completed, and repeats that until it succeeds: what was delivered stays delivered.
	}
	return reported{}
}

// reported tells River that nothing is left to report about the job. River asks errors for the jobs that they concern,
// and then reports on these only; without it, River would look up each delivered job once more to find it completed.
type reported struct{}

func (reported) Error() string               { return "delivered and committed" }
func (reported) Jobs() []*rivertype.JobRow   { return nil }
func (reported) ErrorsByID() map[int64]error { return nil }

// absence is how long a job that may not be delivered now stays away. It is short: when the server is back, or the
// settings are others, no message waits longer than this.
const absence = 4 * time.Second

// backToQueue sends the job back to the queue without counting the attempt.
func backToQueue() error { return river.JobSnooze(absence) }

// unconfigured holds deliveries back until there are settings.
func (s *Service) unconfigured(ctx context.Context, permit permit, missing *finding.Finding, err error) error {
	if missing == nil {
		s.configuration.Logger.Error("the settings for deliveries cannot be read", "error", err)
		missing = &finding.Finding{
			Severity: shared.SeverityError, Code: "settings_unreadable",
			Summary: text.Of("The settings cannot be read at the moment."),
		}
	}
	s.breaker.trip(ctx, permit, *missing, false, "")
	return backToQueue()
}

// noticeSave ends a pause when the settings are others than those that it was for: another process may have saved them.
func (s *Service) noticeSave(ctx context.Context) {
	if delivery, missing, err := s.configuration.Delivery(ctx); err == nil && missing == nil &&
		s.breaker.openFor(delivery.Version, false) {
		s.SettingsChanged(ctx)
	}
}

func (s *Service) compose(ctx context.Context, job *river.Job[outgoing], delivery Delivery) ([]byte, error) {
	texts, err := s.unseal(ctx, job.Args)
	if err != nil {
		return nil, err
	}
	return Compose(Message{
		From: delivery.From, To: job.Args.To, Subject: job.Args.Subject, Text: texts.Text, HTML: texts.HTML,
		Key: job.Args.Key, Date: job.CreatedAt,
	})
}

// errLapsed means that another process may have taken the message over.
var errLapsed = errors.New("another process may have taken the message over")

// deliver sends one message over a connection of the pool. A connection that was idle may have been closed by the
// server; then another one is tried at once, as long as the message itself was not on its way.
func (s *Service) deliver(
	ctx context.Context, job *river.Job[outgoing], delivery Delivery, envelope smtpconn.Envelope, composed []byte,
	opening opening,
) error {
	for fresh := false; ; fresh = true {
		beginning := s.drain.hand(ctx)
		one, reused, err := s.pool.get(beginning, delivery, fresh, opening)
		stopped := beginning.stopped()
		beginning.done()
		if err != nil && stopped {
			return errStopping
		}
		if err != nil {
			return err
		}
		one.conn.Observe(opening.trace)
		err = s.handOver(ctx, one.conn, job.ID, envelope, composed)
		one.messages++
		if one.conn.Usable(err) {
			s.pool.put(one)
		} else {
			s.pool.drop(one)
		}
		if err != nil && reused && wasClosed(err) {
			continue
		}
		return err
	}
}

// handOver hands a message to the server. A reply that does not come soon after the last byte is written down as
// missing, so that the attempt counts even if this process does not live to see how it ends.
func (s *Service) handOver(
	ctx context.Context, conn *smtpconn.Conn, id int64, envelope smtpconn.Envelope, composed []byte,
) error {
	var late *time.Timer
	// From here on the outcome must be learned: a message that may have been accepted must not be given up.
	handing := s.drain.hand(context.WithoutCancel(ctx))
	defer handing.done()
	lastByte := func() error {
		if _, current := s.standby.claim.lapses(); !current {
			return errLapsed
		}
		if err := handing.lastByte(); err != nil {
			return err
		}
		late = time.AfterFunc(markAfter, func() {
			if _, err := s.mark.do(context.Background(), []int64{id}); err != nil {
				s.configuration.Logger.Warn("that a message has gone out could not be written down", "id", id, "error", err)
			}
		})
		return nil
	}
	_, err := conn.Deliver(handing, envelope, composed, lastByte)
	if late != nil {
		late.Stop()
	}
	if err != nil && handing.stopped() {
		return errStopping
	}
	return err
}

// ifOurs returns what River is to make of a failed attempt; nothing, where another process has taken the job over
// because this one seemed to have died.
func (s *Service) ifOurs(ctx context.Context, job *river.Job[outgoing], lapses int, result error) error {
	if now, current := s.standby.claim.lapses(); current && now == lapses {
		return result
	}
	ours, err := s.queue.isOurs(context.WithoutCancel(ctx), job.JobRow, s.node)
	if err == nil && !ours {
		return reported{}
	}
	return result
}

// wasClosed reports whether the connection ended before the message was on its way.
func wasClosed(err error) bool {
	var failure *smtpconn.Error
	if !errors.As(err, &failure) || failure.Step != smtpconn.StepSender {
		return false
	}
	return failure.Kind == smtpconn.KindClosed || failure.Kind == smtpconn.KindReset ||
		failure.Reply != nil && failure.Reply.Code == 421
}

// pausing are the causes that would be met by every message.
var pausing = map[string]bool{
	"sender_not_owned": true, "sender_not_verified": true, "sender_refused": true, "sender_syntax_refused": true,
	"sender_domain_not_found": true, "sending_limit_reached": true, "rate_limited": true, "address_blocklisted": true,
	"server_storage_full": true, "too_many_connections": true,
}

// refused decides what a failed attempt means: for all messages, for this one for now, or for this one for good.
func (s *Service) refused(
	ctx context.Context, err error, job *river.Job[outgoing], delivery Delivery, envelope smtpconn.Envelope,
	attempt *attempt, permit permit,
) error {
	var failure *smtpconn.Error
	errors.As(err, &failure)
	sent := failure != nil && failure.Sent
	switch {
	case sent: // Whatever else was the matter.
	case errors.Is(err, errSuperseded):
		s.breaker.release(ctx, permit)
		return river.JobSnooze(0) // The other settings are tried at once.
	case errors.Is(err, errStopping):
		s.breaker.release(ctx, permit)
		return river.JobSnooze(0) // The next process that delivers begins with it.
	case errors.Is(err, errLapsed):
		s.breaker.release(ctx, permit)
		return backToQueue()
	case ctx.Err() != nil: // What was never tried is no attempt.
		s.breaker.release(ctx, permit)
		return backToQueue()
	case errors.Is(err, errHeldBack):
		s.breaker.release(ctx, permit)
		return backToQueue()
	}
	s.statistics.failed.Add(1)
	outcome, cause := s.explain(err, delivery, envelope)
	if sent {
		attempt.end(outcomeUnknown)
		s.breaker.succeeded(ctx, permit) // The server takes the login and messages.
		return s.unanswered(job.JobRow, cause.Summary)
	}
	attempt.end(cause.Code)
	switch {
	case outcome == diagnosis.LoginFailed, !atEnvelope(failure), pausing[cause.Code]:
		s.pause(ctx, permit, cause, outcome, delivery.Version)
		return backToQueue()
	case permanent(failure):
		s.breaker.succeeded(ctx, permit)
		return dead(cause)
	default:
		s.breaker.succeeded(ctx, permit)
		return errors.New(encode(cause))
	}
}

func (s *Service) explain(
	err error, delivery Delivery, envelope smtpconn.Envelope,
) (diagnosis.Outcome, finding.Finding) {
	return diagnosis.Explain(err, diagnosis.Circumstances{
		Target: delivery.Target, Envelope: envelope, SenderField: delivery.SenderField, Delivery: true,
	})
}

// pause holds all deliveries back.
func (s *Service) pause(
	ctx context.Context, permit permit, cause finding.Finding, outcome diagnosis.Outcome, version string,
) {
	s.configuration.Logger.Warn("deliveries pause", "cause", cause.Code)
	s.breaker.trip(ctx, permit, cause, outcome == diagnosis.LoginFailed, version)
}

// atEnvelope reports whether the failure came when the message was handed over, not before.
func atEnvelope(failure *smtpconn.Error) bool {
	if failure == nil {
		return false
	}
	switch failure.Step {
	case smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage:
		return true
	default:
		return false
	}
}

func permanent(failure *smtpconn.Error) bool {
	return failure.Reply != nil && failure.Reply.Code >= 500 || failure.Kind == smtpconn.KindNoSMTPUTF8 ||
		failure.Kind == smtpconn.KindInternal
}

// dead makes the notification a dead letter.
func dead(cause finding.Finding) error { return river.JobCancel(errors.New(encode(cause))) }

// encode writes a cause as the text of an error, which is all that River keeps.
func encode(cause finding.Finding) string {
	encoded, err := json.Marshal(cause)
	if err != nil {
		return cause.String()
	}
	return string(encoded)
}
