package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// becomes is what becomes of a message after a failed attempt.
type becomes string

const (
	waits    becomes = "waits, uncounted"
	counted  becomes = "is tried again after a counted attempt"
	deadMail becomes = "is a dead letter"
)

// becomesOf reads what the worker returns to River.
func becomesOf(t *testing.T, err error) becomes {
	t.Helper()
	var snooze *rivertype.JobSnoozeError
	var cancel *rivertype.JobCancelError
	var back *inPlace
	switch {
	case errors.As(err, &back), errors.As(err, &snooze):
		return waits
	case errors.As(err, &cancel):
		return deadMail
	case err != nil:
		if causeIn(err.Error()).Code == "" {
			t.Errorf("the cause of %v cannot be read", err)
		}
		return counted
	}
	t.Error("a failed attempt is taken for a delivery")
	return ""
}

func reply(code int, enhanced, text string) *smtpconn.Reply {
	said := smtpconn.NewReply(code, enhanced, text)
	return &said
}

// noWaiters is a queue in which no other message waits.
type noWaiters struct{}

func (noWaiters) giveBack(context.Context, time.Time) error { return nil }
func (noWaiters) wake(context.Context) error                { return nil }

// waitingJob is a job that was refused before, each time some time ago.
func waitingJob(t *testing.T, earlier ...time.Duration) *river.Job[outgoing] {
	t.Helper()
	args := outgoing{To: "you@example.com"}
	encoded, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	job := &river.Job[outgoing]{Args: args, JobRow: &rivertype.JobRow{EncodedArgs: encoded, MaxAttempts: maxAttempts}}
	refused := finding.Finding{Code: "content_refused", Step: "message", Scope: shared.ScopeMessage,
		Lasting: shared.LastingPermanent}
	for _, ago := range earlier {
		job.Errors = append(job.Errors, rivertype.AttemptError{At: time.Now().Add(-ago), Error: encode(refused)})
	}
	return job
}

func newUnderway(s *Service, job *river.Job[outgoing], let permit) *underway {
	return &underway{
		service: s, job: job, permit: let,
		delivery: Delivery{Version: present, From: mail.Address{Address: "me@example.com"}},
		envelope: smtpconn.Envelope{Sender: "me@example.com", Recipient: "you@example.com"},
	}
}

func refusalAt(step smtpconn.Step, code int, enhanced, text string) error {
	return &smtpconn.Error{Step: step, Kind: smtpconn.KindRefusedByReply, Reply: reply(code, enhanced, text)}
}

func brokenAt(step smtpconn.Step, kind smtpconn.Kind, sent bool) error {
	return &smtpconn.Error{Step: step, Kind: kind, Sent: sent}
}

