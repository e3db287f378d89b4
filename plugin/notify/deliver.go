package notify

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// worker delivers one notification.
type worker struct {
	river.WorkerDefaults[outgoing]
	service *Service
}

// Work is one attempt. What it returns tells River what becomes of the job: reported, it was delivered and committed; a snooze,
// the attempt does not count; a cancellation, it is a dead letter; any other error, another attempt follows.
func (w *worker) Work(ctx context.Context, job *river.Job[outgoing]) error {
	s := w.service
	pass, ok := s.gate.enter(ctx)
	if !ok {
		s.noticeSave(ctx)
		return backToQueue()
	}
	saved := s.pool.settings()
	delivery, missing, err := s.configuration.Delivery(ctx)
	if err != nil || missing != nil {
		return s.unconfigured(missing, err)
	}
	if err := s.statistics.pace(ctx, s.configuration.MessagesPerMinute); err != nil {
		s.gate.release()
		return backToQueue()
	}
	composed, err := s.compose(ctx, job, delivery)
	if err != nil {
		s.gate.release()
		return dead(shared.Diagnostic{Severity: shared.SeverityError, Code: "message_unusable", Summary: phrase.Of("The message cannot be written: {reason}.", "reason", err)})
	}
	envelope := smtpconn.Envelope{Sender: delivery.From.Address, Recipient: job.Args.To}
	attempt := s.attempts.begin(job)
	opening := opening{
		trace:   attempt.trace(),
		allowed: func() bool { return s.gate.good(pass) },
		saved:   saved,
		failed: func(err error) {
			outcome, cause := s.explain(err, delivery, envelope)
			s.pause(cause, outcome, delivery.Version)
		},
	}
	if err := s.deliver(ctx, delivery, envelope, composed, opening); err != nil {
		return s.refused(ctx, err, delivery, envelope, attempt)
	}
	attempt.end("")
	if s.gate.passed() {
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

// reported tells River that nothing is left to report about the job. River asks errors for the jobs that they concern, and
// then reports on these only; without it, River would look up each delivered job once more to find it completed.
type reported struct{}

func (reported) Error() string               { return "delivered and committed" }
func (reported) Jobs() []*rivertype.JobRow   { return nil }
func (reported) ErrorsByID() map[int64]error { return nil }

// absence is how long a job that may not be delivered now stays away. It is short: when the server is back, or the settings
// are others, no message waits longer than this.
const absence = 4 * time.Second

// backToQueue sends the job back to the queue without counting the attempt.
func backToQueue() error { return river.JobSnooze(absence) }

// unconfigured holds deliveries back until there are settings.
func (s *Service) unconfigured(missing *shared.Diagnostic, err error) error {
	if missing == nil {
		s.configuration.Logger.Error("the settings for deliveries cannot be read", "error", err)
		missing = &shared.Diagnostic{Severity: shared.SeverityError, Code: "settings_unreadable", Summary: "The settings cannot be read at the moment."}
	}
	s.gate.shut(*missing, false, 0)
	return backToQueue()
}

// noticeSave ends a pause when the settings are others than those that it was for: another process may have saved them.
func (s *Service) noticeSave(ctx context.Context) {
	if delivery, missing, err := s.configuration.Delivery(ctx); err == nil && missing == nil && s.gate.shutFor(delivery.Version) {
		s.SettingsChanged(ctx)
	}
}

func (s *Service) compose(ctx context.Context, job *river.Job[outgoing], delivery Delivery) ([]byte, error) {
	texts, err := s.unseal(ctx, job.Args)
	if err != nil {
		return nil, err
	}
	return Compose(Message{
		From: delivery.From, To: job.Args.To, Subject: job.Args.Subject, Text: texts.Text, HTML: texts.HTML, Key: job.Args.Key, Date: job.CreatedAt,
	})
}

// deliver sends one message over a connection of the pool. A connection that was idle may have been closed by the server;
// then another one is tried at once, as long as the message itself was not on its way.
func (s *Service) deliver(ctx context.Context, delivery Delivery, envelope smtpconn.Envelope, composed []byte, opening opening) error {
	began := time.Now()
	for fresh := false; ; fresh = true {
		one, reused, err := s.pool.get(ctx, delivery, fresh, opening)
		if err != nil {
			return err
		}
		one.conn.Observe(opening.trace)
		// From here on the outcome must be learned: a message that may have been accepted must not be given up.
		handing, done := s.untilRescued(ctx, began)
		_, err = one.conn.Deliver(handing, envelope, composed)
		done()
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

// untilRescued is the time that handing a message over may take: where another process takes over a job that seems to have been
// forgotten, it must have ended by then, or both would send.
func (s *Service) untilRescued(ctx context.Context, began time.Time) (context.Context, context.CancelFunc) {
	ctx = context.WithoutCancel(ctx)
	if s.configuration.LockFile != "" {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, began.Add(s.configuration.RescueAfter*9/10))
}

// wasClosed reports whether the connection ended before the message was on its way.
func wasClosed(err error) bool {
	var failure *smtpconn.Error
	if !errors.As(err, &failure) || failure.Step != smtpconn.StepSender {
		return false
	}
	return failure.Kind == smtpconn.KindClosed || failure.Kind == smtpconn.KindReset || failure.Reply != nil && failure.Reply.Code == 421
}

// pausing are the causes that would be met by every message.
var pausing = map[string]bool{
	"sender_not_owned": true, "sender_not_verified": true, "sender_refused": true, "sender_syntax_refused": true, "sender_domain_not_found": true,
	"sending_limit_reached": true, "rate_limited": true, "address_blocklisted": true, "server_storage_full": true, "too_many_connections": true,
}

// refused decides what a failed attempt means: for all messages, for this one for now, or for this one for good.
func (s *Service) refused(ctx context.Context, err error, delivery Delivery, envelope smtpconn.Envelope, attempt *attempt) error {
	switch {
	case errors.Is(err, errSuperseded):
		return river.JobSnooze(0) // The other settings are tried at once.
	case errors.Is(err, context.DeadlineExceeded): // It waited for a connection all the time that an attempt may take.
		s.gate.release()
		return backToQueue()
	case ctx.Err() != nil:
		s.gate.release()
		return ctx.Err()
	case errors.Is(err, errHeldBack):
		return backToQueue()
	}
	s.statistics.failed.Add(1)
	outcome, cause := s.explain(err, delivery, envelope)
	attempt.end(cause.Code)
	var failure *smtpconn.Error
	errors.As(err, &failure)
	switch {
	case outcome == diagnosis.LoginFailed, !atEnvelope(failure), pausing[cause.Code]:
		s.pause(cause, outcome, delivery.Version)
		return backToQueue()
	case permanent(failure):
		s.gate.passed()
		return dead(cause)
	default:
		s.gate.passed()
		return errors.New(encode(cause))
	}
}

func (s *Service) explain(err error, delivery Delivery, envelope smtpconn.Envelope) (diagnosis.Outcome, shared.Diagnostic) {
	return diagnosis.Explain(err, diagnosis.Circumstances{Target: delivery.Target, Envelope: envelope, SenderField: delivery.SenderField})
}

// pause holds all deliveries back.
func (s *Service) pause(cause shared.Diagnostic, outcome diagnosis.Outcome, version uint64) {
	s.configuration.Logger.Warn("deliveries pause", "cause", cause.Code)
	s.gate.shut(cause, outcome == diagnosis.LoginFailed, version)
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
	return failure.Reply != nil && failure.Reply.Code >= 500 || failure.Kind == smtpconn.KindNoSMTPUTF8 || failure.Kind == smtpconn.KindInternal
}

// dead makes the notification a dead letter.
func dead(cause shared.Diagnostic) error { return river.JobCancel(errors.New(encode(cause))) }

// encode writes a cause as the text of an error, which is all that River keeps.
func encode(cause shared.Diagnostic) string {
	encoded, err := json.Marshal(cause)
	if err != nil {
		return cause.Summary
	}
	return string(encoded)
}
