package diagnosis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared/socketerror"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Detail is the line that a step shows of what it has found out; it may say nothing.
func Detail(found smtpconn.Detail) text.Text {
	switch found := found.(type) {
	case smtpconn.TokenReceived:
		return tokenText(found, time.Now())
	case smtpconn.Resolved:
		return text.Plain(joined(found.Addresses))
	case smtpconn.Tried:
		return attemptsText(found.Attempts)
	case smtpconn.Secured:
		return securedText(found)
	case smtpconn.PlainAnswered:
		return text.Of("the port answered in plain text; STARTTLS will be used")
	case smtpconn.Greeted:
		return text.Plain(shortened(found.Reply.Text()))
	case smtpconn.Introduced:
		if found.HELO {
			return text.Of("HELO only, no extensions")
		}
		return text.Plain(shortened(strings.Join(found.Extensions, ", ")))
	case smtpconn.LoginNotSet:
		return text.Of("no login is set")
	case smtpconn.LoginNotAskedFor:
		return text.Of("the server does not ask for a login")
	case smtpconn.LoggedIn:
		if len(found.Unworkable) > 0 {
			return text.Of("{mechanism}; the server offers {others} but does not carry that out",
				"mechanism", found.Mechanism, "others", strings.Join(found.Unworkable, ", "))
		}
		return text.Plain(found.Mechanism)
	case smtpconn.Answered:
		return text.Plain(shortened(found.Reply.String()))
	case smtpconn.LeftPlain:
		return text.Of("{failure}; going on unencrypted", "failure", brief(found.Failure))
	case *smtpconn.Error:
		return brief(found)
	default:
		return text.Text{}
	}
}

// tokenText is where an access token is from, and for how long it holds.
func tokenText(found smtpconn.TokenReceived, now time.Time) text.Text {
	minutes := int(found.Expires.Sub(now).Minutes())
	switch {
	case found.Expires.IsZero():
		return text.Of("from {endpoint}", "endpoint", found.From)
	case minutes < 1:
		return text.Of("from {endpoint}, valid for less than a minute", "endpoint", found.From)
	default:
		return text.Of("from {endpoint}, valid for {count} minute || from {endpoint}, valid for {count} minutes",
			"endpoint", found.From, "count", minutes)
	}
}

func joined(addresses []netip.Addr) string {
	texts := make([]string, len(addresses))
	for i, address := range addresses {
		texts[i] = address.String()
	}
	return strings.Join(texts, ", ")
}

func attemptsText(attempts []smtpconn.Attempt) text.Text {
	var all text.Text
	for i, attempt := range attempts {
		if i == 0 {
			all = attemptText(attempt)
		} else {
			all = text.Of("{attempt}; {next}", "attempt", all, "next", attemptText(attempt))
		}
	}
	return all
}

func attemptText(attempt smtpconn.Attempt) text.Text {
	outcome := text.Of("connected")
	switch {
	case attempt.Err != nil && attempt.Err.Kind == smtpconn.KindCancelled:
		outcome = text.Of("not needed")
	case attempt.Err != nil:
		outcome = brief(attempt.Err)
	}
	return text.Of("{address} {outcome} ({time} ms)",
		"address", attempt.Address, "outcome", outcome, "time", attempt.Took.Round(time.Millisecond).Milliseconds())
}

func securedText(found smtpconn.Secured) text.Text {
	said := text.Plain(tls.VersionName(found.Version) + ", " + tls.CipherSuiteName(found.CipherSuite))
	if found.SmallHello {
		said = text.Of("{encryption}, without ML-KEM: a TLS hello that holds it is not answered", "encryption", said)
	}
	if found.Unverified != nil {
		said = text.Of("{encryption}, certificate not verified: {reason}",
			"encryption", said, "reason", Reason(found.Unverified, nil))
	}
	return said
}

