package notify

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestSendsAreBounded counts the sends of unknown outcome among other failures; a dead letter that is retried by hand
// has them anew.
func TestSendsAreBounded(t *testing.T) {
	unknown, refused := encode(finding.Finding{Code: outcomeUnknown}), encode(finding.Finding{Code: "greylisted"})
	for _, c := range []struct {
		name   string
		errors []string
		dead   bool
		says   string
	}{
		{"first", nil, false, "The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"second", []string{unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"third", []string{unknown, unknown}, true,
			"The message may have arrived: it was sent 3 times, and the server never said whether it took it."},
		{"refusals between do not count", []string{unknown, refused, refused, refused}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"refusals between do not hide", []string{refused, unknown, refused, unknown}, true,
			"The message may have arrived: it was sent 3 times, and the server never said whether it took it."},
		{"what cannot be read", []string{"", "{", "panic", unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"retried by hand", []string{unknown, unknown, unknown}, false,
			"The message may have arrived: it was sent, but the server did not say whether it took it."},
		{"and given up again", []string{unknown, unknown, unknown, unknown, unknown}, true,
			"The message may have arrived: it was sent 6 times, and the server never said whether it took it."},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := &rivertype.JobRow{}
			for _, failure := range c.errors {
				job.Errors = append(job.Errors, rivertype.AttemptError{Error: failure})
			}
			cause, dead := unknownOutcome(job, processEnded)
			if said := cause.Summary.String(); dead != c.dead || said != c.says || cause.Code != outcomeUnknown {
				t.Errorf("given up: %t; %s (%s)", dead, said, cause.Code)
			}
		})
	}
}

// TestNeverAnsweredDot has a server that never replies to the message: it is sent three times in all, and then a dead
// letter that says that it may have arrived. How long each reply is waited for is a matter of package smtpconn.
func TestNeverAnsweredDot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Service{
			breaker: newNode(t, &memoryPauses{}), waiters: noWaiters{},
			configuration: Configuration{Logger: hclog.NewNullLogger(), Limits: Limits{RetryAfter: retryAfter}},
		}
		job := waitingJob(t)
		for send := 1; send <= maxSends; send++ {
			let, admitted := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
			if !admitted {
				t.Fatal("it is not sent")
			}
			err := newUnderway(s, job, let).refused(t.Context(), brokenAt(smtpconn.StepMessage, smtpconn.KindTimeout, true))
			want := counted
			if send == maxSends {
				want = deadMail
			}
			if got := becomesOf(t, err); got != want {
				t.Errorf("after %d sends it %s", send, got)
			}
			job.Errors = append(job.Errors, rivertype.AttemptError{At: time.Now(), Error: err.Error()})
			time.Sleep(time.Hour)
		}
		cause := failureOf(job.JobRow)
		if cause.Code != outcomeUnknown || !strings.Contains(cause.Summary.String(), "may have arrived") {
			t.Errorf("the dead letter says %s", cause)
		}
	})
}
