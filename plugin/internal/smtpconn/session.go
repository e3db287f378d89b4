package smtpconn

import (
	"crypto/tls"
	"net/netip"
	"strconv"
	"strings"
)

// Session is what was learned about the server. After a failure it holds what was learned before it.
type Session struct {
	// Addresses are all addresses of the name, in the order in which they are tried.
	Addresses []netip.Addr
	// Attempts are the addresses that were tried, in order.
	Attempts []Attempt
	// Remote is the address that was connected to; the zero value when none was.
	Remote netip.AddrPort
	// Greeting is the server's first reply; its Code is 0 when there was none.
	Greeting Reply
	// HELOName is the name that was given in the last EHLO or HELO; empty when none was.
	HELOName string
	// Extensions are the keywords of the last EHLO in upper case, with their parameters; nil after HELO.
	Extensions map[string]string
	// Encryption is how the connection is protected.
	Encryption Encryption
	// TLS is the state of the handshake, also when its certificate was refused; nil when there was none.
	TLS *tls.ConnectionState
	// Unverified is why the certificate does not prove the server's identity; nil when it does or there is none.
	Unverified error
	// SmallHello is true when the handshake was made without ML-KEM, because a hello that holds it got no answer.
	SmallHello bool
	// StartTLSFailure is why an offered STARTTLS could not be used and the conversation went on in plain text; nil when
	// it was not offered, not tried, or worked.
	StartTLSFailure *Error
	// PlainAnswered is true when TLS was spoken to a port that answered in plain text, and STARTTLS was used instead.
	PlainAnswered bool
	// TLSAnswered is true when a plain greeting was awaited on a port that expects TLS, and implicit TLS was used instead.
	TLSAnswered bool
	// Token is what can be shown of the access token that its source gave; zero when there is no source.
	Token TokenFacts
	// Login is how the login went.
	Login LoginState
	// Mechanism is the login mechanism that was used last; empty when there was no login.
	Mechanism string
	// Unworkable are the mechanisms that were offered and tried, but that the server did not carry out, in order.
	Unworkable []string

	transcript *Transcript
	secrets    *redaction
}

// Printable makes a server's text safe to show, such as the names in its certificate: no control characters, none of
// our credentials, not too long. A nil session knows no credentials.
func (s *Session) Printable(text string) string {
	text = printable(text)
	if s != nil {
		text = s.secrets.hide(text)
	}
	return shortened(text)
}

// PrintableList makes texts safe to show that a server has said one after the other, such as the names in its
// certificate: a credential may go over their ends. There are as many afterwards.
func (s *Session) PrintableList(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = printable(text)
	}
	if s != nil && len(shown) > 0 {
		shown = s.secrets.hideLines(shown)
	}
	for i, text := range shown {
		shown[i] = shortened(text)
	}
	return shown
}

// redact hides our credentials in the errors that may quote the server.
func (s *Session) redact() {
	s.Unverified = s.secrets.hideError(s.Unverified)
	if s.StartTLSFailure != nil {
		s.StartTLSFailure.Err = s.secrets.hideError(s.StartTLSFailure.Err)
	}
}

// LoginState says how the login went.
type LoginState uint8

// The ways in which a login can have gone.
const (
	LoginNotWanted LoginState = iota
	// LoginNotOffered means that there were credentials but the server does not offer AUTH at all.
	LoginNotOffered
	LoginDone
)

// Transcript returns the conversation so far, line by line, with credentials hidden; nil unless the trace with which
// the connection was opened had it recorded.
func (s *Session) Transcript() []string {
	if s == nil || s.transcript == nil {
		return nil
	}
	return s.transcript.Lines()
}

// RestartTranscript has the transcript begin with what is said from now on, about another message. A nil session has
// none.
func (s *Session) RestartTranscript() {
	if s != nil {
		s.transcript.restart()
	}
}

// LoginEncrypted reports whether the credentials went over an encrypted connection.
func (s *Session) LoginEncrypted() bool { return s.Encryption != NoEncryption }

// Offers reports whether the server offered the extension in its last EHLO; keyword is in upper case.
func (s *Session) Offers(keyword string) bool {
	_, ok := s.Extensions[keyword]
	return ok
}

// Limit is one of the limits that the server states (LIMITS, RFC 9422), such as "MAILMAX"; 0 where it states none. A
// nil session knows none.
func (s *Session) Limit(name string) int {
	if s == nil {
		return 0
	}
	for _, one := range strings.Fields(s.Extensions["LIMITS"]) {
		if key, value, _ := strings.Cut(one, "="); strings.EqualFold(key, name) {
			limit, _ := strconv.Atoi(value) // What is no number limits nothing.
			return max(0, limit)
		}
	}
	return 0
}

// MaxMessageSize is how many bytes a message may have that the server accepts (RFC 1870 section 4); 0 means that it
// does not say.
func (s *Session) MaxMessageSize() int64 {
	size, err := strconv.ParseInt(s.Extensions["SIZE"], 10, 64)
	if err != nil {
		return 0
	}
	return max(0, size)
}

// maxShownText bounds a text of the server that is shown, in characters.
const maxShownText = 300

func shortened(text string) string {
	if characters := []rune(text); len(characters) > maxShownText {
		return string(characters[:maxShownText]) + "…"
	}
	return text
}
