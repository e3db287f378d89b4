package plugin

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// makeCertificate makes a key and its certificate. The certificate goes into the form; of the key only a ticket does.
func (p *Page) makeCertificate(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	began, reader := time.Now(), language.Of(request.Locale)
	name, _ := request.Draft.Values[settings.OAuthClientID].AsText()
	certificate, key, err := oauth.MakeCertificate(cmp.Or(strings.TrimSpace(name), "SMTP settings"), began)
	if err != nil {
		return err
	}
	leaf, err := oauth.ReadLeaf(certificate)
	if err != nil {
		return err
	}
	ticket, err := p.issueTicket(ctx, settings.OAuthCertificateKey, key, began)
	if err != nil {
		return err
	}
	made := finding.Finding{
		Severity: shared.SeverityInfo, Code: "certificate_made", Field: settings.OAuthCertificate,
		Summary: text.Of("Upload the certificate at the provider, test, and save."),
		Detail: text.Of("Its thumbprint is {thumbprint}, and it ends on {until}.", "thumbprint", oauth.Thumbprint(leaf),
			"until", leaf.NotAfter.UTC().Format(time.DateOnly)),
	}
	return send(shared.Completed{
		Report: shared.TestReport{
			Outcome: "certificate_made", Headline: reader.Message("A certificate was made"), Status: shared.StatusPassed,
			Duration: shared.Elapsed(time.Since(began)), Diagnostics: shared.Diagnostics{made.In(reader)},
		},
		Result: shared.ActionResult{
			Values:  shared.Values{settings.OAuthCertificate: shared.Text(certificate)},
			Tickets: map[string]shared.SecretText{settings.OAuthCertificateKey: ticket},
		},
	})
}
