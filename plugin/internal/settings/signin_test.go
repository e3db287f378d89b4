package settings

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSignInSettings binds sign-ins at each provider, complete and not, and reads where each of them asks.
func TestSignInSettings(t *testing.T) {
	text := shared.Text
	tenant := shared.Values{OAuthTenant: text("Common")}
	issuer := shared.Values{OAuthIssuer: text("https://login.example"), OAuthScope: text("mail")}
	for name, c := range map[string]struct {
		provider string
		change   shared.Values
		lacks    string // a secret that is not set
		want     string // severity, code and field
		token    string
	}{
		"Microsoft": {providerMicrosoft, tenant, "", "", "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
		"public": {providerMicrosoft, tenant, OAuthClientSecret, "",
			"https://login.microsoftonline.com/common/oauth2/v2.0/token"},
		"Google":  {providerGoogle, nil, "", "", "https://oauth2.googleapis.com/token"},
		"another": {providerOther, issuer, "", "", ""},
		"no tenant": {providerMicrosoft, nil, "", "error required oauth_tenant",
			"https://login.microsoftonline.com//oauth2/v2.0/token"},
		"no issuer": {providerOther, nil, "", "error required oauth_issuer", ""},
		"in plain text": {providerOther, shared.Values{OAuthIssuer: text("http://login.example")}, "",
			"error not_https oauth_issuer", ""},
		"Google without a secret": {providerGoogle, nil, OAuthClientSecret, "error secret_missing oauth_client_secret",
			"https://oauth2.googleapis.com/token"},
		"nobody": {providerGoogle, nil, OAuthGrant, "error not_signed_in oauth_grant", "https://oauth2.googleapis.com/token"},
		"no client": {providerGoogle, shared.Values{OAuthClientID: {}}, "", "error required oauth_client_id",
			"https://oauth2.googleapis.com/token"},
	} {
		values := joined(joined(good(), signInAt(c.provider)), c.change)
		s, found := Bind(values, func(field string) bool { return field != c.lacks })
		var got []string
		for _, one := range found {
			got = append(got, string(one.Severity)+" "+one.Code+" "+one.Field)
		}
		registration := s.Registration(shared.NewSecretText("s3cret"))
		if got := strings.Join(got, "; "); got != c.want || registration.Token != c.token {
			t.Errorf("%s: %q at %q, want %q", name, got, registration.Token, c.want)
		}
		if !s.WantsSignIn() || s.SecretField() != OAuthGrant || !s.UsesSecret(OAuthClientSecret) || s.WantsPassword() ||
			s.NamedField() != OAuthClientSecret {
			t.Errorf("%s logs in with %q", name, s.SecretField())
		}
	}
	if _, err := ReadEnvironment([]string{"SMTP_OAUTH_GRANT=x-secret"}); err == nil ||
		!strings.Contains(err.Error(), "SMTP_OAUTH_GRANT") || strings.Contains(err.Error(), "x-secret") {
		t.Errorf("a sign-in of the environment: %v", err)
	}
}

// TestSecretIDOfSignIn warns of Microsoft's Secret ID, and of nobody else's GUID.
func TestSecretIDOfSignIn(t *testing.T) {
	field, _ := Schema().Field(OAuthClientSecret)
	for provider, want := range map[string]int{providerMicrosoft: 1, providerGoogle: 0, providerOther: 0} {
		s, _ := Bind(joined(good(), signInAt(provider)), func(string) bool { return true })
		found := s.CheckSecret(field, "4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915")
		if len(found) != want || found.HasErrors() {
			t.Errorf("%s: %v", provider, found)
		}
	}
}
