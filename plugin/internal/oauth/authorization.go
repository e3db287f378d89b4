package oauth

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// Begin begins a sign-in by authorization code with PKCE. login is the mailbox that is to sign in; may be empty. The
// registration has its endpoints; see [Client.Resolve].
func (r Registration) Begin(login string) Begun {
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	if login != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", login))
	}
	for name, value := range r.Parameters {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	return Begun{
		URL: r.config().AuthCodeURL(state, options...), State: shared.NewSecretText(state),
		Verifier: shared.NewSecretText(verifier),
	}
}

// StateOf is the state with which a browser came back; empty when it has none. returned is its query.
func StateOf(returned string) shared.SecretText {
	return shared.NewSecretText(readReturned(returned).Get("state"))
}

// readReturned reads the query of a browser that came back; nothing where it cannot be read, or has a parameter twice
// (RFC 6749 section 3.1).
func readReturned(returned string) url.Values {
	query, err := url.ParseQuery(returned)
	for _, values := range query {
		if len(values) > 1 || err != nil {
			return nil
		}
	}
	return query
}

// Finish exchanges the code with which the browser came back (RFC 6749 section 4.1.3). returned is its query. A browser
// that came back with another state, from another issuer (RFC 9207) or without a code is an *Error, as what the
// endpoint refuses is. The answer without a refresh token is one: nothing would be left in an hour.
func (c Client) Finish(ctx context.Context, r Registration, begun Begun, returned string) (Answer, error) {
	query := readReturned(returned)
	if begun.State.IsEmpty() || query.Get("state") != begun.State.Reveal() {
		return Answer{}, r.stranger()
	}
	heard := &answer{sent: []shared.SecretText{begun.State, begun.Verifier, shared.NewSecretText(query.Get("code"))}}
	if from := query.Get("iss"); !r.comesFrom(from) {
		return Answer{}, &Error{Asked: r.signingIn(), Kind: KindMixedUp, Words: heard.hide()(from)}
	}
	if query.Get("code") == "" || query.Has("error") {
		return Answer{}, r.refusedThere(heard, query)
	}
	got, err := c.exchange(ctx, r.signingIn(), func(ctx context.Context) (*oauth2.Token, error) {
		return r.config().Exchange(ctx, query.Get("code"), oauth2.VerifierOption(begun.Verifier.Reveal()))
	})
	return r.lasting(got, err)
}

// stranger is the *Error of a browser that came back with what nobody here gave out, or not any more.
func (r Registration) stranger() *Error { return &Error{Asked: r.signingIn(), Kind: KindStranger} }

// comesFrom reports whether an issuer is the one that the browser was sent to. Not all of them say who they are; one
// that has published that it does must. At Microsoft each tenant is an issuer, of the same host.
func (r Registration) comesFrom(issuer string) bool {
	switch {
	case issuer == "":
		return !r.SaysIssuer
	case r.Issuer == "":
		return hostOf(issuer) == hostOf(r.Authorization)
	}
	return strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(r.Issuer, "/")
}

// refusedThere is why the browser came back without a code (RFC 6749 section 4.1.2.1).
func (r Registration) refusedThere(heard *answer, query url.Values) *Error {
	failure := &Error{Asked: r.signingIn(), Kind: KindRefused, Code: query.Get("error")}
	if !slices.Contains(knownCodes, failure.Code) {
		failure.Code = heard.hide()(failure.Code)
	}
	failure.Words = heard.hide()(query.Get("error_description"))
	failure.Number = numberIn(failure.Words)
	if failure.Code == "temporarily_unavailable" || failure.Code == "server_error" {
		failure.Kind = KindBusy
	}
	return failure
}

// lasting takes an answer only with a refresh token.
func (r Registration) lasting(got Answer, err error) (Answer, error) {
	if err == nil && got.Refresh.IsEmpty() {
		return Answer{}, &Error{Asked: r.signingIn(), Kind: KindNotLasting}
	}
	return got, err
}

// signingIn is which endpoint is asked when a user signs in.
func (r Registration) signingIn() Asked {
	asked := r.asked()
	asked.Method = BySignIn
	return asked
}

// Why Revoke has nothing to do.
var (
	// ErrNotRevocable means that the provider has no endpoint for it.
	ErrNotRevocable = errors.New("the provider withdraws no single permission")
	// ErrAlreadyEnded means that the provider has ended the grant before.
	ErrAlreadyEnded = errors.New("the permission had ended before")
)

// Revoke ends a grant at the provider (RFC 7009). The error is an *Error, [ErrNotRevocable] or [ErrAlreadyEnded].
func (c Client) Revoke(ctx context.Context, r Registration, refresh shared.SecretText) error {
	r, err := c.Resolve(ctx, r)
	if err == nil && r.Revocation == "" {
		return ErrNotRevocable
	}
	asked := r.asked()
	asked.Endpoint, asked.Method = hostOf(cmp.Or(r.Revocation, r.where())), ByRevocation
	var failure *Error
	if errors.As(err, &failure) {
		failure.Asked = asked
		return failure
	}
	form := url.Values{"token": {refresh.Reveal()}, "token_type_hint": {"refresh_token"}, "client_id": {r.ClientID}}
	if !r.Secret.IsEmpty() && !r.inHeader() {
		form.Set("client_secret", r.Secret.Reveal())
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	failure = &Error{Asked: asked, Kind: KindUnreachable}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Revocation, strings.NewReader(form.Encode()))
	if err != nil {
		failure.Err = ErrNotAURL
		return failure
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.inHeader() {
		request.SetBasicAuth(url.QueryEscape(r.ClientID), url.QueryEscape(r.Secret.Reveal()))
	}
	heard := &answer{transport: c.Transport}
	response, err := heard.RoundTrip(request)
	if err != nil {
		failure.Err = heard.clean(err)
		return failure
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return heard.notRevoked(asked, response)
}

// notRevoked reads why a grant was not ended: RFC 7009 section 2.2 has a token that is not known count as ended, which
// not all providers do.
func (a *answer) notRevoked(asked Asked, response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	refused := &oauth2.RetrieveError{Response: response, Body: body}
	if err != nil {
		return a.failure(asked, err)
	}
	failure := a.failure(asked, withCode(refused))
	if failure.Kind == KindRefused && slices.Contains([]string{"invalid_token", "invalid_grant"}, failure.Code) {
		return ErrAlreadyEnded
	}
	return failure
}
