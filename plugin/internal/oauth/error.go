package oauth

import (
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// Kind says what became of a question to an endpoint. Its text is plain English for logs.
type Kind string

// The kinds.
const (
	// KindRefused is an answer of the endpoint that means no (RFC 6749 section 5.2); Error.Code has the reason.
	KindRefused Kind = "refused"
	// KindBusy is an endpoint that will answer later: 429, 5xx, temporarily_unavailable.
	KindBusy Kind = "busy"
	// KindUnreachable is one that could not be asked, or did not answer; Error.Err says why.
	KindUnreachable Kind = "not reachable"
	// KindRedirected is one that sends elsewhere. Credentials do not follow.
	KindRedirected Kind = "redirected"
	// KindTooLong is an answer without end.
	KindTooLong Kind = "answer too long"
	// KindNotUnderstood is an answer that is none of OAuth 2.0, such as a page for people.
	KindNotUnderstood Kind = "answer not understood"
	// KindUnusable is a token that cannot be used to log in, of another type than Bearer.
	KindUnusable Kind = "token of another type"
	// KindWrongIssuer is a discovery document of another issuer than the one that was asked for (RFC 8414 section 3.3).
	KindWrongIssuer Kind = "document of another issuer"
	// KindStranger is a browser that came back with something else than it was sent away with.
	KindStranger Kind = "another sign-in"
	// KindFinished is a browser that came back once more from a sign-in that was finished.
	KindFinished Kind = "a sign-in that was finished"
	// KindExpired is a browser that came back too late.
	KindExpired Kind = "a sign-in that has expired"
	// KindMixedUp is a browser that came back from another issuer than it was sent to (RFC 9207 section 2.4).
	KindMixedUp Kind = "came back from another issuer"
	// KindNotLasting is a sign-in that gave no refresh token.
	KindNotLasting Kind = "no refresh token"
	// KindNotSigned is a request that our own key could not sign; Error.Err says why.
	KindNotSigned Kind = "request not signed"
)

// Asked is who was asked, by whom, and how the one who asked proved to be himself. Nothing in it is secret.
type Asked struct {
	// Endpoint is the host of the endpoint.
	Endpoint string
	// ClientID is that of the application; of a service account its e-mail address.
	ClientID string
	// Mailbox is whom a token was asked for; empty when the application asks in its own name.
	Mailbox string
	// Method is how the application proves to be itself.
	Method Method
	// Thumbprint is the SHA-1 of the certificate with which the request was signed, in hexadecimal digits, as Microsoft
	// shows it; empty without one.
	Thumbprint string
	// SecretIsGUID is true for a client secret that has the form of a GUID: at Microsoft that is the Secret ID.
	SecretIsGUID bool
}

// Method is how an application proves to be itself.
type Method string

// The methods.
const (
	BySecret         Method = "secret"
	ByCertificate    Method = "certificate"
	ByServiceAccount Method = "service account"
	ByGrant          Method = "grant"
	// BySignIn is the owner of a mailbox, who is signing in now.
	BySignIn Method = "sign-in"
	// ByRevocation is a grant that is to be ended.
	ByRevocation Method = "revocation"
)

// Error is why there is no token. All its texts are safe to show.
type Error struct {
	Asked
	Kind Kind
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Code is the endpoint's own, such as "invalid_client" (RFC 6749 section 5.2); empty when it gave none.
	Code string
	// Number is Microsoft's, such as 7000215 of AADSTS7000215; 0 when there is none.
	Number int
	// Words are the endpoint's own: its description, or the beginning of a page.
	Words string
	// Page is one of the provider's own about it (RFC 6749 section 5.2); empty when it named none.
	Page string
	// Wait is after how long the endpoint wants to be asked again; 0 when it does not say.
	Wait time.Duration
	// Unheard is true where the endpoint may have done what it was asked for, and its answer was lost.
	Unheard bool
	// Doubt is why a refused grant may not have been the last one that the endpoint has given; empty when nothing speaks
	// for it.
	Doubt Doubt
	// Err is the cause; may be nil.
	Err error
}

// Error is the failure in English, for logs.
func (e *Error) Error() string {
	parts := []string{"no access token from " + e.Endpoint + ": " + string(e.Kind)}
	for _, part := range []string{e.Code, e.Words} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// passes reports whether the same question may be answered later, with nothing changed.
func (e *Error) passes() bool { return e.Kind == KindBusy || e.Kind == KindUnreachable }

// stays reports whether an endpoint that could not be asked cannot be until somebody changes something: the operator
// does not permit it, or it does not prove who it is.
func (e *Error) stays() bool {
	var denied *smtpconn.Error
	var untrusted *tls.CertificateVerificationError
	return errors.As(e.Err, &denied) && denied.Kind == smtpconn.KindNotPermitted || errors.As(e.Err, &untrusted)
}
