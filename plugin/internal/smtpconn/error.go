package smtpconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/smtp-settings/smtp-settings/shared/socketerror"
)

// Kind says what happened, independent of the step in which it happened. Its text is plain English for logs and the
// transcript; package diagnosis has the one for people.
type Kind string

// The kinds of failure.
const (
	// KindRefusedByReply is a reply with a code that means no; Error.Reply has it.
	KindRefusedByReply Kind = "refused"

	KindNoToken Kind = "no access token" // Error.Err says why

	KindNameNotFound     Kind = "name not found"     // the name does not exist
	KindNameInvalid      Kind = "not a valid name"   // the name cannot exist
	KindNameLookupFailed Kind = "name lookup failed" // no answer from the name servers
	KindNoUsableAddress  Kind = "no usable address"  // the name exists but has no address to connect to

	KindConnectionRefused Kind = "connection refused"
	KindUnreachable       Kind = "unreachable"
	KindTimeout           Kind = "no answer in time"                // a step took longer than its limit
	KindClosed            Kind = "the server closed the connection" // the server ended the connection
	KindReset             Kind = "the connection was reset"         // the connection was torn down
	KindNetwork           Kind = "network failure"                  // any other network failure
	KindNotPermitted      Kind = "not permitted"
	KindProxyUnreachable  Kind = "proxy not reachable"       // Error.Err says why
	KindProxyRefused      Kind = "the proxy did not connect" // the proxy did not connect; Error.Err says why

	KindCancelled Kind = "cancelled"
	KindOutOfTime Kind = "out of time" // the caller's own deadline passed

	KindNotSMTP        Kind = "not an SMTP server" // Error.Protocol names the protocol when it was recognised
	KindMalformedReply Kind = "malformed reply"    // an SMTP server that does not keep to the reply syntax
	KindReplyTooLong   Kind = "reply too long"
	// Plain text behind STARTTLS: an attack or a defect.
	KindUnexpectedBytes Kind = "unexpected bytes before encryption began"

	KindPlainInsteadOfTLS Kind = "the port answered in plain text"
	KindTLSInsteadOfPlain Kind = "the port expects TLS"
	// Error.Err is the reason, of package x509 or a PinMismatchError
	KindCertificate       Kind = "certificate not accepted"
	KindTLSVersion        Kind = "no TLS version in common"
	KindTLSHandshake      Kind = "TLS handshake failed"
	KindClientCertificate Kind = "client certificate demanded" // the server demands one
	KindStartTLSMissing   Kind = "STARTTLS not offered"

	// Error.Offered lists what the server has
	KindNoCommonMechanism Kind = "no login mechanism in common"
	// the login exchange does not make sense
	KindBadChallenge Kind = "login exchange not understood"
	// SCRAM: the server does not know the password either
	KindServerUntrusted Kind = "the server could not prove that it knows the password"
	// our own refusal to send a credential in plain
	KindPasswordNeedsTLS Kind = "the connection is not encrypted"

	KindNoSMTPUTF8 Kind = "SMTPUTF8 not offered"           // the address needs SMTPUTF8, which is not offered
	KindTooBig     Kind = "larger than the server accepts" // the message is larger than the server says that it accepts
	KindInternal   Kind = "internal failure"               // a defect of ours
)

// Error is a failure on the way to a mail server.
type Error struct {
	Step Step
	Kind Kind
	// Reply is the server's answer; nil when it gave none.
	Reply *Reply
	// Protocol names the other protocol, such as "HTTP", with KindNotSMTP; empty when it was not recognised.
	Protocol string
	// Offered lists the login mechanisms of the server with KindNoCommonMechanism.
	Offered []string
	// Mechanism is the login mechanism in use; empty outside a login.
	Mechanism string
	// Token is what the server says about a token that it refused; nil when it says nothing.
	Token *TokenError
	// Sent is true when the whole message may have gone out and no reply to it came: it may have been accepted.
	Sent bool
	// Again is true when the server offers an extension, BDAT or DSN, and does not carry it out: the same message can be
	// sent at once, and goes without.
	Again bool
	// Session is what was learned before the failure; nil only for errors of a Conn's later calls.
	Session *Session
	// Err is the cause; may be nil.
	Err error
	// unanswered means that a TLS handshake failed before the server said anything.
	unanswered bool
	// waited means that the server was silent for longEnough when the caller's deadline passed.
	waited bool
}

// Error is the failure in English, for logs.
func (e *Error) Error() string {
	text := e.brief()
	if e.Step != "" {
		text = fmt.Sprintf("smtp %s: %s", e.Step, text)
	}
	if e.Err != nil && e.Reply == nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// brief is the failure without its step and its cause.
func (e *Error) brief() string {
	switch {
	case e.Reply != nil && e.Mechanism != "":
		return e.Mechanism + " refused: " + shortened(e.Reply.String())
	case e.Reply != nil:
		return shortened(e.Reply.String())
	case e.Protocol != "":
		return "the server speaks " + e.Protocol
	default:
		return string(e.Kind)
	}
}

// asError returns err as an *Error, classifying it when it is another error.
func asError(err error) *Error {
	var already *Error
	if errors.As(err, &already) {
		return already
	}
	return &Error{Kind: kindOf(err), Err: err}
}

// kindOf sorts the errors of package net, crypto/tls and the operating system.
func kindOf(err error) Kind {
	var netErr net.Error
	var dnsErr *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return KindCancelled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return KindTimeout
	case errors.As(err, &dnsErr):
		if dnsErr.IsNotFound {
			return KindNameNotFound
		}
		return KindNameLookupFailed
	case clientCertificateAlert(remoteAlert(err)):
		// A TLS 1.3 server says so only after the handshake, at the first read.
		return KindClientCertificate
	case remoteAlert(err) != "":
		return KindTLSHandshake
	case socketerror.Refused(err):
		return KindConnectionRefused
	case socketerror.Unreachable(err):
		return KindUnreachable
	case socketerror.Reset(err):
		return KindReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return KindClosed
	case socketerror.TimedOut(err), errors.As(err, &netErr) && netErr.Timeout():
		return KindTimeout
	default:
		return KindNetwork
	}
}

// inContext tells a caller's own cancellation or deadline from a step's limit: both arrive as a network timeout. The
// connection's deadline may pass a moment before the context notices that it is the same.
func inContext(ctx context.Context, err error) error {
	failure := asError(err)
	deadline, limited := ctx.Deadline()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		failure.Kind, failure.Err = KindCancelled, because(ctx.Err(), failure.Err)
	case failure.waited:
	case ctx.Err() != nil, limited && failure.Kind == KindTimeout && !time.Now().Before(deadline):
		failure.Kind, failure.Err = KindOutOfTime, because(context.DeadlineExceeded, failure.Err)
	}
	return failure
}

// because is the reason with the cause behind it, which may be nil or say the same.
func because(reason, cause error) error {
	switch {
	case cause == nil:
		return reason
	case errors.Is(cause, reason):
		return cause
	default:
		return fmt.Errorf("%w: %w", reason, cause)
	}
}
