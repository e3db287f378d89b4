package acceptance

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

const starttlsPassword = "c4nary-Pa55word"

// encryptionStory is a running plugin and a practice mail server whose encryption goes wrong.
type encryptionStory struct {
	host   *host.Host
	server *mailserver.Running
	values shared.Values
}

func newEncryptionStory(t *testing.T, h *host.Host, authority *mailserver.Authority, name string) encryptionStory {
	t.Helper()
	fault, ok := mailserver.FaultNamed(name)
	if !ok {
		t.Fatalf("there is no fault %s", name)
	}
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return encryptionStory{host: h, server: server, values: shared.Values{
		"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(server.Port())), "login": shared.Text(notifyLogin),
		"use_ssl": shared.Boolean(fault.UseSSL), "ca_certificate": shared.Text(string(authority.PEM())),
		"starttls": {}, "pinned_certificate": {},
	}}
}

func (s encryptionStory) draft() shared.Draft {
	return shared.Draft{
		Values: s.values, Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(starttlsPassword)},
	}
}

func (s encryptionStory) save(t *testing.T) {
	t.Helper()
	now, err := s.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.host.Page().Save(t.Context(), shared.SaveRequest{
		Actor: "anna", Revision: now.Revision.Number, Draft: s.draft(),
	})
	if err != nil || !result.Saved {
		t.Fatal(err, result.Diagnostics)
	}
}

// test runs Test connection.
func (s encryptionStory) test(t *testing.T) shared.TestReport {
	t.Helper()
	var report shared.TestReport
	err := s.host.Page().Test(t.Context(), shared.TestRequest{Actor: t.Name(), Draft: s.draft()},
		func(event shared.TestEvent) error {
			if completed, ok := event.(shared.Completed); ok {
				report = completed.Report
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// keptBack makes sure that the server got neither a login nor a message in plain text.
func (s encryptionStory) keptBack(t *testing.T) {
	t.Helper()
	for _, line := range s.server.InClear() {
		if strings.HasPrefix(line, "AUTH") || strings.HasPrefix(line, "MAIL") || len(leaks(line, starttlsPassword)) > 0 {
			t.Errorf("sent in plain text: %q", line)
		}
	}
}

func openEncryptionHost(t *testing.T) (*host.Host, *mailserver.Authority) {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h, authority
}

// TestStartTLSThatFails has an offered STARTTLS fail, with Use SSL off: neither a test nor a delivery sends the
// password, and notifications wait, until the settings say to send everything unencrypted.
func TestStartTLSThatFails(t *testing.T) {
	t.Parallel()
	h, authority := openEncryptionHost(t)
	for name, code := range map[string]string{
		"refused-454": "starttls_unavailable", "injected-late": "starttls_injection", "handshake-reset": "tls_closed",
		"ehlo-closed": "hello_closed",
	} {
		t.Run(name, func(t *testing.T) {
			story := newEncryptionStory(t, h, authority, "starttls-"+name+"-not-demanded")
			report := story.test(t)
			if len(report.Diagnostics) == 0 || report.Diagnostics[0].Code != code {
				t.Fatalf("the test says %+v", report.Diagnostics)
			}
			fixes := report.Diagnostics[0].Fixes
			last := len(fixes) - 1
			if last < 1 || fixes[last].Values["starttls"] != shared.Text("never") ||
				fixes[0].Values["use_ssl"] != shared.Boolean(true) {
				t.Errorf("the fixes are %+v", fixes)
			}
			story.save(t)
			receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
			if status := awaitService(t, h, shared.ServiceDegraded); status.Reason == nil || status.Reason.Code != code {
				t.Errorf("the service is %+v", status)
			}
			story.keptBack(t)

			story.values["starttls"] = shared.Text("never")
			story.save(t)
			if entry := awaitEntry(t, h, receipt.ID, shared.NotificationDelivered); entry.Attempts != 1 {
				t.Errorf("an attempt was counted while the notification waited: %+v", entry)
			}
			if said := fmt.Sprint(story.server.InClear()); !strings.Contains(said, "AUTH PLAIN") {
				t.Errorf("sent in plain text: %s", said)
			}
		})
	}
}

// TestPinWithoutSSL holds a pinned certificate with Use SSL off, in a test and in a delivery.
func TestPinWithoutSSL(t *testing.T) {
	t.Parallel()
	h, authority := openEncryptionHost(t)
	for _, c := range []struct{ fault, code string }{
		{"all-is-well", "starttls_not_offered"}, {"all-is-well-starttls", "certificate_pin_mismatch"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			story := newEncryptionStory(t, h, authority, c.fault)
			story.values["pinned_certificate"] = shared.Text(strings.Repeat("ab", sha256.Size))
			report := story.test(t)
			if len(report.Diagnostics) == 0 || report.Diagnostics[0].Code != c.code || report.Outcome != "connection_failed" {
				t.Errorf("the test says %s, %+v", report.Outcome, report.Diagnostics)
			}
			story.save(t)
			receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
			if status := awaitService(t, h, shared.ServiceDegraded); status.Reason == nil || status.Reason.Code != c.code {
				t.Errorf("the service is %+v", status)
			}
			story.keptBack(t)
			if c.fault == "all-is-well-starttls" {
				story.values["pinned_certificate"] = shared.Text(fmt.Sprintf("%x", sha256.Sum256(story.server.Certificate())))
			} else {
				story.values["pinned_certificate"] = shared.Value{}
			}
			story.save(t)
			awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
		})
	}
}

// TestLargeHelloIsDropped sends through servers that drop a TLS hello with ML-KEM: once more for the first connection
// of the process, not for those that follow.
func TestLargeHelloIsDropped(t *testing.T) {
	t.Parallel()
	h, authority := openEncryptionHost(t)
	for _, name := range []string{"large-hello-close", "starttls-large-hello-reset"} {
		t.Run(name, func(t *testing.T) {
			story := newEncryptionStory(t, h, authority, name)
			story.save(t)
			receipt := notify(t, h, shared.Notification{To: "you@email.com", Text: "x"})
			awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
			if got := story.server.Connections(); got != 2 {
				t.Errorf("%d connections for a delivery, want 2", got)
			}
			report := story.test(t)
			said := ""
			for _, step := range report.Steps {
				said += step.Detail + "\n"
			}
			if report.Outcome != "complete" || !strings.Contains(said, "without ML-KEM") {
				t.Errorf("the test says %s:\n%s", report.Outcome, said)
			}
			if got := story.server.Connections(); got != 3 {
				t.Errorf("%d connections for a delivery and a test, want 3", got)
			}
			story.keptBack(t)
		})
	}
}
