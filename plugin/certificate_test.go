package plugin

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// madeCertificate has the page make a certificate.
func madeCertificate(t *testing.T, page *Page) (values shared.Values, ticket shared.SecretText) {
	t.Helper()
	request := shared.ActionRequest{Action: "make_certificate", Draft: shared.Draft{
		Values: shared.Values{"oauth_client_id": shared.Text("console")},
	}}
	err := page.RunAction(t.Context(), request, func(event shared.TestEvent) error {
		if done, ok := event.(shared.Completed); ok {
			values, ticket = done.Result.Values, done.Result.Tickets["oauth_certificate_key"]
			if done.Report.Status != shared.StatusPassed || !strings.Contains(done.Report.Diagnostics[0].Detail, "thumbprint") {
				t.Errorf("%+v", done.Report)
			}
		}
		return nil
	})
	if err != nil || ticket.IsEmpty() {
		t.Fatalf("no ticket, %v", err)
	}
	return values, ticket
}

// TestCertificateIsMadeHere tests and saves with a key that never leaves, and with a ticket that tells nothing.
func TestCertificateIsMadeHere(t *testing.T) {
	var asserted string
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asserted = r.PostFormValue("client_assertion")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"AADSTS700027: The key was not found."}`))
	}))
	defer endpoint.Close()
	page := openPage(t, Configuration{})
	made, ticket := madeCertificate(t, page)
	all := values("authentication", shared.Text("client_credentials"), "oauth_client_id", shared.Text("console"),
		"oauth_token_url", shared.Text(endpoint.URL), "oauth_certificate", made["oauth_certificate"])
	secrets := map[string]shared.SecretChange{"oauth_certificate_key": shared.ReplaceSecret(ticket.Reveal())}
	report := testReport(t, page, shared.Draft{Values: all, Secrets: secrets})
	if found := report.Diagnostics[0]; found.Code != "oauth_certificate_refused" || found.Field != "oauth_certificate" ||
		!strings.Contains(found.Summary, "certificate ") || strings.Count(asserted, ".") != 2 {
		t.Errorf("%+v, asserted %q", report.Diagnostics, asserted)
	}
	save(t, page, all, secrets)
	snapshot, err := page.Load(t.Context(), shared.LoadRequest{})
	if state := snapshot.Secrets["oauth_certificate_key"]; err != nil || !state.Set || state.Expires.Before(time.Now()) {
		t.Errorf("%+v, %v", state, err)
	}
	asserted = ""
	report = testReport(t, page, shared.Draft{})
	if report.Diagnostics[0].Code != "oauth_certificate_refused" || asserted == "" {
		t.Errorf("with the stored key: %+v", report.Diagnostics)
	}
	moved := shared.Draft{Values: shared.Values{"oauth_token_url": shared.Text("https://evil.example/")}}
	if got := codes(testReport(t, page, moved).Diagnostics); got != "secret_needed_again oauth_certificate_key" {
		t.Errorf("to another endpoint: %s", got)
	}
}

// TestWorthlessTicket takes no ticket that was made elsewhere, changed, or too long ago.
func TestWorthlessTicket(t *testing.T) {
	page, other := openPage(t, Configuration{}), openPage(t, Configuration{})
	made, ticket := madeCertificate(t, page)
	_, foreign := madeCertificate(t, other)
	parts := strings.Split(ticket.Reveal(), ".")
	past := time.Now().Add(-25 * time.Hour)
	old, err := page.issueTicket(t.Context(), "oauth_certificate_key", shared.NewSecretText("x"), past)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"another text": "x", "of another key": foreign.Reveal(), "too old": old.Reveal(),
		"of another id": "x." + parts[1] + "." + parts[2], "prolonged": parts[0] + ".9" + parts[1] + "." + parts[2],
		"cut": ticket.Reveal()[:len(ticket.Reveal())-4],
	} {
		all := values("authentication", shared.Text("client_credentials"), "oauth_client_id", shared.Text("console"),
			"oauth_token_url", shared.Text("https://login.example/token"), "oauth_certificate", made["oauth_certificate"])
		result := trySave(t, page, all, map[string]shared.SecretChange{"oauth_certificate_key": shared.ReplaceSecret(text)})
		if got := codes(result.Diagnostics); result.Saved ||
			!strings.Contains(got, "ticket_worthless oauth_certificate_key") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestDelegationIsShown names the service account of the key, and the scope, and nothing else of the key.
func TestDelegationIsShown(t *testing.T) {
	key := serviceAccountKey(t)
	page := openPage(t, Configuration{})
	draft := shared.Draft{Values: values("authentication", shared.Text("google_service_account")),
		Secrets: map[string]shared.SecretChange{"oauth_service_account": shared.ReplaceSecret(key)}}
	validation, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft})
	const want = "1234567890\nhttps://mail.google.com/"
	if shown := validation.Computed["oauth_delegation"].String(); err != nil || shown != want {
		t.Errorf("%q, %v", shown, err)
	}
	save(t, page, draft.Values, draft.Secrets)
	validation, err = page.Validate(t.Context(), shared.ValidateRequest{})
	if shown := validation.Computed["oauth_delegation"].String(); err != nil || shown != want {
		t.Errorf("of the stored key: %q, %v", shown, err)
	}
	draft.Secrets["oauth_service_account"] = shared.ReplaceSecret("{}")
	validation, err = page.Validate(t.Context(), shared.ValidateRequest{Draft: draft})
	if err != nil || !validation.Computed["oauth_delegation"].IsEmpty() {
		t.Errorf("of what is no key: %v, %v", validation.Computed, err)
	}
}

// serviceAccountKey is a key as Google gives it out.
func serviceAccountKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	written, err := json.Marshal(map[string]string{"type": "service_account", "client_id": "1234567890",
		"client_email": "console@project.iam.gserviceaccount.com", "private_key": string(pem.EncodeToMemory(block))})
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

// TestSetUpIsShown fills the values of the form into what is to be copied.
func TestSetUpIsShown(t *testing.T) {
	page := openPage(t, Configuration{})
	draft := shared.Draft{Values: values("authentication", shared.Text("microsoft_app"), "oauth_client_id",
		shared.Text("console"), "oauth_tenant", shared.Text("contoso.example"))}
	validation, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft})
	if shown := validation.Computed["oauth_set_up"].String(); err != nil || !strings.Contains(shown, "'me@example.com'") {
		t.Errorf("%q, %v", shown, err)
	}
	save(t, page, draft.Values, withClientSecret(providersSecret))
	if snapshot, err := page.Load(t.Context(), shared.LoadRequest{}); err != nil ||
		snapshot.Computed["oauth_set_up"].IsEmpty() {
		t.Errorf("%v, %v", snapshot.Computed, err)
	}
}
