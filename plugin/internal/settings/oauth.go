package settings

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// application is how access tokens are got. kind is the value of Authentication; empty means that no application gets
// one.
type application struct {
	kind                    string
	provider                string // where the owner of the mailbox signs in; empty where nobody does
	cloud, tenant, clientID string
	tokenURL, issuer, scope string
	inHeader                bool
	expires                 time.Time         // of the secret; zero when that is not known
	certificate             *x509.Certificate // nil without one
}

// NamesApplication reports whether the values have an application get the access token.
func NamesApplication(values shared.Values) bool {
	kind, _ := values[Authentication].AsText()
	return slices.Contains([]string{authenticateMicrosoft, authenticateGoogle, authenticateCredentials,
		authenticateSignIn}, kind)
}

// SignsIn reports whether the values have somebody sign in.
func SignsIn(values shared.Values) bool {
	kind, _ := values[Authentication].AsText()
	return kind == authenticateSignIn
}

// SecretField is the name of the field whose secret the settings log in with; empty when there is none.
func (s Settings) SecretField() string {
	switch {
	case s.application.kind == authenticateGoogle:
		return OAuthServiceAccount
	case s.WantsSignIn():
		return OAuthGrant
	case s.application.certificate != nil:
		return OAuthCertificateKey
	case s.application.kind != "":
		return OAuthClientSecret
	case s.authentication == smtpconn.AuthenticateOAuth2:
		return AccessToken
	case s.WantsPassword():
		return Password
	}
	return ""
}

// UsesSecret reports whether the settings use the secret of a field. A sign-in uses a client secret beside.
func (s Settings) UsesSecret(field string) bool {
	return field == s.SecretField() && field != "" || s.WantsSignIn() && field == OAuthClientSecret
}

// NamesSecret reports whether the settings name the secret of NamedField instead of having it.
func (s Settings) NamesSecret() bool { return s.PasswordReference != "" && s.NamedField() != "" }

// NamedField is the field whose secret the password reference stands for; empty when there is none.
func (s Settings) NamedField() string {
	if s.WantsSignIn() {
		return OAuthClientSecret
	}
	if field := s.SecretField(); slices.Contains(namedSecrets, field) {
		return field
	}
	return ""
}

// namedSecrets are the fields whose secret can be named by the password reference.
var namedSecrets = []string{Password, OAuthClientSecret, OAuthServiceAccount}

// WantsSignIn reports whether the owner of the mailbox signs in.
func (s Settings) WantsSignIn() bool { return s.application.kind == authenticateSignIn }

// Registration is the client with which the owner of the mailbox signs in, with its secret, which may be empty.
func (s Settings) Registration(secret shared.SecretText) oauth.Registration {
	a := s.application
	switch a.provider {
	case providerMicrosoft:
		return oauth.MicrosoftSignIn(a.cloud, a.tenant, a.clientID, secret)
	case providerGoogle:
		return oauth.GoogleSignIn(a.clientID, secret)
	default:
		return oauth.SignInAt(a.issuer, a.clientID, secret, a.scope, a.inHeader)
	}
}

// WantsApplication reports whether an application gets the access token.
func (s Settings) WantsApplication() bool { return s.application.kind != "" }

// Application returns the application that gets the access tokens, with its secret. The error does not show any of it.
func (s Settings) Application(secret shared.SecretText) (oauth.Application, error) {
	a := s.application
	var proof oauth.Proof = oauth.Secret{Text: secret, InHeader: a.inHeader}
	if a.certificate != nil {
		certificate, err := oauth.ReadCertificate(a.certificate, secret)
		if err != nil {
			return oauth.Application{}, err
		}
		proof = certificate
	}
	switch a.kind {
	case authenticateMicrosoft:
		return oauth.Microsoft(a.cloud, a.tenant, a.clientID, proof), nil
	case authenticateGoogle:
		account, err := oauth.ReadServiceAccount(secret.Reveal())
		if err != nil {
			return oauth.Application{}, err
		}
		return account.Application(s.Login), nil
	default:
		return oauth.Application{
			TokenURL: a.tokenURL, Issuer: a.issuer, ClientID: a.clientID, Scope: a.scope, Proof: proof,
		}, nil
	}
}

