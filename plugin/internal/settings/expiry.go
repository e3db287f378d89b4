package settings

import (
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// otherProof is what to do without the key of a certificate.
var otherProof = text.Of("Have a certificate made here, or clear it to use a client secret.")

// bindCertificate reads the certificate, which takes the place of a secret.
func (b *binding) bindCertificate(a *application) {
	given := b.text(OAuthCertificate)
	if given == "" {
		return
	}
	var err error
	if a.certificate, err = oauth.ReadLeaf(given); err != nil {
		b.fail(OAuthCertificate, "not_a_certificate", text.Of("“{field}” is not one certificate in PEM form.", "field",
			Label(OAuthCertificate)), otherProof)
		return
	}
	a.expires = a.certificate.NotAfter
}

// SecretExpires is when the secret of a field is of no use any more; zero when that is not known from the settings.
// What is known of a sign-in stands elsewhere.
func (s Settings) SecretExpires(field string) time.Time {
	if field == OAuthGrant || !s.UsesSecret(field) {
		return time.Time{}
	}
	return s.application.expires
}

// expiryNotice is how many days before its end a secret is warned of.
const expiryNotice = 30

// SecretEnding warns of a client secret or a certificate that ends soon, or has ended; nothing where that is not known.
func (s Settings) SecretEnding(now time.Time) finding.Findings {
	ends := s.application.expires
	year, month, day := now.Date()
	days := int(ends.Sub(time.Date(year, month, day, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	switch {
	case ends.IsZero() || days > expiryNotice:
		return nil
	case s.application.certificate != nil:
		return finding.Findings{certificateEnding(days)}
	}
	warning := finding.Finding{
		Severity: shared.SeverityWarning, Field: OAuthSecretExpires, Code: "secret_ends_soon",
		Summary: text.Of("The client secret ends in {count} day. || The client secret ends in {count} days.", "count", days),
		Detail:  text.Of("Make a new one at the provider, and enter it here with its date, before notifications stop."),
	}
	switch {
	case days < 0:
		warning.Code, warning.Summary = "secret_ended", text.Of("By its date the client secret has ended.")
	case days == 0:
		warning.Summary = text.Of("The client secret ends today.")
	}
	return finding.Findings{warning}
}

// GrantEnding warns of a sign-in that ends soon, or has ended; nothing where that is not known. Each use puts the end
// off where the provider says so.
func (s Settings) GrantEnding(ends, now time.Time) finding.Findings {
	days := int(ends.Sub(now).Hours() / 24)
	if ends.IsZero() || days > expiryNotice {
		return nil
	}
	warning := finding.Finding{
		Severity: shared.SeverityWarning, Field: OAuthGrant, Code: "grant_ends_soon",
		Summary: text.Of("The sign-in ends in {count} day. || The sign-in ends in {count} days.", "count", days),
		Detail:  text.Of("Sign in again before."),
	}
	if s.application.provider == providerGoogle {
		warning.Detail = text.Of("Sign in again before. Google ends it after 7 days as long as the app is not published.")
	}
	switch {
	case !ends.After(now):
		warning.Code, warning.Summary = "grant_ended", text.Of("By its date the sign-in has ended.")
		warning.Detail = text.Of("Sign in again, and save.")
	case days == 0:
		warning.Summary = text.Of("The sign-in ends within a day, unless it is used before.")
	}
	return finding.Findings{warning}
}

// certificateEnding warns of a certificate that ends in so many days.
func certificateEnding(days int) finding.Finding {
	warning := finding.Finding{
		Severity: shared.SeverityWarning, Field: OAuthCertificate, Code: "certificate_ends_soon",
		Summary: text.Of("The certificate of the application ends in {count} day. || "+
			"The certificate of the application ends in {count} days.", "count", days),
		Detail: text.Of("Have a new one made here, upload it at the provider and save, before notifications stop."),
	}
	if days < 0 {
		warning.Code, warning.Summary = "certificate_ended", text.Of("The certificate of the application has ended.")
	}
	return warning
}
