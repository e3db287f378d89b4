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
	cloud, tenant, clientID string
	tokenURL, issuer, scope string
	inHeader                bool
	expires                 time.Time         // of the secret; zero when that is not known
	certificate             *x509.Certificate // nil without one
}

// NamesApplication reports whether the values have an application get the access token.
func NamesApplication(values shared.Values) bool {
	kind, _ := values[Authentication].AsText()
	return slices.Contains([]string{authenticateMicrosoft, authenticateGoogle, authenticateCredentials}, kind)
}

// SecretField is the name of the field whose secret the settings log in with; empty when there is none.
func (s Settings) SecretField() string {
	switch {
	case s.application.kind == authenticateGoogle:
		return OAuthServiceAccount
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

// NamesSecret reports whether the settings name the secret of SecretField instead of having it.
func (s Settings) NamesSecret() bool {
	return s.PasswordReference != "" && slices.Contains(namedSecrets, s.SecretField())
}

// namedSecrets are the fields whose secret can be named by the password reference.
var namedSecrets = []string{Password, OAuthClientSecret, OAuthServiceAccount}

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
	if kind != authenticateGoogle {
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
	for field, address := range map[string]string{OAuthTokenURL: a.tokenURL, OAuthIssuer: a.issuer} {
		if address != "" && errors.Is(oauth.CheckURL(address), oauth.ErrNotHTTPS) {
			b.fail(field, "not_https", text.Of("“{field}” must begin with https://, so that nobody reads the secret on "+
				"the way.", "field", Label(field)), text.Of("http:// is taken for this machine alone."))
		}
	}
}

// CheckSecret says what is wrong or odd about a secret for these settings, without a character of it.
func (s Settings) CheckSecret(field shared.Field, secret string) finding.Findings {
	switch {
	case field.Name == OAuthCertificateKey:
		return nil // It was made here.
	case field.Name == OAuthServiceAccount:
		return checkServiceAccount(field, secret)
	case field.Name == OAuthClientSecret && s.application.kind == authenticateMicrosoft && oauth.IsGUID(secret):
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
