package plugin

import (
	"context"
	"crypto/rand"
	"net/url"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// sentDevice is a code for a device as it is kept; see [oauth.Device].
type sentDevice struct {
	URL      string        `json:"url"`
	Code     string        `json:"code"`
	Expires  time.Time     `json:"expires"`
	Secret   string        `json:"secret"`
	Interval time.Duration `json:"interval"`
	// Asked is when the provider was asked last.
	Asked time.Time `json:"asked"`
}

func (d sentDevice) device() oauth.Device {
	return oauth.Device{
		URL: d.URL, Code: d.Code, Expires: d.Expires, Secret: shared.NewSecretText(d.Secret), Interval: d.Interval,
	}
}

// byDevice shows a code that is entered in a browser anywhere, and waits for what comes of it. A host that does not
// wait goes on with the state.
func (s *signingIn) byDevice(ctx context.Context) error {
	if s.registration.Device == "" {
		return s.failed(finding.Findings{s.needsAddress()}, nil)
	}
	client := s.client()
	device, err := client.BeginDevice(ctx, s.registration)
	if err != nil {
		return s.failed(nil, err)
	}
	state, away := shared.NewSecretText(rand.Text()), s.asItStands()
	away.Device = &sentDevice{
		URL: device.URL, Code: device.Code, Expires: device.Expires, Secret: device.Secret.Reveal(),
		Interval: device.Interval, Asked: time.Now(),
	}
	if err := s.keep(ctx, state, away, store.SignIn{Expires: device.Expires}); err != nil {
		return err
	}
	if err := s.promptDevice(state, *away.Device); err != nil {
		return err
	}
	answer, err := client.FinishDevice(ctx, s.registration, device)
	if err != nil {
		return s.failed(nil, err)
	}
	s.finishDevice(ctx, state)
	return s.given(ctx, answer, nil)
}

// promptDevice says where the code is to be entered.
func (s *signingIn) promptDevice(state shared.SecretText, device sentDevice) error {
	return s.send(shared.Prompt{
		Text: language.Of(s.request.Locale).Render(text.Of("Sign in there as {login}, and allow access. Then it goes on "+
			"here.",
			"login", s.bound.settings.Login)),
		URL: device.URL, Code: device.Code, Expires: device.Expires,
		Resume: url.Values{"state": {state.Reveal()}}.Encode(),
	})
}

// finishDevice notes that the code was used. The provider takes it once, so nothing depends on it.
func (s *signingIn) finishDevice(ctx context.Context, state shared.SecretText) {
	kept, found, err := s.page.store.SignIn(ctx, nameOf(state))
	if err == nil && found {
		_, err = s.page.store.FinishSignIn(context.WithoutCancel(ctx), nameOf(state), kept, s.began)
	}
	if err != nil {
		s.page.logger.Warn("the end of a sign-in cannot be noted", "error", err)
	}
}

// resumeDevice asks what has come of a code, when the reader says that it was entered.
func (s *signingIn) resumeDevice(ctx context.Context, state shared.SecretText, away sentAway, kept store.SignIn) error {
	device := away.Device.device()
	// Another process may have asked last, by another clock.
	wait := min(time.Until(away.Device.Asked.Add(device.Interval)), device.Interval)
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return s.failed(nil, ctx.Err())
	}
	answer, err := s.client().AskDevice(ctx, s.registration, device)
	switch {
	case oauth.IsPending(err):
		away.Device.Interval = device.After(err).Interval
		return s.pendingDevice(ctx, state, away, kept, err)
	case err != nil:
		return s.failed(nil, err)
	}
	s.finishDevice(ctx, state)
	return s.given(ctx, answer, away.Values)
}

// pendingDevice says that the code was not entered yet, or that the endpoint does not tell. The code is good on.
func (s *signingIn) pendingDevice(ctx context.Context, state shared.SecretText, away sentAway, kept store.SignIn,
	pending error) error {
	away.Device.Asked = time.Now()
	if err := s.keep(ctx, state, away, kept); err != nil {
		return err
	}
	if err := s.promptDevice(state, *away.Device); err != nil {
		return err
	}
	said := finding.Finding{
		Severity: shared.SeverityInfo, Code: "sign_in_pending", Summary: text.Of("Access was not allowed there yet."),
	}
	if oauth.IsAway(pending) {
		said = s.bound.explainToken(pending)
		said.Severity = shared.SeverityWarning
	}
	return s.end("sign_in_begun", "Go on at the provider", shared.StatusWarning, finding.Findings{said},
		shared.ActionResult{Values: away.Values})
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
