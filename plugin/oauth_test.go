package plugin

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/egress"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// provider gives tokens to one client, and has a mail server that takes them for one mailbox.
type provider struct {
	endpoint *httptest.Server
	mail     mailserver.Server

	mu      sync.Mutex
	given   int
	revoked map[string]bool
	away    bool
}

const (
	providersSecret = "zX9~4pQ7_kW2.vB8-mN5hT3~rJ6"
	providersToken  = "yT6-8hG2.qL4~dR1"
)

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{revoked: map[string]bool{}}
	p.endpoint = httptest.NewServer(http.HandlerFunc(p.answer))
	t.Cleanup(p.endpoint.Close)
	p.mail.TakesToken = func(login, token string) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return login == "me@example.com" && strings.HasPrefix(token, providersToken) && !p.revoked[token]
	}
	if err := p.mail.Start(0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.mail.Close)
	return p
}

func (p *provider) answer(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case p.away:
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.PostFormValue("client_secret") != providersSecret:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":"%s is wrong"}`, r.PostFormValue("client_secret"))
	default:
		p.given++
		fmt.Fprintf(w, `{"access_token":"%s-%d","token_type":"Bearer","expires_in":3600}`, providersToken, p.given)
	}
}

func (p *provider) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.given
}

func (p *provider) values() shared.Values {
	return shared.Values{
		"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(p.mail.Port())),
		"login":          shared.Text("me@example.com"),
		"authentication": shared.Text("client_credentials"), "oauth_client_id": shared.Text("console"),
		"oauth_token_url": shared.Text(p.endpoint.URL + "/token"),
	}
}

func withClientSecret(text string) map[string]shared.SecretChange {
	return map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(text)}
}

// TestApplicationIsTested gets a token first, and says what the endpoint answers instead of one.
func TestApplicationIsTested(t *testing.T) {
	p := newProvider(t)
	page := openPage(t, Configuration{})
	report := testReport(t, page, shared.Draft{Values: p.values(), Secrets: withClientSecret(providersSecret)})
	if report.Outcome != "complete" || report.Steps[0].ID != "token" || report.Steps[0].Status != shared.StatusPassed ||
		!strings.Contains(report.Steps[0].Detail, "valid for 59 minutes") {
		t.Errorf("%s, %+v", report.Outcome, report.Steps)
	}
	draft := shared.Draft{Values: p.values(), Secrets: withClientSecret("wR0ng~" + providersSecret)}
	report = testReport(t, page, draft)
	found := report.Diagnostics[0]
	if report.Outcome != "login_failed" || len(report.Steps) != 1 || found.Code != "oauth_client_refused" ||
		found.Field != "oauth_client_secret" || found.Evidence == nil || found.Evidence.Code != http.StatusUnauthorized ||
		report.Headline != "SMTP login failed. Check server login or password." {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	if shown := fmt.Sprintf("%+v", report); strings.Contains(shown, "vB8-mN5") {
		t.Errorf("the report shows the secret that the endpoint repeats: %s", shown)
	}
	if validation, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft}); err != nil ||
		!strings.Contains(codes(validation.Diagnostics), "refused_before") {
		t.Errorf("the same secret again: %s, %v", codes(validation.Diagnostics), err)
	}
	p.away = true
	report = testReport(t, page, shared.Draft{Values: p.values(), Secrets: withClientSecret(providersSecret)})
	if found := report.Diagnostics[0]; report.Outcome != "failed" || found.Code != "oauth_endpoint_busy" ||
		!strings.Contains(found.Evidence.Text, "Retry-After: 120") {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	p.away = false
	other := maps.Clone(p.values())
	other["login"] = shared.Text("you@example.com")
	report = testReport(t, page, shared.Draft{Values: other, Secrets: withClientSecret(providersSecret)})
	if found := report.Diagnostics[0]; report.Outcome != "login_failed" || found.Code != "oauth2_token_refused" ||
		found.Field != "login" || !strings.Contains(found.Evidence.Text, `"status":"invalid_token"`) {
		t.Errorf("another mailbox: %s, %+v", report.Outcome, report.Diagnostics)
	}
}

