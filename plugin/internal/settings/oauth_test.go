package settings

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

func clientCredentials() shared.Values {
	return shared.Values{
		Authentication: shared.Text(authenticateCredentials), OAuthClientID: shared.Text("console"),
		OAuthTokenURL: shared.Text("https://login.example/token"),
	}
}

// TestApplicationMistakes binds applications that lack something, or lead elsewhere.
func TestApplicationMistakes(t *testing.T) {
	text, none := shared.Text, shared.Value{}
	google := shared.Values{Authentication: text(authenticateGoogle)}
	for name, c := range map[string]struct {
		base, change shared.Values
		lacks, want  string // the secret that is not set; severity, code and field
	}{
		"Microsoft": {microsoftApp(), nil, "", ""},
		"Google":    {google, nil, "", ""},
		"another":   {clientCredentials(), nil, "", ""},
		"by issuer": {clientCredentials(), shared.Values{OAuthTokenURL: none,
			OAuthIssuer: text("https://a.example")}, "", ""},
		"on this machine": {clientCredentials(), shared.Values{OAuthTokenURL: text("http://127.0.0.1:4100/token")}, "",
			""},
		"no secret": {microsoftApp(), nil, OAuthClientSecret, "error secret_missing oauth_client_secret"},
		"no key":    {google, nil, OAuthServiceAccount, "error secret_missing oauth_service_account"},
		"no tenant": {microsoftApp(), shared.Values{OAuthTenant: none}, "", "error required oauth_tenant"},
		"no tenant of its own": {microsoftApp(), shared.Values{OAuthTenant: text("Common")}, "",
			"error tenant_of_nobody oauth_tenant"},
		"an odd tenant": {microsoftApp(), shared.Values{OAuthTenant: text("a/b")}, "",
			"error wrong_form oauth_tenant"},
		"no client": {clientCredentials(), shared.Values{OAuthClientID: none}, "",
			"error required oauth_client_id"},
		"no endpoint": {clientCredentials(), shared.Values{OAuthTokenURL: none}, "",
			"error required oauth_token_url"},
		"two endpoints": {clientCredentials(), shared.Values{OAuthIssuer: text("https://a.example")}, "",
			"error two_endpoints oauth_issuer"},
		"in plain text": {clientCredentials(), shared.Values{OAuthTokenURL: text("http://a.example/")}, "",
			"error not_https oauth_token_url"},
		"with a login": {clientCredentials(), shared.Values{OAuthTokenURL: text("https://a:b@c.example/")}, "",
			"error not_a_url oauth_token_url"},
		"no login": {microsoftApp(), shared.Values{Login: none, UseOtherAccount: shared.Boolean(true),
			Email: text("a@b.example")}, "",
			"error login_missing login"},
	} {
		values := joined(joined(good(), c.base), c.change)
		s, found := Bind(values, func(field string) bool { return field != c.lacks })
		var got []string
		for _, one := range found {
			got = append(got, string(one.Severity)+" "+one.Code+" "+one.Field)
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if !s.WantsApplication() || s.WantsPassword() || s.WantsToken() {
			t.Errorf("%s logs in with %q", name, s.SecretField())
		}
		target := s.Target(shared.NewSecretText("x"), shared.NewSecretText("x"))
		if target.Authentication != smtpconn.AuthenticateOAuth2 || !target.AccessToken.IsEmpty() ||
			!target.Password.IsEmpty() {
			t.Errorf("%s: the application's secret would go to the mail server", name)
		}
	}
}

// TestStoredAuthentication keeps the values that earlier versions have stored.
func TestStoredAuthentication(t *testing.T) {
	for _, kind := range []string{"automatic", "password", "plain", "login", "oauth2", "none"} {
		values := with(Authentication, shared.Text(kind))
		if kind == "none" {
			maps.Copy(values, shared.Values{UseOtherAccount: shared.Boolean(true), Email: shared.Text("a@b.example")})
		}
		if _, found := Bind(values, func(string) bool { return true }); found.HasErrors() {
			t.Errorf("%s: %v", kind, found)
		}
	}
}

// TestSecretID warns of a GUID where Microsoft's secret belongs, and of no other provider's.
func TestSecretID(t *testing.T) {
	field, _ := Schema().Field(OAuthClientSecret)
	const guid = "4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915"
	for _, c := range []struct {
		values shared.Values
		secret string
		warns  bool
	}{
		{microsoftApp(), guid, true}, {microsoftApp(), "8Q~8Q~abcdefghijklmnopqrstuvwxyz012345", false},
		{clientCredentials(), guid, false},
	} {
		s, _ := Bind(joined(good(), c.values), func(string) bool { return true })
		found := s.CheckSecret(field, c.secret)
		if (len(found) > 0) != c.warns || found.HasErrors() {
			t.Errorf("%v: %v", c.values[Authentication], found)
		}
	}
}

// TestServiceAccountKey takes the file as Google gives it out, with its line breaks, and shows nothing of another.
func TestServiceAccountKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := func(uri string) string {
		block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
		written, _ := json.MarshalIndent(map[string]string{"type": "service_account", "client_email": "a@b.example",
			"token_uri": uri, "private_key": string(pem.EncodeToMemory(block))}, "", "  ")
		return string(written) + "\n"
	}
	field, _ := Schema().Field(OAuthServiceAccount)
	s, _ := Bind(joined(good(), shared.Values{Authentication: shared.Text(authenticateGoogle)}),
		func(string) bool { return true })
	for secret, want := range map[string]string{
		file("https://oauth2.googleapis.com/token"): "", file("https://evil.example/"): "token_uri_elsewhere",
		"s3cret": "not_a_service_account_key",
		`{"type":"service_account","client_email":"s3cret"}`: "not_a_service_account_key",
	} {
		found := s.CheckSecret(field, secret)
		got := ""
		for _, one := range found {
			got += one.Code
			if said := one.Summary.String() + one.Detail.String(); strings.Contains(said, "s3cret") ||
				strings.Contains(said, "evil") {
				t.Errorf("%s", said)
			}
		}
		if got != want {
			t.Errorf("%.40s: %q, want %q", secret, got, want)
		}
		if _, err := s.Application(shared.NewSecretText(secret)); (err == nil) != (want == "") {
			t.Errorf("%.40s: %v", secret, err)
		}
	}
}

