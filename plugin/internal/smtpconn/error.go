package smtpconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Kind says what happened, independent of the step in which it happened.
type Kind string

// The kinds of failure.
const (
	// KindRefusedByReply is a reply with a code that means no; Error.Reply has it.
	KindRefusedByReply Kind = "refused_by_reply"

	KindNameNotFound     Kind = "name_not_found"     // the name does not exist
	KindNameInvalid      Kind = "name_invalid"       // the name cannot exist
	KindNameLookupFailed Kind = "name_lookup_failed" // no answer from the name servers
	KindNoUsableAddress  Kind = "no_usable_address"  // the name exists but has no address to connect to

	KindConnectionRefused Kind = "connection_refused"
	KindUnreachable       Kind = "unreachable"
	KindTimeout           Kind = "timeout" // a step took longer than its limit
	KindClosed            Kind = "closed"  // the server ended the connection
	KindReset             Kind = "reset"   // the connection was torn down
	KindNetwork           Kind = "network" // any other network failure
	KindNotPermitted      Kind = "not_permitted"
	KindProxyUnreachable  Kind = "proxy_unreachable" // Error.Err says why
	KindProxyRefused      Kind = "proxy_refused"     // the proxy did not connect; Error.Err says why

	KindCancelled Kind = "cancelled"
	KindOutOfTime Kind = "out_of_time" // the caller's own deadline passed

	KindNotSMTP         Kind = "not_smtp"        // Error.Protocol names the protocol when it was recognised
	KindMalformedReply  Kind = "malformed_reply" // an SMTP server that does not keep to the reply syntax
	KindReplyTooLong    Kind = "reply_too_long"
	KindUnexpectedBytes Kind = "unexpected_bytes" // plain text behind STARTTLS: an attack or a defect

	KindPlainInsteadOfTLS Kind = "plain_instead_of_tls"
	KindTLSInsteadOfPlain Kind = "tls_instead_of_plain"
	KindCertificate       Kind = "certificate" // Error.Err is the reason, of package x509 or a PinMismatchError
	KindTLSVersion        Kind = "tls_version"
	KindTLSHandshake      Kind = "tls_handshake"
	KindClientCertificate Kind = "client_certificate" // the server demands one
	KindStartTLSMissing   Kind = "starttls_missing"

	KindNoCommonMechanism Kind = "no_common_mechanism" // Error.Offered lists what the server has
	KindBadChallenge      Kind = "bad_challenge"       // the login exchange does not make sense
	KindServerUntrusted   Kind = "server_untrusted"    // SCRAM: the server does not know the password either
	KindPasswordNeedsTLS  Kind = "password_needs_tls"  // our own refusal to send a credential in plain

	KindNoSMTPUTF8 Kind = "no_smtputf8" // the address needs SMTPUTF8, which is not offered
	KindInternal   Kind = "internal"    // a defect of ours
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
	// Sent is true when the whole message may have gone out and no reply to it came: it may have been accepted.
	Sent bool
	// Session is what was learned before the failure; nil only for errors of a Conn's later calls.
	Session *Session
	// Err is the cause; may be nil.
	Err error
	// unanswered means that a TLS handshake failed before the server said anything.
	unanswered bool
}

func (e *Error) Error() string {
	text := fmt.Sprintf("smtp %s: %s", e.Step, phrase.English(e.brief()))
	if e.Err != nil && e.Reply == nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// brief is one line for the list of steps.
func (e *Error) brief() string {
	switch {
	case e.Reply != nil && e.Mechanism != "":
		return phrase.Of("{mechanism} refused: {reply}", "mechanism", e.Mechanism, "reply", shortened(e.Reply.String()))
	case e.Reply != nil:
		return verbatim(e.Reply.String())
	case e.Protocol != "":
		return phrase.Of("the server speaks {protocol}", "protocol", e.Protocol)
	default:
		return briefs[e.Kind]
	}
}

// maxDetail bounds the line of detail of a step, in characters.
const maxDetail = 300

// verbatim makes a phrase of a server's words, which are never translated.
func verbatim(text string) string { return phrase.Verbatim(shortened(text)) }

func shortened(text string) string {
	if phrase.HasParts(text) {
		return text
	}
	if characters := []rune(text); len(characters) > maxDetail {
		return string(characters[:maxDetail]) + "…"
	}
	return text
}

var briefs = map[Kind]string{
	KindNameNotFound:      phrase.Of("name not found"),
	KindNameInvalid:       phrase.Of("not a valid name"),
	KindNameLookupFailed:  phrase.Of("name lookup failed"),
	KindNoUsableAddress:   phrase.Of("no usable address"),
	KindConnectionRefused: phrase.Of("connection refused"),
	KindUnreachable:       phrase.Of("unreachable"),
	KindTimeout:           phrase.Of("no answer in time"),
	KindClosed:            phrase.Of("the server closed the connection"),
	KindReset:             phrase.Of("the connection was reset"),
	KindNetwork:           phrase.Of("network failure"),
	KindNotPermitted:      phrase.Of("not permitted"),
	KindProxyUnreachable:  phrase.Of("proxy not reachable"),
	KindProxyRefused:      phrase.Of("the proxy did not connect"),
	KindCancelled:         phrase.Of("cancelled"),
	KindOutOfTime:         phrase.Of("out of time"),
	KindNotSMTP:           phrase.Of("not an SMTP server"),
	KindMalformedReply:    phrase.Of("malformed reply"),
	KindReplyTooLong:      phrase.Of("reply too long"),
	KindUnexpectedBytes:   phrase.Of("unexpected bytes before encryption began"),
	KindPlainInsteadOfTLS: phrase.Of("the port answered in plain text"),
	KindTLSInsteadOfPlain: phrase.Of("the port expects TLS"),
	KindCertificate:       phrase.Of("certificate not accepted"),
	KindTLSVersion:        phrase.Of("no TLS version in common"),
	KindTLSHandshake:      phrase.Of("TLS handshake failed"),
	KindClientCertificate: phrase.Of("client certificate demanded"),
	KindStartTLSMissing:   phrase.Of("STARTTLS not offered"),
	KindNoCommonMechanism: phrase.Of("no login mechanism in common"),
	KindBadChallenge:      phrase.Of("login exchange not understood"),
	KindServerUntrusted:   phrase.Of("the server could not prove that it knows the password"),
	KindPasswordNeedsTLS:  phrase.Of("the connection is not encrypted"),
	KindNoSMTPUTF8:        phrase.Of("SMTPUTF8 not offered"),
	KindInternal:          phrase.Of("internal failure"),
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
	case errors.Is(err, syscall.ECONNREFUSED):
		return KindConnectionRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return KindUnreachable
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return KindReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return KindClosed
	case errors.As(err, &netErr) && netErr.Timeout():
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
		failure.Kind, failure.Err = KindCancelled, ctx.Err()
	case ctx.Err() != nil, limited && failure.Kind == KindTimeout && !time.Now().Before(deadline):
		failure.Kind, failure.Err = KindOutOfTime, context.DeadlineExceeded
	}
	return failure
}
