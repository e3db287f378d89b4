package probe_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestDialogue looks at every command that a server gets to see: one EHLO for each connection state, with the
// configured name from the first on; one login; no command that a server could take amiss.
func TestDialogue(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"all-is-well": "EHLO console.example, AUTH PLAIN, MAIL FROM:<me@practice.example> BODY=8BITMIME, RCPT " +
			"TO:<me@practice.example>, QUIT",
		"all-is-well-ssl": "EHLO console.example, AUTH PLAIN, MAIL FROM:<me@practice.example> BODY=8BITMIME, RCPT " +
			"TO:<me@practice.example>, QUIT",
		"all-is-well-starttls": "EHLO console.example, STARTTLS, EHLO console.example, AUTH PLAIN, MAIL " +
			"FROM:<me@practice.example> BODY=8BITMIME, RCPT TO:<me@practice.example>, QUIT",
		"auth-wrong-password": "EHLO console.example, AUTH PLAIN",
		"hello-helo-only": "EHLO console.example, HELO console.example, MAIL FROM:<me@practice.example>, RCPT " +
			"TO:<me@practice.example>, QUIT",
		"no-pipelining-sender": "EHLO console.example, AUTH PLAIN, MAIL FROM:<me@practice.example>, QUIT",
		"sender-refused": "EHLO console.example, AUTH PLAIN, MAIL FROM:<me@practice.example> BODY=8BITMIME, RCPT " +
			"TO:<me@practice.example>, QUIT",
		"auth-bad-challenge": "EHLO console.example, AUTH PLAIN, *",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault, ok := mailserver.FaultNamed(name)
			if !ok {
				t.Fatal("there is no such fault")
			}
			server, err := fault.Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			plan := planFor(fault, server.Port(), authority)
			plan.Target.HELOName = "console.example"
			probe.Run(t.Context(), plan, probe.Watch{})
			server.Drain()
			var got []string
			for _, line := range server.Received() {
				if strings.HasPrefix(line, "AUTH") {
					line = strings.Join(strings.Fields(line)[:2], " ")
				}
				got = append(got, line)
			}
			if got := strings.Join(got, ", "); got != want {
				t.Errorf("the server was told\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestOddNumbersOfTheServer: no number that a server names in its reply to EHLO steers anything that it could spoil.
func TestOddNumbersOfTheServer(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for _, odd := range []string{
		"SIZE", "SIZE 0", "SIZE -1", "SIZE +1", "SIZE 1", "SIZE 99999999999999999999999999", "SIZE 1 2 3", "SIZE \u0661",
		"LIMITS MAILMAX=0 RCPTMAX=-1", "LIMITS MAILMAX=99999999999999999999", "DELIVERBY 0", "FUTURERELEASE -1 x",
	} {
		t.Run(odd, func(t *testing.T) {
			t.Parallel()
			fault, _ := mailserver.FaultNamed("all-is-well")
			server, err := fault.Offering("PIPELINING", "AUTH PLAIN", odd).Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			report, _ := probe.Run(t.Context(), planFor(fault, server.Port(), authority), probe.Watch{})
			if report.Outcome != "complete" {
				t.Errorf("%s: %+v", report.Outcome, report.Findings)
			}
		})
	}
}

// TestEHLONameIsNeverLocalhost makes sure that without a configured name the server never hears "localhost".
func TestEHLONameIsNeverLocalhost(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("all-is-well-starttls")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	probe.Run(t.Context(), planFor(fault, server.Port(), authority), probe.Watch{})
	server.Drain()
	for _, line := range server.Received() {
		if name, ok := strings.CutPrefix(line, "EHLO "); ok && (name == "localhost" || !strings.ContainsAny(name, ".:")) {
			t.Errorf("the name in EHLO is %q", name)
		}
	}
}

// TestPinnedCertificate accepts the pinned certificate, whoever issued it, and no other, whoever issued it.
func TestPinnedCertificate(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"certificate-self-signed": "delivery_not_guaranteed",
		"certificate-wrong-host": "delivery_not_guaranteed"} {
		fault, _ := mailserver.FaultNamed(name)
		server, err := fault.Start(authority, 0)
		if err != nil {
			t.Fatal(err)
		}
		plan := planFor(fault, server.Port(), authority)
		plan.Target.PinnedCertificate = sha256.Sum256(server.Certificate())
		if report, _ := probe.Run(t.Context(), plan, probe.Watch{}); report.Findings[0].Code != want {
			t.Errorf("%s, pinned: %s, want %s", name, report.Findings[0].Code, want)
		}
		plan.Target.PinnedCertificate = [sha256.Size]byte{1}
		report, _ := probe.Run(t.Context(), plan, probe.Watch{})
		if report.Findings[0].Code != "certificate_pin_mismatch" || report.Findings[0].Field != "pinned_certificate" {
			t.Errorf("%s, another one pinned: %+v", name, report.Findings[0])
		}
		server.Close()
	}
}

// TestCertificateCard shows the certificate, accepted or not.
func TestCertificateCard(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, status := range map[string]shared.Status{
		"all-is-well-ssl": shared.StatusPassed, "certificate-expired": shared.StatusFailed,
		"starttls-certificate-wrong-host": shared.StatusFailed,
		"certificate-unverified":          shared.StatusWarning,
	} {
		fault, ok := mailserver.FaultNamed(name)
		if !ok {
			t.Fatalf("there is no fault %s", name)
		}
		server, err := fault.Start(authority, 0)
		if err != nil {
			t.Fatal(err)
		}
		report, _ := probe.Run(t.Context(), planFor(fault, server.Port(), authority), probe.Watch{})
		server.Close()
		if len(report.Cards) != 1 || report.Cards[0].Status != status {
			t.Errorf("%s: cards %+v, want one of status %s", name, report.Cards, status)
			continue
		}
		facts := map[string]string{}
		for _, fact := range report.Cards[0].Facts {
			if said := language.Of("de").Render(fact.Value); fact.Label.String() == "Not accepted because" &&
				(said == fact.Value.String() || strings.Contains(said, "x509")) {
				t.Errorf("%s: the reason is not said in the reader's language: %s", name, said)
			}
			facts[fact.Label.String()] = fact.Value.String()
		}
		for _, label := range []string{"Issued to", "Valid for", "Issued by", "Valid from", "Valid until", "Key",
			"Fingerprint (SHA-256)", "Encryption"} {
			if facts[label] == "" {
				t.Errorf("%s: the card does not say %q", name, label)
			}
		}
		if _, reason := facts["Not accepted because"]; reason != (status != shared.StatusPassed) {
			t.Errorf("%s: the card of status %s gives a reason: %t", name, status, reason)
		}
	}
}
