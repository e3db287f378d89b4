package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// sentAway is what is kept of a sign-in until it goes on: whose it is, and the form as it stood. It is sealed.
type sentAway struct {
	Actor string `json:"actor"`
	// Browser is the one that has begun; see [shared.ActionRequest].
	Browser  string            `json:"browser,omitempty"`
	Revision int64             `json:"revision"`
	Verifier string            `json:"verifier,omitempty"`
	Redirect string            `json:"redirect,omitempty"`
	Values   shared.Values     `json:"values,omitempty"`
	Parts    map[string]string `json:"parts"`
	// ClientSecret was typed and is not saved; empty where a stored one is used.
	ClientSecret string `json:"client_secret,omitempty"`
	// Device is the code that is entered elsewhere; nil where the browser comes back.
	Device *sentDevice `json:"device,omitempty"`
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

// ownerOf tells who has begun the sign-in of a state, and does not tell it to who reads the database.
func ownerOf(state shared.SecretText, actor, browser string) string {
	return nameOf(shared.NewSecretText(strings.Join([]string{"owner", state.Reveal(), actor, browser}, "\x00")))
}

// keep keeps the sign-in until it expires. It goes on with the state.
func (s *signingIn) keep(ctx context.Context, state shared.SecretText, away sentAway, kept store.SignIn) error {
	away.Actor, away.Browser = s.request.Actor, s.request.Browser
	encoded, err := json.Marshal(away) //nolint:gosec // It is sealed.
	if err != nil {
		return err
	}
	name := nameOf(state)
	sealed, err := s.page.keeper.Seal(ctx, shared.NewSecretText(string(encoded)),
		sentAwayDestination(name, kept.Expires.Unix()))
	if err != nil {
		return err
	}
	return s.page.store.AddSignIn(ctx, name, store.SignIn{
		Expires: kept.Expires.UTC(), Until: kept.Until, Sealed: sealed, Owner: ownerOf(state, away.Actor, away.Browser),
	}, s.began)
}

// asItStands is the sign-in with the form as it stands.
func (s *signingIn) asItStands() sentAway {
	away := sentAway{
		Revision: s.bound.base.Revision.Number, Redirect: s.request.ReturnURL, Values: s.bound.draft.Values,
		Parts: s.bound.settings.Destination(),
	}
	if change := s.bound.draft.Secrets[settings.OAuthClientSecret]; change.Action == shared.SecretReplace {
		away.ClientSecret = change.Text.Reveal()
	}
	return away
}

// sendAway sends the browser to the provider. It comes back to the address of the page.
func (s *signingIn) sendAway(ctx context.Context) error {
	begun := s.registration.Begin(s.bound.settings.Login)
	away, expires := s.asItStands(), s.began.Add(signInLife)
	away.Verifier = begun.Verifier.Reveal()
	if err := s.keep(ctx, begun.State, away, store.SignIn{Expires: expires}); err != nil {
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
	state := oauth.StateOf(s.request.Returned)
	away, kept, wrong, err := s.recognize(ctx, state)
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
	wrong, err = s.prepare(ctx, draft)
	if s.bound != nil && s.bound.base.Revision.Number != away.Revision {
		return s.failed(overtakenSignIn(), nil)
	}
	s.values = away.Values
	switch {
	case err != nil || len(wrong) > 0:
		return s.failed(wrong, err)
	case !maps.Equal(s.bound.settings.Destination(), away.Parts): // The environment is another one.
		return s.failed(overtakenSignIn(), nil)
	case away.Device != nil:
		return s.resumeDevice(ctx, state, away, kept)
	}
	if taken, err := s.page.store.FinishSignIn(ctx, nameOf(state), kept, s.began); err != nil || !taken {
		return s.failed(s.unrecognized(oauth.KindFinished), err) // Another tab, or another process, was faster.
	}
	begun := oauth.Begun{State: state, Verifier: shared.NewSecretText(away.Verifier)}
	answer, err := s.client().Finish(ctx, s.registration, begun, s.request.Returned)
	if err != nil {
		return s.failed(nil, err)
	}
	return s.given(ctx, answer, away.Values)
}

func overtakenSignIn() finding.Findings {
	return finding.Findings{{
		Severity: shared.SeverityError, Field: settings.OAuthGrant, Code: "sign_in_overtaken",
		Summary: text.Of("The settings were saved in the meantime, so this sign-in is not used."),
		Detail:  text.Of("Begin again with “Sign in”."),
	}}
}

func (s *signingIn) unrecognized(kind oauth.Kind) finding.Findings {
	return finding.Findings{s.bound.explainToken(&oauth.Error{Kind: kind})}
}

// recognize reads the sign-in that a browser comes back from. It is for the one who has begun it, in the same browser.
func (s *signingIn) recognize(ctx context.Context, state shared.SecretText) (
	away sentAway, kept store.SignIn, wrong finding.Findings, err error,
) {
	stranger := s.unrecognized(oauth.KindStranger)
	if state.IsEmpty() {
		return away, kept, stranger, nil
	}
	name := nameOf(state)
	kept, found, err := s.page.store.SignIn(ctx, name)
	switch {
	case err != nil, !found, kept.Owner != ownerOf(state, s.request.Actor, s.request.Browser):
		return away, kept, stranger, err
	case !kept.Finished.IsZero():
		return away, kept, s.unrecognized(oauth.KindFinished), nil
	case kept.Expired:
		return away, kept, s.unrecognized(oauth.KindExpired), nil
	}
	opened, err := s.page.keeper.Open(ctx, kept.Sealed, sentAwayDestination(name, kept.Expires.Unix()))
	if err != nil {
		s.page.logger.Warn("a sign-in that was begun cannot be opened", "error", err)
		return away, kept, stranger, nil
	}
	if err := json.Unmarshal([]byte(opened.Reveal()), &away); err != nil {
		return away, kept, nil, fmt.Errorf("a sign-in that was begun cannot be read: %w", err)
	}
	if away.Actor != s.request.Actor || away.Browser != s.request.Browser { // The digest is not sealed.
		return away, kept, stranger, nil
	}
	return away, kept, nil, nil
}