// TokenClient carries the requests for access tokens: by the policy, the proxy and the certificates of the
// settings.
func (s Settings) TokenClient(dialer smtpconn.Dialer) oauth.Client {
	dialer.Proxy = s.Proxy
	return oauth.Client{Transport: oauth.NewTransport(dialer, s.additionalCA)}
}

// bindApplication reads what an application needs.
func (b *binding) bindApplication(s *Settings, kind string) {
	s.authentication = smtpconn.AuthenticateOAuth2
	s.application = application{kind: kind}
	if s.Login == "" {
		b.fail(Login, "login_missing", text.Of("OAuth 2.0 needs the login: the name of the mailbox."), text.Text{})
	}
	a := &s.application
	switch kind {
	case authenticateSignIn:
		b.bindSignIn(a)
		return
	case authenticateMicrosoft, authenticateCredentials:
		a.clientID = b.text(OAuthClientID)
		a.expires, _ = time.Parse(time.DateOnly, b.text(OAuthSecretExpires))
		b.bindCertificate(a)
	}
	switch kind {
	case authenticateMicrosoft:
		a.cloud, a.tenant = b.text(OAuthCloud), strings.ToLower(b.text(OAuthTenant))
		b.checkTenant(a.tenant)
	case authenticateCredentials:
		a.tokenURL, a.issuer, a.scope = b.text(OAuthTokenURL), b.text(OAuthIssuer), b.text(OAuthScope)
		a.inHeader = b.text(OAuthClientStyle) == styleHeader
		b.checkEndpoint(*a)
	}
	b.checkSecretIsSet(s.SecretField())
}

// bindSignIn reads what a user signs in by.
func (b *binding) bindSignIn(a *application) {
	a.provider, a.clientID = b.text(OAuthProvider), b.text(OAuthClientID)
	secretSet := b.secretSet(OAuthClientSecret) || b.text(PasswordReference) != ""
	if secretSet {
		a.expires, _ = time.Parse(time.DateOnly, b.text(OAuthSecretExpires))
	}
	switch {
	case a.provider == providerMicrosoft:
		a.cloud, a.tenant = b.text(OAuthCloud), strings.ToLower(b.text(OAuthTenant))
	case a.provider == providerGoogle && !secretSet:
		b.checkSecretIsSet(OAuthClientSecret)
	case a.provider == providerOther:
		a.issuer, a.scope = b.text(OAuthIssuer), b.text(OAuthScope)
		a.inHeader = b.text(OAuthClientStyle) == styleHeader
		b.checkHTTPS(OAuthIssuer, a.issuer)
	}
	if !b.secretSet(OAuthGrant) {
		b.fail(OAuthGrant, "not_signed_in", text.Of("Nobody has signed in yet."),
			text.Of("Choose “Sign in”. What is filled in need not be saved before."))
	}
}

// checkSecretIsSet holds that the application has something to prove itself with.
func (b *binding) checkSecretIsSet(field string) {
	missing := text.Of("“{field}” must be filled in.", "field", Label(field))
	switch {
	case b.secretSet(field), b.text(PasswordReference) != "" && slices.Contains(namedSecrets, field):
	case field == OAuthCertificateKey:
		b.fail(field, "secret_missing", text.Of("The key of this certificate is not here."), otherProof)
	case field == OAuthClientSecret:
		b.fail(field, "secret_missing", missing, text.Of("Or have a certificate made here."))
	default:
		b.fail(field, "secret_missing", missing, text.Text{})
	}
}

// sharedTenants stand for all tenants, which an application has no access to.
var sharedTenants = []string{"common", "organizations", "consumers"}

