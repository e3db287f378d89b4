package probe_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// canary is a password that must not be found anywhere.
const canary = "c4nary-Pa55word"

// shortLimits keep the suite fast where a limit has to pass; what they bound is the same.
var shortLimits = limitsOf(time.Second)

func limitsOf(one time.Duration) smtpconn.Limits {
	return smtpconn.Limits{
		Resolve: 2 * one, Connect: 2 * one, TLS: one, Greeting: one * 3 / 2, Silence: one / 3, Auth: one, Command: one,
		Quit: one / 3,
	}
}

func planFor(fault mailserver.Fault, port int, authority *mailserver.Authority) probe.Plan {
	plan := probe.Plan{
		Target: smtpconn.Target{
			Host: "127.0.0.1", Port: port, Encrypt: fault.UseSSL, Limits: endlessLimits,
			AdditionalCA: []*x509.Certificate{authority.Certificate},
		},
		Envelope:    smtpconn.Envelope{Sender: "me@practice.example", Recipient: "me@practice.example"},
		SenderField: "login",
		TimeLimit:   time.Hour,
	}
	if fault.Slow {
		plan.Target.Limits = shortLimits
	}
	if !fault.NoLogin {
		plan.Target.Login, plan.Target.Password = "me@practice.example", shared.NewSecretText(canary)
	}
	return plan
}

// TestFaults is the heart of the suite: every fault must be named by its cause, at its step, with its field.
func TestFaults(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d faults", len(mailserver.Faults()))
	for _, fault := range mailserver.Faults() {
		t.Run(fault.Name, func(t *testing.T) {
			t.Parallel()
			for limit := time.Second; ; limit *= 4 {
				report, got := tryFault(t, fault, authority, limit)
				if fault.Slow && got != fault.Expect && strings.HasSuffix(got.Code, "_timeout") && limit < time.Minute {
					continue // The machine was too slow for what comes before.
				}
				if got != fault.Expect {
					t.Errorf("got  %+v\nwant %+v\nsummary: %s\ntranscript:\n%s", got, fault.Expect, report.Findings[0].Summary,
						strings.Join(report.Transcript, "\n"))
				}
				return
			}
		})
	}
}

// tryFault tests against a server with the fault. limit is that of each step where one has to pass.
func tryFault(t *testing.T, fault mailserver.Fault, authority *mailserver.Authority,
	limit time.Duration) (report finding.Report, got mailserver.Expectation) {
	t.Helper()
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	plan, order := planFor(fault, server.Port(), authority), &stepOrder{t: t}
	if fault.Slow {
		plan.Target.Limits = limitsOf(limit)
	}
	report, _ = probe.Run(t.Context(), plan, order.watch())
	if len(report.Findings) == 0 {
		t.Fatalf("no diagnostics; transcript:\n%s", strings.Join(report.Transcript, "\n"))
	}
	order.check()
	checkNoCanary(t, report.In(text.Language{}))
	if fault.UseSSL {
		checkNothingInClear(t, server.InClear(), "AUTH", "MAIL")
	}
	if fault.OffersStartTLS() {
		checkNothingInClear(t, server.InClear(), "AUTH")
	}
	first := report.Findings[0]
	return report, mailserver.Expectation{Outcome: report.Outcome, Code: first.Code, Step: first.Step, Field: first.Field}
}

// stepOrder holds that one step ends before the next one begins.
type stepOrder struct {
	t    *testing.T
	open string
}

func (o *stepOrder) watch() probe.Watch {
	return probe.Watch{
		Started: func(id string, _ text.Text) {
			if o.open != "" {
				o.t.Errorf("step %s started before %s had finished", id, o.open)
			}
			o.open = id
		},
		Finished: func(step finding.Step) {
			if o.open != step.ID {
				o.t.Errorf("step %s finished, but %q was open", step.ID, o.open)
			}
			o.open = ""
		},
	}
}

func (o *stepOrder) check() {
	if o.open != "" {
		o.t.Errorf("step %s never finished", o.open)
	}
}

// canaryForms are the ways in which the password could show.
func canaryForms() []string {
	return []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)),
		base64.StdEncoding.EncodeToString([]byte("\x00me@practice.example\x00" + canary))}
}

func checkNoCanary(t *testing.T, report shared.TestReport) {
	t.Helper()
	shown, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range canaryForms() {
		if strings.Contains(string(shown), form) {
			t.Errorf("the report holds the password as %s:\n%s", form, shown)
		}
	}
}

// checkNothingInClear makes sure that no such command, let alone a password, crosses an unencrypted connection where
// encryption is demanded or offered, whatever the server says.
func checkNothingInClear(t *testing.T, inClear []string, forbidden ...string) {
	t.Helper()
	for _, line := range inClear {
		for _, verb := range forbidden {
			if strings.HasPrefix(strings.ToUpper(line), verb) {
				t.Errorf("sent in clear: %q", line)
			}
		}
		for _, form := range canaryForms() {
			if strings.Contains(line, form) {
				t.Errorf("the password was sent in clear: %q", line)
			}
		}
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
