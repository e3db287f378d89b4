package smtpconn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TokenSource gives the access tokens of OAuth 2.0 for one mailbox. It may be used concurrently.
type TokenSource interface {
	// Token returns a token to log in with, one that is known already or one that is fetched now. refused is a token that
	// the server has not taken, which is returned again only when the endpoint gives the same one; the empty secret is
	// none. Token returns when ctx ends.
	Token(ctx context.Context, refused shared.SecretText) (Token, error)
}

// Token is an access token.
type Token struct {
	Text shared.SecretText
	// Expires is when it is of no use any more; zero when that is not known.
	Expires time.Time
	// Fetched is true when the endpoint was asked for it now: to ask once more is of no use.
	Fetched bool
	// Facts are what can be shown of it.
	Facts TokenFacts
}

// TokenFacts are what can be shown of an access token.
type TokenFacts struct {
	// From is the host of the endpoint that gave it.
	From string
	// Hints are codes of what its own content makes doubtful; none when it cannot be read.
	Hints []string
}

// fetchToken gets the access token for the login, if the target has a source of them. It is another one than the
// refused one.
func (o *opening) fetchToken(refused shared.SecretText) error {
	if o.target.Tokens == nil {
		return nil
	}
	return o.trace.run(StepToken, func() (Result, Detail, error) {
		ctx, cancel := context.WithTimeout(o.ctx, o.conn.limits.Token)
		defer cancel()
		token, err := o.target.Tokens.Token(ctx, refused)
		if err != nil {
			return Failed, nil, inContext(o.ctx, noToken(err))
		}
		o.target.AccessToken, o.fetched = token.Text, token.Fetched
		o.secrets.learn(o.target.Login, token.Text.Reveal())
		o.conn.session.Token = token.Facts
		result := Passed
		if len(token.Facts.Hints) > 0 {
			result = Noted
		}
		return result, TokenReceived{From: token.Facts.From, Fetched: token.Fetched, Expires: token.Expires}, nil
	})
}

func noToken(err error) *Error {
	kind := KindNoToken
	if errors.Is(err, context.DeadlineExceeded) {
		kind = KindTimeout
	}
	return &Error{Kind: kind, Err: err}
}

// outlived returns the token of a login that was refused, when it is one that was not fetched for this opening: it may
// have been revoked since. Otherwise it is empty.
func (o *opening) outlived(err error) shared.SecretText {
	var failure *Error
	if o.target.Tokens == nil || o.fetched || !errors.As(err, &failure) || failure.Step != StepAuth ||
		failure.Kind != KindRefusedByReply || failure.Reply.Code/100 != 5 || o.ctx.Err() != nil {
		return shared.SecretText{}
	}
	return o.target.AccessToken
}

// again begins anew, with a token that is not the refused one.
func (o *opening) again(refused shared.SecretText) error {
	transcript := o.conn.session.transcript
	transcript.event("the access token is refused; a new one is fetched, and tried once")
	if o.conn.wire != nil {
		_ = o.conn.wire.Close()
		o.conn.wire = nil
	}
	o.conn.session = &Session{Encryption: NoEncryption, secrets: o.secrets, transcript: transcript}
	return o.converse(refused)
}

// TokenError is what a server says in a challenge about a token that it refuses: RFC 7628 section 3.2.2 for
// OAUTHBEARER, and Google's form of it for XOAUTH2. All texts are safe to show.
type TokenError struct {
	// Status is the reason, such as "invalid_token" or "401".
	Status string
	// Scope is the permission that a token must have; empty when the server does not say.
	Scope string
	// Text is all of it.
	Text string
}

// maxTokenError bounds what is read of a challenge, in bytes.
const maxTokenError = 2 << 10

// tokenError reads a challenge; nil when it is something else than an error.
func tokenError(challenge []byte, session *Session) *TokenError {
	var said struct {
		Status json.RawMessage `json:"status"`
		Scope  string          `json:"scope"`
	}
	var compact bytes.Buffer
	if len(challenge) == 0 || len(challenge) > maxTokenError || json.Unmarshal(challenge, &said) != nil ||
		json.Compact(&compact, challenge) != nil {
		return nil
	}
	status := string(bytes.Trim(said.Status, `"`)) // Some write a number.
	return &TokenError{
		Status: session.Printable(status), Scope: session.Printable(said.Scope), Text: session.Printable(compact.String()),
	}
}
