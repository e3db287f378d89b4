package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// sentAway is what is kept of a sign-in until the browser comes back with its state: whose it is, and the form as it
// stood. It is sealed.
type sentAway struct {
	Actor    string            `json:"actor"`
	Revision int64             `json:"revision"`
	Verifier string            `json:"verifier"`
	Redirect string            `json:"redirect"`
	Values   shared.Values     `json:"values,omitempty"`
	Parts    map[string]string `json:"parts"`
	// ClientSecret was typed and is not saved; empty where a stored one is used.
	ClientSecret string `json:"client_secret,omitempty"`
}

// nameOf is what a state is kept under, which does not tell it.
func nameOf(state shared.SecretText) string {
	sum := sha256.Sum256([]byte(state.Reveal()))
	return hex.EncodeToString(sum[:])
}

// sentAwayDestination is what such a sign-in is sealed for.
func sentAwayDestination(name string, expires int64) secret.Destination {
	return secret.Destination{
		Purpose: "sign-in", ID: name, Parts: map[string]string{"expires": strconv.FormatInt(expires, 10)},
	}
}

// sendAway sends the browser to the provider. It comes back to the address of the page.
func (s *signingIn) sendAway(ctx context.Context) error {
	begun := s.registration.Begin(s.bound.settings.Login)
	away := sentAway{
		Actor: s.request.Actor, Revision: s.bound.base.Revision.Number, Verifier: begun.Verifier.Reveal(),
		Redirect: s.request.ReturnURL, Values: s.bound.draft.Values, Parts: s.bound.settings.Destination(),
	}
	if change := s.bound.draft.Secrets[settings.OAuthClientSecret]; change.Action == shared.SecretReplace {
		away.ClientSecret = change.Text.Reveal()
	}
	expires := s.began.Add(signInLife)
	encoded, err := json.Marshal(away) //nolint:gosec // It is sealed.
	if err != nil {
		return err
	}
	name := nameOf(begun.State)
	sealed, err := s.page.keeper.Seal(ctx, shared.NewSecretText(string(encoded)),
		sentAwayDestination(name, expires.Unix()))
	if err != nil {
		return err
	}
	kept := store.SignIn{Expires: expires.UTC(), Sealed: sealed}
	if err := s.page.store.AddSignIn(ctx, name, kept, s.began); err != nil {
		return err
	}
	prompt := shared.Prompt{
		Text: language.Of(s.request.Locale).Render(text.Of("Sign in there as {login}, and allow access. The browser then "+
			"comes back here, with the form as it stands now.", "login", s.bound.settings.Login)),
		URL: begun.URL, Expires: expires,
	}
	if err := s.send(prompt); err != nil {
		return err
	}
	return s.end("sign_in_begun", "Go on at the provider", shared.StatusWarning, finding.Findings{{
		Severity: shared.SeverityInfo, Code: "redirect_uri",
		Summary: text.Of("The provider has to know this redirect URI: {address}", "address", s.request.ReturnURL),
	}}, shared.ActionResult{})
}

// comeBack goes on when the browser is back, which may be in another process.
func (s *signingIn) comeBack(ctx context.Context) error {
	away, wrong, err := s.recognize(ctx)
	if err != nil || len(wrong) > 0 {
		return s.failed(wrong, err)
	}
	draft := shared.Draft{Values: away.Values}
	if away.ClientSecret != "" {
		draft.Secrets = map[string]shared.SecretChange{
			settings.OAuthClientSecret: shared.ReplaceSecret(away.ClientSecret),
		}
	}
	s.request.ReturnURL = away.Redirect
	if wrong, err = s.prepare(ctx, draft); err != nil || len(wrong) > 0 {
		return s.failed(wrong, err)
	}
	if s.bound.base.Revision.Number != away.Revision || !maps.Equal(s.bound.settings.Destination(), away.Parts) {
		return s.failed(finding.Findings{{
			Severity: shared.SeverityError, Field: settings.OAuthGrant, Code: "sign_in_overtaken",
			Summary: text.Of("The settings were saved in the meantime, so this sign-in is not used."),
			Detail:  text.Of("Begin again with “Sign in”."),
		}}, nil)
	}
	begun := oauth.Begun{State: oauth.StateOf(s.request.Returned), Verifier: shared.NewSecretText(away.Verifier)}
	answer, err := s.client().Finish(ctx, s.registration, begun, s.request.Returned)
	if err != nil {
		return s.failed(nil, err)
	}
	return s.given(ctx, answer, away.Values)
}

// recognize takes the sign-in out that the browser comes back from. Each is used once, by the one who has begun it.
func (s *signingIn) recognize(ctx context.Context) (away sentAway, wrong finding.Findings, err error) {
	stranger := finding.Findings{s.bound.explainToken(&oauth.Error{Kind: oauth.KindStranger})}
	state := oauth.StateOf(s.request.Returned)
	if state.IsEmpty() {
		return away, stranger, nil
	}
	name := nameOf(state)
	kept, found, err := s.page.store.SignIn(ctx, name, s.began)
	if err != nil || !found {
		return away, stranger, err
	}
	opened, err := s.page.keeper.Open(ctx, kept.Sealed, sentAwayDestination(name, kept.Expires.Unix()))
	if err != nil {
		s.page.logger.Warn("a sign-in that was begun cannot be opened", "error", err)
		return away, stranger, nil
	}
	if err := json.Unmarshal([]byte(opened.Reveal()), &away); err != nil {
		return away, nil, fmt.Errorf("a sign-in that was begun cannot be read: %w", err)
	}
	if away.Actor != s.request.Actor {
		return away, stranger, nil
	}
	taken, err := s.page.store.TakeSignIn(ctx, name)
	if err == nil && !taken { // Another tab, or another process, was faster.
		wrong = stranger
	}
	return away, wrong, err
}
