package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestApplicationsSecretIsNamed gets a token with a secret in a file, which goes nowhere else.
func TestApplicationsSecretIsNamed(t *testing.T) {
	p := newProvider(t)
	directory := t.TempDir()
	path := filepath.Join(directory, "client")
	if err := os.WriteFile(path, []byte(providersSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := openPage(t, Configuration{SecretDir: directory})
	all := p.values()
	all["password_reference"] = shared.Text("file://" + path)
	report := testReport(t, page, shared.Draft{Values: all})
	if report.Outcome != "complete" || p.requests() != 1 {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	save(t, page, all, nil)
	for name, value := range map[string]shared.Value{
		"oauth_token_url": shared.Text("https://evil.example/token"), "oauth_client_id": shared.Text("other"),
		"server": shared.Text("evil.example"), "authentication": shared.Text("automatic"),
	} {
		got := codes(testReport(t, page, shared.Draft{Values: shared.Values{name: value}}).Diagnostics)
		if !strings.Contains(got, "secret_needed_again password_reference") {
			t.Errorf("with another %s: %s", name, got)
		}
	}
	draft := shared.Draft{Values: all, Secrets: withClientSecret("x")}
	if got := codes(testReport(t, page, draft).Diagnostics); !strings.Contains(got, "two_passwords") {
		t.Errorf("typed and named: %s", got)
	}
}

// TestServiceAccountKeyIsNamed takes a key of several lines from a file, and nothing else of several lines.
func TestServiceAccountKeyIsNamed(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "key.json")
	if err := os.WriteFile(path, []byte("{\n\"type\": \"x\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := openPage(t, Configuration{SecretDir: directory})
	for kind, want := range map[string]string{"google_service_account": "",
		"automatic": "reference_refused password_reference"} {
		bound, err := page.bind(t.Context(), shared.Draft{Values: values("authentication", shared.Text(kind),
			"password_reference", shared.Text("file://"+path))})
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(bound.found.In(text.Language{})); !strings.Contains(got, want) || want == "" &&
			bound.found.HasErrors() {
			t.Errorf("%s: %s", kind, got)
		}
	}
}