// brief is a failure in a few words.
func brief(failure *smtpconn.Error) text.Text {
	refused := tokenFailure(failure)
	switch {
	case refused != nil && refused.Code != "":
		return text.Of("{endpoint} refused it: {reply}", "endpoint", refused.Endpoint, "reply", shortened(refused.Code))
	case refused != nil && refused.Err != nil:
		return text.Of("{endpoint}: {reason}", "endpoint", refused.Endpoint, "reason", Reason(refused.Err, failure.Session))
	case refused != nil && refused.Status > 0:
		return text.Of("{endpoint} answered {status}", "endpoint", refused.Endpoint, "status", refused.Status)
	case failure.Reply != nil && failure.Mechanism != "":
		return text.Of("{mechanism} refused: {reply}", "mechanism", failure.Mechanism, "reply",
			shortened(failure.Reply.String()))
	case failure.Reply != nil:
		return text.Plain(shortened(failure.Reply.String()))
	case failure.Protocol != "":
		return text.Of("the server speaks {protocol}", "protocol", failure.Protocol)
	default:
		return kindTexts[failure.Kind]
	}
}

// maxDetail bounds what a server says in the detail of a step, in characters.
const maxDetail = 300

func shortened(said string) string {
	if characters := []rune(said); len(characters) > maxDetail {
		return string(characters[:maxDetail]) + "…"
	}
	return said
}

var kindTexts = map[smtpconn.Kind]text.Text{
	smtpconn.KindNoToken:           text.Of("no access token"),
	smtpconn.KindNameNotFound:      text.Of("name not found"),
	smtpconn.KindNameInvalid:       text.Of("not a valid name"),
	smtpconn.KindNameLookupFailed:  text.Of("name lookup failed"),
	smtpconn.KindNoUsableAddress:   text.Of("no usable address"),
	smtpconn.KindConnectionRefused: text.Of("connection refused"),
	smtpconn.KindUnreachable:       text.Of("unreachable"),
	smtpconn.KindTimeout:           text.Of("no answer in time"),
	smtpconn.KindClosed:            text.Of("the server closed the connection"),
	smtpconn.KindReset:             text.Of("the connection was reset"),
	smtpconn.KindNetwork:           text.Of("network failure"),
	smtpconn.KindNotPermitted:      text.Of("not permitted"),
	smtpconn.KindProxyUnreachable:  text.Of("proxy not reachable"),
	smtpconn.KindProxyRefused:      text.Of("the proxy did not connect"),
	smtpconn.KindCancelled:         text.Of("cancelled"),
	smtpconn.KindOutOfTime:         text.Of("out of time"),
	smtpconn.KindNotSMTP:           text.Of("not an SMTP server"),
	smtpconn.KindMalformedReply:    text.Of("malformed reply"),
	smtpconn.KindReplyTooLong:      text.Of("reply too long"),
	smtpconn.KindUnexpectedBytes:   text.Of("unexpected bytes before encryption began"),
	smtpconn.KindPlainInsteadOfTLS: text.Of("the port answered in plain text"),
	smtpconn.KindTLSInsteadOfPlain: text.Of("the port expects TLS"),
	smtpconn.KindCertificate:       text.Of("certificate not accepted"),
	smtpconn.KindTLSVersion:        text.Of("no TLS version in common"),
	smtpconn.KindTLSHandshake:      text.Of("TLS handshake failed"),
	smtpconn.KindClientCertificate: text.Of("client certificate demanded"),
	smtpconn.KindStartTLSMissing:   text.Of("STARTTLS not offered"),
	smtpconn.KindNoCommonMechanism: text.Of("no login mechanism in common"),
	smtpconn.KindBadChallenge:      text.Of("login exchange not understood"),
	smtpconn.KindServerUntrusted:   text.Of("the server could not prove that it knows the password"),
	smtpconn.KindPasswordNeedsTLS:  text.Of("the connection is not encrypted"),
	smtpconn.KindNoSMTPUTF8:        text.Of("SMTPUTF8 not offered"),
	smtpconn.KindTooBig:            text.Of("larger than the server accepts"),
	smtpconn.KindInternal:          text.Of("internal failure"),
}

