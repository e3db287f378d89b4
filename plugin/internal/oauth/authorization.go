package oauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Begun is a sign-in that has begun. It is kept where nobody reads it until the browser comes back.
type Begun struct {
	// URL is where the browser goes.
	URL string
	// State is what it comes back with (RFC 6749 section 10.12).
	State shared.SecretText
	// Verifier proves that the one who began is the one who goes on (RFC 7636).
	Verifier shared.SecretText
}

// Begin begins a sign-in by authorization code with PKCE. more are parameters that a provider wants, such as
// access_type; may be nil.
func (r Registration) Begin(login string, more map[string]string) Begun {
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	if login != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", login))
	}
	for name, value := range more {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	return Begun{
		URL: r.config().AuthCodeURL(state, options...), State: shared.NewSecretText(state),
		Verifier: shared.NewSecretText(verifier),
	}
}

// Finish exchanges the code with which the browser came back (RFC 6749 section 4.1.3). returned is its query. A browser
// that came back with another state, from another issuer (RFC 9207) or without a code is an *Error, as what the
// endpoint refuses is. The answer without a refresh token is one: nothing would be left in an hour.
func (c Client) Finish(ctx context.Context, r Registration, issuer string, begun Begun,
	returned string) (Answer, error) {
	failure := &Error{Asked: r.asked(), Kind: KindRefused}
	query, err := url.ParseQuery(returned)
	hide := (&answer{sent: []shared.SecretText{begun.State, begun.Verifier,
		shared.NewSecretText(query.Get("code"))}}).hide()
	from := query.Get("iss")
	switch {
	case err != nil, begun.State.IsEmpty(), query.Get("state") != begun.State.Reveal():
		failure.Kind = KindStranger
		return Answer{}, failure
	case from != "" && issuer != "" && strings.TrimSuffix(from, "/") != strings.TrimSuffix(issuer, "/"):
		failure.Kind, failure.Words = KindWrongIssuer, hide(from)
		return Answer{}, failure
	case query.Get("code") == "":
		failure.Code, failure.Words = hide(query.Get("error")), hide(query.Get("error_description"))
		return Answer{}, failure
	}
	got, err := c.exchange(ctx, r.asked(), func(ctx context.Context) (*oauth2.Token, error) {
		return r.config().Exchange(ctx, query.Get("code"), oauth2.VerifierOption(begun.Verifier.Reveal()))
	})
	if err == nil && got.Refresh.IsEmpty() {
		failure.Kind = KindUnusable
		return Answer{}, failure
	}
	return got, err
}

// Revoke ends a grant at the provider (RFC 7009). The error is an *Error; an issuer that has no endpoint for it is
// none.
func (c Client) Revoke(ctx context.Context, r Registration, refresh shared.SecretText) error {
	if r.Revocation == "" {
		return nil
	}
	asked := r.asked()
	asked.Endpoint = hostOf(r.Revocation)
	form := url.Values{"token": {refresh.Reveal()}, "token_type_hint": {"refresh_token"}, "client_id": {r.ClientID}}
	if !r.Secret.IsEmpty() && !r.InHeader {
		form.Set("client_secret", r.Secret.Reveal())
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	failure := &Error{Asked: asked, Kind: KindUnreachable}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Revocation, strings.NewReader(form.Encode()))
	if err != nil {
		failure.Err = ErrNotAURL
		return failure
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.InHeader {
		request.SetBasicAuth(url.QueryEscape(r.ClientID), url.QueryEscape(r.Secret.Reveal()))
	}
	heard := &answer{transport: c.Transport}
	response, err := heard.RoundTrip(request)
	if err != nil {
		failure.Err = heard.clean(err)
		return failure
	}
	defer response.Body.Close()
	failure.Status, failure.Wait = response.StatusCode, waitOf(heard.wait, time.Now())
	switch {
	case response.StatusCode == http.StatusOK:
		return nil
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode >= 500:
		failure.Kind = KindBusy
	default:
		failure.Kind = KindRefused
	}
	return failure
}
