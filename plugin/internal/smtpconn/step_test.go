package smtpconn

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// opened are the steps before the server has said anything.
const opened = "resolve Resolved, connect Tried, "

// traceOrders are practice servers, and the steps of a connection to each with their results.
var traceOrders = []struct {
	fault   string
	encrypt bool
	noLogin bool
	want    string
}{
	{"all-is-well", false, false, opened + "greeting Greeted, hello Introduced, auth LoggedIn, " +
		"sender Answered, recipient Answered"},
	{"all-is-well", false, true, opened + "greeting Greeted, hello Introduced, auth LoginNotSet, " +
		"sender Answered, recipient Answered"},
	{"all-is-well-ssl", true, false, opened +
		"tls Secured, greeting Greeted, hello Introduced, auth LoggedIn, sender Answered, recipient Answered"},
	{"all-is-well-starttls", false, false, opened +
		"greeting Greeted, hello Introduced, starttls Secured, auth LoggedIn, sender Answered, recipient Answered"},
	{"all-is-well-starttls", true, false, opened +
		"tls PlainAnswered, greeting Greeted, hello Introduced, starttls Secured, auth LoggedIn, " +
		"sender Answered, recipient Answered"},
	{"hello-helo-only", false, false, opened +
		"greeting Greeted, hello Introduced, auth LoginNotAskedFor, sender Answered, recipient Answered"},
	{"starttls-refused-454-not-demanded", false, true,
		opened + "greeting Greeted, hello Introduced, starttls LeftPlain, auth LoginNotSet, " +
			"sender Answered, recipient Answered"},
	{"auth-wrong-password", false, false, opened + "greeting Greeted, hello Introduced, auth *Error"},
	{"sender-refused", false, false, opened + "greeting Greeted, hello Introduced, auth LoggedIn, sender *Error"},
}

// TestTraceOrder follows whole conversations: each step begins after the one before has ended, has one result, and a
// detail of the type that belongs to it.
func TestTraceOrder(t *testing.T) {
	authority := authorityFor(t)
	for _, c := range traceOrders {
		t.Run(fmt.Sprintf("%s, encrypt %t, login %t", c.fault, c.encrypt, !c.noLogin), func(t *testing.T) {
			t.Parallel()
			_, target := practice(t, c.fault, authority)
			target.Encrypt = c.encrypt
			if c.noLogin {
				target.Login, target.Authentication = "", AuthenticateNever
			}
			var under Step
			var steps []string
			conn, err := Open(t.Context(), target, &Trace{
				Verbose: true,
				StepStarted: func(step Step) {
					if under != "" {
						t.Errorf("%s began before %s had ended", step, under)
					}
					under = step
				},
				StepFinished: func(step Step, result Result, _ time.Duration, detail Detail) {
					if under != step {
						t.Errorf("%s ended while %q was under way", step, under)
					}
					if failure, failed := detail.(*Error); failed != (result == Failed) || failed && failure.Step != step {
						t.Errorf("%s ended with result %v and %+v", step, result, detail)
					}
					under = ""
					steps = append(steps, fmt.Sprintf("%s %s", step, strings.Replace(fmt.Sprintf("%T", detail), "smtpconn.", "", 1)))
				},
			})
			if err == nil {
				_ = conn.Check(t.Context(), Envelope{Sender: "me@practice.example", Recipient: "you@practice.example"})
			}
			if got := strings.Join(steps, ", "); got != c.want || under != "" {
				t.Errorf("the steps were\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
