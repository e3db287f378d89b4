package plugin

import (
	"context"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// byDevice shows a code that is entered in a browser anywhere, and waits for what comes of it.
func (s *signingIn) byDevice(ctx context.Context) error {
	if s.registration.Device == "" {
		return s.failed(finding.Findings{s.needsAddress()}, nil)
	}
	client := s.client()
	device, err := client.BeginDevice(ctx, s.registration)
	if err != nil {
		return s.failed(nil, err)
	}
	prompt := shared.Prompt{
		Text: language.Of(s.request.Locale).Render(text.Of("Sign in there as {login}, and allow access. This waits for it.",
			"login", s.bound.settings.Login)),
		URL: device.URL, Code: device.Code, Expires: device.Expires,
	}
	if err := s.send(prompt); err != nil {
		return err
	}
	answer, err := client.FinishDevice(ctx, s.registration, device)
	if err != nil {
		return s.failed(nil, err)
	}
	return s.given(ctx, answer, nil)
}

// needsAddress says that there is no way to sign in which the provider offers and this host can go.
func (s *signingIn) needsAddress() finding.Finding {
	if s.request.ReturnURL != "" {
		return finding.Finding{
			Severity: shared.SeverityError, Field: settings.OAuthIssuer, Code: "sign_in_not_offered",
			Summary: text.Of("The provider publishes no address where people sign in."),
			Detail:  text.Of("Check the issuer, or use client credentials."),
		}
	}
	return finding.Finding{
		Severity: shared.SeverityError, Field: settings.OAuthProvider, Code: "sign_in_needs_address",
		Summary: text.Of("The provider signs in only in a browser that comes back, and there is no address to come back to."),
		Detail: text.Of("Sign in on the page of a Console that knows its public address: its operator sets it. The command " +
			"line can sign in only where the provider gives codes for devices."),
	}
}
