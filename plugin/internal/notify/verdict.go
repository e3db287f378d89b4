package notify

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// newAttempt is the next attempt of a job, as the policy knows it.
func newAttempt(job *rivertype.JobRow, recipient string) policy.Attempt {
	attempt := policy.Attempt{
		Message: policy.Message{ID: strconv.FormatInt(job.ID, 10), Recipient: recipient},
		Earlier: len(job.Errors), Last: job.Attempt >= job.MaxAttempts,
	}
	if job.AttemptedAt != nil {
		attempt.Taken = *job.AttemptedAt
	}
	for _, failed := range job.Errors {
		if cause := causeIn(failed.Error); cause.Lasting != "" && newRefusal(cause).ForGood() {
			attempt.Doubted = failed.At
		}
	}
	return attempt
}

// underway is one attempt to deliver a message.
type underway struct {
	service  *Service
	job      *river.Job[outgoing]
	permit   permit
	delivery Delivery
	envelope smtpconn.Envelope
	told     *attempt
	again    int             // how often it was sent again at once, without an extension
	reply    string          // the server's final one
	slower   bool            // fewer connections are the answer to its failure
	judged   *judgement      // nil until the attempt has failed
	turn     *time.Timer     // nil until it is this message's turn
	began    time.Time       // when that came
	kept     []attemptRecord // the failed attempts of the job, after this one has

	transcript []string // what was said about the message
}

// begins notes that it is this message's turn. What takes longer than a moment is shown as being sent; before, it
// waits.
func (u *underway) begins() {
	if u.turn != nil {
		return
	}
	u.began = u.service.clock.Now()
	u.turn = time.AfterFunc(markAfter, func() {
		if err := u.service.sends(context.Background(), u.job.ID); err != nil {
			u.service.configuration.Logger.Warn("that a message is being sent could not be written down", "id", u.job.ID,
				"error", err)
		}
	})
}

// ends is called when the attempt has.
func (u *underway) ends() {
	if u.turn != nil {
		u.turn.Stop()
	}
}

// judgement is what a failure means.
type judgement struct {
	cause   finding.Finding
	verdict policy.Verdict
}

// delivered tells that the server has taken the message.
func (u *underway) delivered(ctx context.Context) {
	u.told.end("")
	u.service.obey(ctx, u.service.breaker.delivered(ctx, u.permit))
	u.service.statistics.delivered(time.Now())
	u.service.flow.delivered(u.permit.attempt.Began)
}

// judge tells once that the attempt has failed, and what that means.
func (u *underway) judge(ctx context.Context, err error) judgement {
	if u.judged != nil {
		return *u.judged
	}
	s := u.service
	cause := u.explain(err)
	refusal := newRefusal(cause)
	var failure *smtpconn.Error
	if errors.As(err, &failure) && failure.Kind == smtpconn.KindNoSMTPUTF8 {
		refusal.Scope = shared.ScopeMessage // No server has said so: it is found here, in the message's addresses.
	}
	var endpoint *oauth.Error
	if errors.As(err, &endpoint) && endpoint.Wait > 0 && cause.Lasting != shared.LastingPermanent {
		refusal.Wait, refusal.Exact = endpoint.Wait, true
	}
	refusal.Final = failure != nil && failure.Reply != nil && failure.Reply.Code >= 500
	verdict := s.breaker.refused(ctx, u.permit, refusal, cause, u.delivery.Version)
	u.judged = &judgement{cause: cause, verdict: verdict}
	s.configuration.Logger.Debug("an attempt failed", "id", u.job.ID, "cause", cause.Code, "scope", refusal.Scope,
		"lasting", refusal.Lasting, "stage", refusal.Stage, "fate", verdict.Fate)
	s.obey(ctx, verdict)
	return *u.judged
}

// explain names the cause of a failure.
func (u *underway) explain(err error) finding.Finding {
	_, cause := diagnosis.Explain(err, diagnosis.Circumstances{
		Target: u.delivery.Target, Envelope: u.envelope, SenderField: u.delivery.SenderField,
		ShownFields: u.delivery.ShownFields, Delivery: true,
	})
	return cause
}

// newRefusal sums a cause up for the policy.
func newRefusal(cause finding.Finding) policy.Refusal {
	refusal := policy.Refusal{
		Code: cause.Code, Scope: cause.Scope, Lasting: cause.Lasting, Stage: stageOf(smtpconn.Step(cause.Step)),
	}
	refusal.Exhausted = excesses[cause.Code] == policy.Exhausted
	if cause.Evidence != nil && cause.Lasting != shared.LastingPermanent {
		refusal.Wait = namedWait(cause.Evidence.Text)
	}
	return refusal
}

