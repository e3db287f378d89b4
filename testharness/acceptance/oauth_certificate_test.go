package acceptance

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// makeCertificate has the page make a certificate, and returns it with the ticket of its key.
func makeCertificate(t *testing.T, h *host.Host, values shared.Values) (certificate, ticket string) {
	t.Helper()
	request := shared.ActionRequest{Action: "make_certificate", Draft: shared.Draft{Values: values}}
	err := h.ActionRunner().RunAction(t.Context(), request, func(event shared.TestEvent) error {
		if done, ok := event.(shared.Completed); ok {
			certificate, _ = done.Result.Values["oauth_certificate"].AsText()
			ticket = done.Result.Tickets["oauth_certificate_key"].Reveal()
		}
		return nil
	})
	if err != nil || certificate == "" || ticket == "" {
		t.Fatalf("no certificate: %q, %v", certificate, err)
	}
	return certificate, ticket
}

// keysOf is the public key of a certificate as providers take it (RFC 7517 section 5).
func keysOf(t *testing.T, certificate string) json.RawMessage {
	t.Helper()
	block, _ := pem.Decode([]byte(certificate))
	if block == nil {
		t.Fatalf("no certificate: %q", certificate)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := parsed.PublicKey.(*rsa.PublicKey)
	encode := base64.RawURLEncoding.EncodeToString
	return fmt.Appendf(nil, `{"keys":[{"kty":"RSA","use":"sig","n":%q,"e":%q}]}`, encode(key.N.Bytes()),
		encode(big.NewInt(int64(key.E)).Bytes()))
}

// TestOAuthCertificate signs in with a certificate that the page makes: at a real provider which knows it, with clocks
// that differ, in delivery; and with one that the provider does not know.
func TestOAuthCertificate(t *testing.T) {
	t.Parallel()
	c := startChain(t, "xoauth2 oauthbearer")
	server := c.servers.postfix
	h := supervised(t, manifest(t, "smtp", "smtp-plugin"))
	values := c.servers.at(t, server, "client_credentials")
	maps.Copy(values, shared.Values{"oauth_client_id": shared.Text("by certificate"), "oauth_scope": shared.Text("smtp"),
		"oauth_token_url": shared.Text(c.provider.Plain + "/token")})
	certificate, ticket := makeCertificate(t, h, values)
	other, _ := makeCertificate(t, h, values)
	values["oauth_certificate"] = shared.Text(certificate)
	register := func(certificate string) {
		c.provider.client(t, "by certificate", server.login, func(o *oauthClient) {
			o.Secret, o.Style, o.Keys = "", "private_key_jwt", keysOf(t, certificate)
		})
	}
	secrets := map[string]string{"oauth_certificate_key": ticket}
	for _, one := range []struct {
		name, registered string
		ahead            int // by how many seconds the provider's clock is ahead
		outcome, cause   string
	}{
		{"known", certificate, 0, "complete", ""},
		{"clock five minutes ahead", certificate, 300, "complete", ""},
		{"clock five minutes behind", certificate, -300, "complete", ""},
		{"unknown", other, 0, "login_failed", "oauth_client_refused"},
		{"another hour", certificate, 3600, "login_failed", "oauth_client_refused"},
	} {
		register(one.registered)
		c.provider.control(t, "clock", map[string]int{"ahead": one.ahead}, nil)
		report := testDraft(t, h, values, secrets)
		if report.Outcome != one.outcome || one.cause != "" &&
			(report.Diagnostics[0].Code != one.cause || report.Diagnostics[0].Field != "oauth_certificate") {
			t.Errorf("%s: %s, %+v", one.name, report.Outcome, report.Diagnostics)
		}
	}
	c.provider.control(t, "clock", map[string]int{"ahead": 0}, nil)
	register(certificate)
	saveSettings(t, h, values, secrets)
	sent := notify(t, h, shared.Notification{To: "inbox@postfix.test", Subject: "By certificate", Text: "x"})
	awaitEntry(t, h, sent.ID, shared.NotificationDelivered)
	for _, asked := range c.provider.requests(t, "by certificate") {
		if asked.Style != "assertion" {
			t.Errorf("the provider was asked in another way: %+v", asked)
		}
	}
}

// testDraft tests values, with secrets by field.
func testDraft(t *testing.T, h *host.Host, values shared.Values, secrets map[string]string) shared.TestReport {
	t.Helper()
	draft := shared.Draft{Values: values, Secrets: map[string]shared.SecretChange{}}
	for field, text := range secrets {
		draft.Secrets[field] = shared.ReplaceSecret(text)
	}
	var report shared.TestReport
	err := h.Page().Test(t.Context(), shared.TestRequest{Draft: draft}, func(event shared.TestEvent) error {
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