// Reason is the cause of a failure as it stands behind a colon: in our words where we know it, else in those of the
// system, which may quote the certificate of a stranger. The session makes these safe to show; nil knows no
// credentials.
func Reason(err error, session *smtpconn.Session) text.Text {
	var known smtpconn.Reason
	var status *smtpconn.ProxyStatusError
	var iterations *smtpconn.IterationsError
	var failure *smtpconn.Error
	switch {
	case err == nil:
		return text.Text{}
	case errors.As(err, &known):
		return reasonTexts[known]
	case errors.As(err, &status):
		return text.Of("it answered {reply}", "reply", status.Status)
	case errors.As(err, &iterations) && iterations.TooMany():
		return text.Of("the server demands more than {count} iteration || the server demands more than {count} iterations",
			"count", iterations.Limit)
	case errors.As(err, &iterations):
		return text.Of("the server demands fewer than {count} iteration, and the password could "+
			"be guessed from the answer || "+
			"the server demands fewer than {count} iterations, and the password could be guessed from the answer",
			"count", iterations.Limit)
	case errors.As(err, &failure) && (failure.Err == nil || saysAll(failure.Kind)):
		return brief(failure)
	case errors.As(err, &failure):
		return Reason(failure.Err, session)
	}
	if said := certificateReason(err); !said.IsZero() {
		return said
	}
	if said := networkReason(err); !said.IsZero() {
		return said
	}
	return text.Plain(session.Printable(err.Error()))
}

// networkReason is how a connection ended; empty when that is not a common way.
func networkReason(err error) text.Text {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), socketerror.TimedOut(err):
		return kindTexts[smtpconn.KindTimeout]
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return kindTexts[smtpconn.KindClosed]
	case socketerror.Reset(err):
		return kindTexts[smtpconn.KindReset]
	}
	return text.Text{}
}

// certificateReason is why a certificate was not accepted; empty when the reason is not a common one.
func certificateReason(err error) text.Text {
	var name x509.HostnameError
	var issuer x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var insecure x509.InsecureAlgorithmError
	switch {
	case errors.As(err, &name):
		return text.Of("its certificate is for another name")
	case errors.As(err, &issuer):
		return text.Of("the issuer of its certificate is not known")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return text.Of("its certificate has expired or is not valid yet")
	case errors.As(err, &insecure):
		return text.Of("its certificate is signed in a way that is not secure")
	}
	return text.Text{}
}

// saysAll reports whether the cause of a failure of this kind adds nothing for people.
func saysAll(kind smtpconn.Kind) bool {
	return kind != smtpconn.KindNetwork && kind != smtpconn.KindNotPermitted && kind != smtpconn.KindInternal
}

var reasonTexts = map[smtpconn.Reason]text.Text{
	smtpconn.ReasonNotAnAddress:        text.Of("it is not an address"),
	smtpconn.ReasonProxyScheme:         text.Of("it must begin with socks5:// or http://"),
	smtpconn.ReasonProxyLogin:          text.Of("a login cannot be given"),
	smtpconn.ReasonBehindProxyPort:     text.Of("nothing may stand behind the port"),
	smtpconn.ReasonProxyPortMissing:    text.Of("the port is missing"),
	smtpconn.ReasonProxyName:           text.Of("its name cannot be that of a machine"),
	smtpconn.ReasonProxySilent:         text.Of("it did not answer in time"),
	smtpconn.ReasonProxyClosed:         text.Of("it closed the connection"),
	smtpconn.ReasonProxyNonsense:       text.Of("its answer makes no sense"),
	smtpconn.ReasonTooManyChallenges:   text.Of("too many challenges"),
	smtpconn.ReasonForbiddenCharacters: text.Of("login or password has characters that it does not allow"),
	smtpconn.ReasonSenselessChallenge:  text.Of("the server's challenge makes no sense"),
}