// TestSecretEnding warns before a secret ends.
func TestSecretEnding(t *testing.T) {
	now := time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC)
	for ends, want := range map[string]string{
		"": "", "2027-11-26": "", "2026-12-27": "", "2026-12-26": "The client secret ends in 30 days.",
		"2026-11-27": "The client secret ends in 1 day.", "2026-11-26": "The client secret ends today.",
		"2026-11-25": "By its date the client secret has ended.",
	} {
		values := joined(joined(good(), microsoftApp()), shared.Values{OAuthSecretExpires: shared.Text(ends)})
		s, _ := Bind(values, func(string) bool { return true })
		got := ""
		for _, one := range s.SecretEnding(now) {
			got = one.Summary.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", ends, got, want)
		}
	}
}

// TestApplicationOfTheEnvironment holds the secret of an application to what the environment names.
func TestApplicationOfTheEnvironment(t *testing.T) {
	all := []string{"SMTP_SERVER=smtp.office365.com", "SMTP_LOGIN=me@email.com", "SMTP_AUTHENTICATION=microsoft_app",
		"SMTP_OAUTH_TENANT=contoso.example", "SMTP_OAUTH_CLIENT_ID=console", "SMTP_OAUTH_CLIENT_SECRET=s3cret"}
	layers, err := ReadEnvironment(all)
	if err != nil {
		t.Fatal(err)
	}
	if bound := layers.Destination(); bound[OAuthTenant] != "contoso.example" ||
		bound[Authentication] != authenticateMicrosoft {
		t.Errorf("bound to %v", bound)
	}
	for i := range 3 {
		lacking := append(append([]string{}, all[:i]...), all[i+1:]...)
		name, _, _ := strings.Cut(all[i], "=")
		if _, err := ReadEnvironment(lacking); err == nil || !strings.Contains(err.Error(), "needs "+name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
