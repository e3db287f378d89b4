package notify

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// becomes is what becomes of a message after a failed attempt.
type becomes string

const (
	waits    becomes = "waits, uncounted"
	again    becomes = "is tried again at once, uncounted"
	counted  becomes = "is tried again after a counted attempt"
	deadMail becomes = "is a dead letter"
)

// becomesOf reads what the worker returns to River.
func becomesOf(t *testing.T, err error) becomes {
	t.Helper()
	var snooze *rivertype.JobSnoozeError
	var cancel *rivertype.JobCancelError
	switch {
	case errors.As(err, &snooze) && snooze.Duration == 0:
		return again
	case errors.As(err, &snooze):
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

// TestRefused decides what failures mean: for this message, for this one for good, or for all of them.
func TestRefused(t *testing.T) {
	refusal := func(step smtpconn.Step, code int, enhanced, text string) error {
		return &smtpconn.Error{Step: step, Kind: smtpconn.KindRefusedByReply, Reply: reply(code, enhanced, text)}
	}
	broken := func(step smtpconn.Step, kind smtpconn.Kind, sent bool) error {
		return &smtpconn.Error{Step: step, Kind: kind, Sent: sent}
	}
	const recipient, message, sender = smtpconn.StepRecipient, smtpconn.StepMessage, smtpconn.StepSender
	for _, c := range []struct {
		name   string
		err    error
		want   becomes
		pauses bool
		login  bool
	}{
		{"recipient unknown", refusal(recipient, 550, "5.1.1", "user unknown"), deadMail, false, false},
		{"greylisted", refusal(recipient, 451, "4.7.1", "greylisted, try again later"), counted, false, false},
		{"mailbox full for now", refusal(recipient, 452, "4.2.2", "mailbox full"), counted, false, false},
		{"content refused", refusal(message, 554, "5.7.1", "spam"), deadMail, false, false},
		{"content refused for now", refusal(message, 451, "4.3.0", "try again"), counted, false, false},
		{"sender refused", refusal(sender, 550, "5.7.1", "sender not owned by user"), waits, true, false},
		{"login refused", refusal(smtpconn.StepAuth, 535, "5.7.8", "authentication failed"), waits, true, true},
		{"server busy", refusal(smtpconn.StepGreeting, 421, "4.3.2", "too busy"), waits, true, false},
		{"nothing listens", broken(smtpconn.StepConnect, smtpconn.KindConnectionRefused, false), waits, true, false},
		{"no answer", broken(smtpconn.StepConnect, smtpconn.KindTimeout, false), waits, true, false},
		{"certificate", broken(smtpconn.StepTLS, smtpconn.KindCertificate, false), waits, true, false},
		{"no SMTPUTF8", broken(recipient, smtpconn.KindNoSMTPUTF8, false), deadMail, false, false},
		{"a defect of ours", broken(message, smtpconn.KindInternal, false), deadMail, false, false},
		{"closed before the message", broken(message, smtpconn.KindClosed, false), counted, false, false},
		{"closed after the last byte", broken(message, smtpconn.KindClosed, true), counted, false, false},
		{"silent after the last byte, and stopped", errors.Join(errStopping, broken(message, smtpconn.KindTimeout, true)),
			counted, false, false},
		{"other settings saved", fmt.Errorf("open: %w", errSuperseded), again, false, false},
		{"the service stops", errStopping, again, false, false},
		{"another process may have it", errLapsed, waits, false, false},
		{"held back", errHeldBack, waits, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Service{
					breaker:       newNode(t, &memoryPauses{}),
					configuration: Configuration{Logger: hclog.NewNullLogger(), Limits: Limits{RetryAfter: retryAfter}},
				}
				delivery := Delivery{Version: present, From: mail.Address{Address: "me@example.com"}}
				envelope := smtpconn.Envelope{Sender: "me@example.com", Recipient: "you@example.com"}
				job := &river.Job[outgoing]{JobRow: &rivertype.JobRow{}}
				let, _ := s.breaker.admit(t.Context())
				got := becomesOf(t, s.refused(t.Context(), c.err, job, delivery, envelope, nil, let))
				paused := s.breaker.current()
				if got != c.want || (paused.Cause != nil) != c.pauses || paused.Login != c.login {
					t.Errorf("it %s, all pause: %t (%+v), login refused: %t", got, paused.Cause != nil, paused.Cause, paused.Login)
				}
				if uncounted := got == again || got == waits && !c.pauses; uncounted == (s.statistics.failed.Load() == 1) {
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
	let, ok := s.breaker.admit(t.Context())
	if !ok || !let.probe {
		t.Fatal("no probe is admitted")
	}
	delivery := Delivery{Version: present, From: mail.Address{Address: "me@example.com"}}
	becomesOf(t, s.refused(t.Context(), met, job, delivery,
		smtpconn.Envelope{Sender: "me@example.com", Recipient: "you@example.com"}, nil, let))
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
		let, _ := s.breaker.admit(ctx)
		cancel()
		err := s.refused(ctx, ctx.Err(), &river.Job[outgoing]{JobRow: &rivertype.JobRow{}}, Delivery{}, smtpconn.Envelope{},
			nil, let)
		if got := becomesOf(t, err); got != waits || s.breaker.current().Cause != nil || s.statistics.failed.Load() != 0 {
			t.Errorf("it %s", got)
		}
	})
}