func (b *binding) checkTenant(tenant string) {
	if slices.Contains(sharedTenants, tenant) {
		b.fail(OAuthTenant, "tenant_of_nobody",
			text.Of("“{tenant}” is no tenant of its own, and an application needs one.", "tenant", tenant),
			text.Of("Enter the Directory (tenant) ID, which is a GUID, or a domain of the tenant, and check the cloud."))
	}
}

// checkEndpoint holds that there is one address to ask at, and that nothing secret can be read on the way.
func (b *binding) checkEndpoint(a application) {
	switch {
	case a.tokenURL == "" && a.issuer == "":
		b.fail(OAuthTokenURL, "required", text.Of("“{field}” must be filled in.", "field", Label(OAuthTokenURL)),
			text.Of("Or enter the issuer, which publishes it."))
	case a.tokenURL != "" && a.issuer != "":
		b.fail(OAuthIssuer, "two_endpoints", text.Of("The token endpoint is given, and an issuer that would publish it."),
			text.Of("Clear one of the two."))
	}
	b.checkHTTPS(OAuthTokenURL, a.tokenURL)
	b.checkHTTPS(OAuthIssuer, a.issuer)
}

func (b *binding) checkHTTPS(field, address string) {
	if address != "" && errors.Is(oauth.CheckURL(address), oauth.ErrNotHTTPS) {
		b.fail(field, "not_https", text.Of("“{field}” must begin with https://, so that nobody reads the secret on "+
			"the way.", "field", Label(field)), text.Of("http:// is taken for this machine alone."))
	}
}

// CheckSecret says what is wrong or odd about a secret for these settings, without a character of it.
func (s Settings) CheckSecret(field shared.Field, secret string) finding.Findings {
	switch {
	case field.Name == OAuthCertificateKey, field.Name == OAuthGrant:
		return nil // It was made here.
	case field.Name == OAuthServiceAccount:
		return checkServiceAccount(field, secret)
	case field.Name == OAuthClientSecret && s.ofMicrosoft() && oauth.IsGUID(secret):
		return append(CheckSecret(field, secret), finding.Finding{
			Severity: shared.SeverityWarning, Field: field.Name, Code: "secret_is_guid",
			Summary: text.Of("This looks like the Secret ID, which Microsoft shows beside the secret. It is used " +
				"as it is."),
			Detail: text.Of("The secret is in the column “Value” in Entra under “Certificates & secrets”, and is " +
				"shown only right after it was made."),
		})
	}
	return CheckSecret(field, secret)
}

// ofMicrosoft reports whether the client is registered at Microsoft.
func (s Settings) ofMicrosoft() bool {
	return s.application.kind == authenticateMicrosoft || s.application.provider == providerMicrosoft
}

// TakesRefreshAgain is that of [oauth.Registration].
func (s Settings) TakesRefreshAgain() bool {
	return s.Registration(shared.SecretText{}).TakesRefreshAgain
}

// checkServiceAccount reads the key of a service account.
func checkServiceAccount(field shared.Field, secret string) finding.Findings {
	longest, _ := field.Max.AsInteger()
	_, err := oauth.ReadServiceAccount(secret)
	if err == nil && int64(len(secret)) <= longest {
		return nil
	}
	wrong := finding.Finding{
		Severity: shared.SeverityError, Field: field.Name, Code: "not_a_service_account_key",
		Summary: text.Of("“{field}” is not the JSON key of a service account.", "field", Label(field.Name)),
		Detail:  text.Of("Make a key of the type JSON in the Google Cloud console, and enter the whole file."),
	}
	switch {
	case errors.Is(err, oauth.ErrKeyDamaged):
		wrong.Summary = text.Of("The private key in “{field}” cannot be read.", "field", Label(field.Name))
	case errors.Is(err, oauth.ErrTokenURIElsewhere):
		wrong.Code = "token_uri_elsewhere"
		wrong.Summary = text.Of("The token_uri in “{field}” does not lead to Google.", "field", Label(field.Name))
	}
	return finding.Findings{wrong}
}
