package probe_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// canary is a password that must not be found anywhere.
const canary = "c4nary-Pa55word"

// shortLimits keep the suite fast; what they bound is the same.
var shortLimits = smtpconn.Limits{
	Resolve: 2 * time.Second, Connect: 2 * time.Second, TLS: time.Second, Greeting: 1500 * time.Millisecond,
	Silence: 300 * time.Millisecond, Auth: time.Second, Command: time.Second, Quit: 300 * time.Millisecond,
}

func planFor(fault mailserver.Fault, port int, authority *mailserver.Authority) probe.Plan {
	plan := probe.Plan{
		Target: smtpconn.Target{
			Host: "127.0.0.1", Port: port, Encrypt: fault.UseSSL, Limits: shortLimits,
			AdditionalCA: []*x509.Certificate{authority.Certificate},
		},
		Envelope:    smtpconn.Envelope{Sender: "me@practice.example", Recipient: "me@practice.example"},
		SenderField: "login",
		TimeLimit:   30 * time.Second,
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
			server, err := fault.Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			var events []shared.TestEvent
			report, _ := probe.Run(t.Context(), planFor(fault, server.Port(), authority), func(event shared.TestEvent) {
				events = append(events, event)
			})
			if len(report.Diagnostics) == 0 {
				t.Fatalf("no diagnostics; transcript:\n%s", strings.Join(report.Transcript, "\n"))
			}
			first := report.Diagnostics[0]
			got := mailserver.Expectation{Outcome: report.Outcome, Code: first.Code, Step: first.Step, Field: first.Field}
			if got != fault.Expect {
				t.Errorf("got  %+v\nwant %+v\nsummary: %s\ntranscript:\n%s", got, fault.Expect, first.Summary, strings.Join(report.Transcript, "\n"))
			}
			checkEvents(t, events)
			checkNoCanary(t, report)
			if fault.UseSSL {
				checkNothingInClear(t, server.InClear(), "AUTH", "MAIL")
			}
			if fault.OffersStartTLS() {
				checkNothingInClear(t, server.InClear(), "AUTH")
			}
		})
	}
}

func checkEvents(t *testing.T, events []shared.TestEvent) {
	t.Helper()
	open := ""
	for _, event := range events {
		switch event := event.(type) {
		case shared.StepStarted:
			if open != "" {
				t.Errorf("step %s started before %s had finished", event.ID, open)
			}
			open = event.ID
		case shared.StepFinished:
			if open != event.ID {
				t.Errorf("step %s finished, but %q was open", event.ID, open)
			}
			open = ""
		}
	}
	if open != "" {
		t.Errorf("step %s never finished", open)
	}
}

// canaryForms are the ways in which the password could show.
func canaryForms() []string {
	return []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)),
		base64.StdEncoding.EncodeToString([]byte("\x00me@practice.example\x00" + canary))}
}

func checkNoCanary(t *testing.T, report shared.TestReport) {
	t.Helper()
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range canaryForms() {
		if strings.Contains(string(text), form) {
			t.Errorf("the report holds the password as %s:\n%s", form, text)
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