// TestEndpointIsBoundByPolicy asks no endpoint that the operator does not allow, for an application and for a sign-in.
func TestEndpointIsBoundByPolicy(t *testing.T) {
	p := newProvider(t)
	denied := make([]egress.Network, 1)
	if err := denied[0].UnmarshalText([]byte("127.0.0.0/8")); err != nil {
		t.Fatal(err)
	}
	page := openPage(t, Configuration{Deny: denied})
	report := testReport(t, page, shared.Draft{Values: p.values(), Secrets: withClientSecret(providersSecret)})
	if found := report.Diagnostics[0]; report.Outcome != "failed" || found.Code != "oauth_endpoint_not_permitted" ||
		found.Step != "token" || p.requests() > 0 {
		t.Errorf("%s, %+v, asked %d times", report.Outcome, report.Diagnostics, p.requests())
	}
	signs := newSignInServer(t)
	came := run(t.Context(), t, page, shared.ActionRequest{Action: "sign_in", Draft: signs.draft(), ReturnURL: returnURL})
	if !strings.Contains(came.codes(), "oauth_endpoint_not_permitted") || came.prompt.URL != "" {
		t.Errorf("a sign-in: %s", came.codes())
	}
}

// TestApplicationDelivers keeps one token for all deliveries, and renews one that was revoked.
func TestApplicationDelivers(t *testing.T) {
	p := newProvider(t)
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	save(t, page, p.values(), withClientSecret(providersSecret))
	deliver := func(from, to int) {
		t.Helper()
		var batch []shared.Notification
		for i := from; i < to; i++ {
			batch = append(batch, shared.Notification{
				Key: fmt.Sprint("n", i), To: "you@example.com", Subject: "Alert", Text: fmt.Sprint(i),
			})
		}
		if _, err := page.notifications.Notify(t.Context(), shared.NotifyRequest{Notifications: batch}); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); len(p.mail.Inbox()) < to; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d of %d delivered", len(p.mail.Inbox()), to)
			}
		}
	}
	deliver(0, 64)
	if p.requests() != 1 {
		t.Errorf("64 deliveries made %d requests for a token", p.requests())
	}
	p.mu.Lock()
	p.revoked[providersToken+"-1"] = true
	p.mu.Unlock()
	changed := p.values()
	changed["reply_to"] = shared.Text("help@example.com") // Connections are opened anew.
	save(t, page, changed, nil)
	deliver(64, 72)
	if p.requests() != 2 {
		t.Errorf("after a revocation %d requests for a token", p.requests())
	}
}

// TestApplicationsSecretStays changes whatever the secret of an application is bound to.
func TestApplicationsSecretStays(t *testing.T) {
	page := openPage(t, Configuration{})
	base := values("authentication", shared.Text("client_credentials"), "oauth_client_id", shared.Text("console"),
		"oauth_token_url", shared.Text("https://login.example/token"), "oauth_tenant", shared.Text("contoso.example"))
	save(t, page, base, withClientSecret(providersSecret))
	moves := movesAway(t)
	moves["oauth_client_id"] = shared.Text("other")
	moves["oauth_token_url"] = shared.Text("https://evil.example/token")
	moves["authentication"] = shared.Text("microsoft_app")
	for name, value := range moves {
		bound, err := page.bind(t.Context(), shared.Draft{Values: shared.Values{name: value}})
		if err != nil {
			t.Fatal(err)
		}
		field := "oauth_client_secret"
		if got := codes(bound.found.In(text.Language{}).ForField(field)); got != "secret_needed_again "+field {
			t.Errorf("with another %s: %q", name, got)
		}
		if opened, err := bound.openStored(t.Context(), field, bound.base.Revision.Document.Secrets[field]); err == nil {
			t.Errorf("with another %s it opens: %t", name, opened.IsEmpty())
		} else if !strings.Contains(err.Error(), secret.ErrCannotOpen.Error()) {
			t.Errorf("%v", err)
		}
	}
	for name, value := range map[string]shared.Value{"oauth_scope": shared.Text("mail"),
		"oauth_client_style": shared.Text("basic"),
		"reply_to":           shared.Text("help@example.com"), "oauth_secret_expires": shared.Text("2099-01-01")} {
		bound, err := page.bind(t.Context(), shared.Draft{Values: shared.Values{name: value}})
		if err != nil || bound.found.HasErrors() {
			t.Errorf("%s: %v, %v", name, bound.found, err)
		}
	}
}