// TestRefused decides what failures mean: for this message, for this one for good, or for all of them.
func TestRefused(t *testing.T) {
	const recipient, message, sender = smtpconn.StepRecipient, smtpconn.StepMessage, smtpconn.StepSender
	for _, c := range []struct {
		name   string
		err    error
		want   becomes
		pauses bool
		login  bool
		// earlier is how long ago the message was refused for good before.
		earlier []time.Duration
	}{
		{"recipient unknown", refusalAt(recipient, 550, "5.1.1", "user unknown"), counted, false, false, nil},
		{"recipient unknown, again", refusalAt(recipient, 550, "5.1.1", "user unknown"), deadMail, false, false,
			[]time.Duration{5 * time.Minute}},
		{"greylisted", refusalAt(recipient, 451, "4.7.1", "greylisted, try again later"), counted, false, false, nil},
		{"mailbox full for now", refusalAt(recipient, 452, "4.2.2", "mailbox full"), counted, false, false, nil},
		{"content refused", refusalAt(message, 554, "5.7.1", "spam"), counted, false, false, nil},
		{"content refused, again", refusalAt(message, 554, "5.7.1", "spam"), deadMail, false, false,
			[]time.Duration{5 * time.Minute}},
		{"content refused for now", refusalAt(message, 451, "4.3.0", "try again"), counted, false, false, nil},
		{"sender refused", refusalAt(sender, 550, "5.7.1", "sender not owned by user"), counted, false, false, nil},
		{"login refused", refusalAt(smtpconn.StepAuth, 535, "5.7.8", "authentication failed"), waits, true, true, nil},
		{"server busy", refusalAt(smtpconn.StepGreeting, 421, "4.3.2", "too busy"), waits, true, false, nil},
		{"nothing listens", brokenAt(smtpconn.StepConnect, smtpconn.KindConnectionRefused, false), waits, true, false, nil},
		{"no answer", brokenAt(smtpconn.StepConnect, smtpconn.KindTimeout, false), waits, true, false, nil},
		{"certificate", brokenAt(smtpconn.StepTLS, smtpconn.KindCertificate, false), waits, true, false, nil},
		{"no SMTPUTF8", brokenAt(recipient, smtpconn.KindNoSMTPUTF8, false), counted, false, false, nil},
		{"no SMTPUTF8, again", brokenAt(recipient, smtpconn.KindNoSMTPUTF8, false), deadMail, false, false,
			[]time.Duration{5 * time.Minute}},
		{"a defect of ours", brokenAt(message, smtpconn.KindInternal, false), counted, false, false, nil},
		{"a defect of ours, again", brokenAt(message, smtpconn.KindInternal, false), deadMail, false, false,
			[]time.Duration{5 * time.Minute}},
		{"closed before the message", brokenAt(message, smtpconn.KindClosed, false), counted, false, false, nil},
		{"closed after the last byte", brokenAt(message, smtpconn.KindClosed, true), counted, false, false, nil},
		{"silent after the last byte, and stopped", errors.Join(errStopping, brokenAt(message, smtpconn.KindTimeout, true)),
			counted, false, false, nil},
		{"other settings saved", fmt.Errorf("open: %w", errSuperseded), waits, false, false, nil},
		{"the service stops", errStopping, waits, false, false, nil},
		{"another process may have it", errLapsed, waits, false, false, nil},
		{"held back", errHeldBack, waits, false, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Service{
					breaker:       newNode(t, &memoryPauses{}),
					waiters:       noWaiters{},
					configuration: Configuration{Logger: hclog.NewNullLogger(), Limits: Limits{RetryAfter: retryAfter}},
				}
				job := waitingJob(t, c.earlier...)
				let, _ := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
				got := becomesOf(t, newUnderway(s, job, let).refused(t.Context(), c.err))
				paused := s.breaker.current()
				if got != c.want || (paused.Cause != nil) != c.pauses || paused.Login != c.login {
					t.Errorf("it %s, all pause: %t (%+v), login refused: %t", got, paused.Cause != nil, paused.Cause, paused.Login)
				}
				if uncounted := got == waits && !c.pauses; uncounted == (s.statistics.failed.Load() == 1) {
					t.Errorf("%d failed attempts are counted", s.statistics.failed.Load())
				}
				checkProbe(t, s, job, c.err, c.pauses)
			})
		})
	}
}

// checkProbe has a probe meet the same, after the server was away: it closes the breaker when it was about the message
// only, goes back when it found out nothing, and waits longer when it was in vain.
func checkProbe(t *testing.T, s *Service, job *river.Job[outgoing], met error, pauses bool) {
	t.Helper()
	s.breaker = newNode(t, &memoryPauses{})
	tryLogin(t.Context(), s.breaker)
	before := s.breaker.current()
	time.Sleep(time.Until(before.Next))
	let, ok := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
	if !ok || !let.probe {
		t.Fatal("no probe is admitted")
	}
	becomesOf(t, newUnderway(s, job, let).refused(t.Context(), met))
	after := s.breaker.current()
	var failure *smtpconn.Error
	switch foundNothing := !errors.As(met, &failure); {
	case foundNothing && (after.Cause == nil || time.Until(after.Next) > 0 || after.Looks != before.Looks):
		t.Errorf("a probe that found out nothing is not taken back: %+v", after)
	case pauses && (after.Cause == nil || after.Looks != before.Looks+1):
		t.Errorf("a probe in vain leaves %+v", after)
	case !foundNothing && !pauses && after.Cause != nil:
		t.Errorf("the server takes messages, and the breaker stays open: %+v", after.Cause)
	}
}

// TestGivenUpAttempt ends the attempt's own context: what was never tried is no attempt, and says nothing about the
// server.
func TestGivenUpAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Service{breaker: newNode(t, &memoryPauses{}), configuration: Configuration{Logger: hclog.NewNullLogger()}}
		ctx, cancel := context.WithCancel(t.Context())
		job := waitingJob(t)
		let, _ := s.breaker.admit(ctx, newAttempt(job.JobRow, job.Args.To))
		cancel()
		err := newUnderway(s, job, let).refused(ctx, ctx.Err())
		if got := becomesOf(t, err); got != waits || s.breaker.current().Cause != nil || s.statistics.failed.Load() != 0 {
			t.Errorf("it %s", got)
		}
	})
}