// refused returns what River is to make of an attempt that has failed.
func (u *underway) refused(ctx context.Context, err error) error {
	s := u.service
	var failure *smtpconn.Error
	errors.As(err, &failure)
	if failure != nil && failure.Sent { // Whatever else was the matter.
		return u.unanswered(ctx, err)
	}
	switch {
	case errors.Is(err, errSuperseded), errors.Is(err, errStopping):
		s.breaker.release(ctx, u.permit)
		return errInPlace // The other settings are tried at once; and what delivers next begins with it.
	case errors.Is(err, errExpired):
		s.breaker.release(ctx, u.permit)
		return s.expired(u.job)
	case errors.Is(err, errLapsed):
		s.breaker.release(ctx, u.permit)
		return backToQueue()
	case errors.Is(err, errHeldBack), ctx.Err() != nil: // What was never tried is no attempt.
		s.breaker.release(ctx, u.permit)
		return errInPlace
	}
	s.failed()
	judged := u.judge(ctx, err)
	u.told.end(judged.cause.Code)
	u.failed(ctx, judged.cause)
	switch judged.verdict.Fate {
	case policy.Dead:
		s.buckets.count(tally{dead: 1})
		return dead(lastWords(judged.cause, failedAttempts(u.job.JobRow)+1))
	case policy.Retry:
		s.retryAt.Store(u.job.ID, judged.verdict.At)
		return errors.New(encode(judged.cause))
	default:
		if judged.verdict.At.IsZero() {
			return &inPlace{failed: u.kept}
		}
		return s.putBack(judged.verdict.At)
	}
}

// lastWords is the cause of a dead letter. What would have passed is not tried again any more, whatever the advice for
// an attempt says.
func lastWords(cause finding.Finding, attempts int) finding.Finding {
	if cause.Lasting != shared.LastingPermanent {
		cause.Detail = text.Of("It was tried {count} time and then given up. Have it retried once the cause has passed. || "+
			"It was tried {count} times and then given up. Have it retried once the cause has passed.", "count", attempts)
	}
	return cause
}

// failed counts an attempt.
func (s *Service) failed() {
	s.statistics.failed.Add(1)
	s.buckets.count(tally{failed: 1})
}

// unanswered ends an attempt after the last byte of which no reply came.
func (u *underway) unanswered(ctx context.Context, err error) error {
	s := u.service
	s.failed()
	cause, giveUp := unknownOutcome(u.job.JobRow, u.explain(err).Summary)
	u.told.end(outcomeUnknown)
	u.failed(ctx, cause)
	s.obey(ctx, s.breaker.unanswered(ctx, u.permit))
	s.configuration.Logger.Warn("the server did not say whether it took a message", "id", u.job.ID, "given_up", giveUp)
	if giveUp || u.job.Attempt >= u.job.MaxAttempts { // The queue gives it up for the latter.
		s.buckets.count(tally{dead: 1})
	}
	if giveUp {
		return dead(cause)
	}
	return errors.New(encode(cause))
}

// NextRetry is asked by River after an attempt that counts.
func (w *worker) NextRetry(job *river.Job[outgoing]) time.Time {
	if at, known := w.service.retryAt.LoadAndDelete(job.ID); known {
		return notAfterExpiry(job.Args, at.(time.Time))
	}
	return time.Time{} // That of the client's policy.
}

// stageOf is how far a delivery came that failed at the step.
func stageOf(step smtpconn.Step) policy.Stage {
	switch step {
	case smtpconn.StepSender:
		return policy.Sender
	case smtpconn.StepRecipient:
		return policy.Recipient
	case smtpconn.StepMessage:
		return policy.Content
	default:
		return policy.Opening
	}
}

// waiters are the messages that wait in the queue.
type waiters interface {
	giveBack(ctx context.Context, since time.Time) error
	wake(ctx context.Context) error
}

// obey does what a verdict means for other messages.
func (s *Service) obey(ctx context.Context, verdict policy.Verdict) {
	ctx = context.WithoutCancel(ctx)
	if !verdict.GiveBack.IsZero() {
		if err := s.waiters.giveBack(ctx, verdict.GiveBack); err != nil {
			s.configuration.Logger.Warn("attempts that do not count could not be given back", "error", err)
		}
	}
	if verdict.Resumed {
		if err := s.waiters.wake(ctx); err != nil {
			s.configuration.Logger.Warn("waiting notifications could not be woken", "error", err)
		}
	}
}
