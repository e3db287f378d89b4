package mailserver

import (
	"crypto/tls"
)

// Fault is a practice mail server that goes wrong in one way, and what a test of it must say.
type Fault struct {
	Name  string
	Label string
	// UseSSL and NoLogin tell how the form must be filled in to meet the fault.
	UseSSL  bool
	NoLogin bool
	// Expect is what the test must say.
	Expect Expectation
	// Slow faults show only when a time limit has passed.
	Slow bool

	implicit    bool     // speaks TLS from the start
	certificate *Request // its certificate; with implicit or STARTTLS
	tls         func(*tls.Config)
	untrusted   bool // the certificate comes from an unknown authority
	ehlo        []string
	// grouping holds answers back while commands wait to be read, as Postfix does: a reset takes them along.
	grouping bool
	replies  map[string]string // by verb; see script.reply
}

// Expectation is what a test of a fault must say.
type Expectation struct {
	Outcome string
	Code    string // code of the first diagnostic
	Step    string
	Field   string
}

// Actions stand in the place of a reply.
const (
	actionClose    = "!close"     // ends the connection
	actionReset    = "!reset"     // tears it down
	actionHalf     = "!half"      // closes our side but goes on listening
	actionSilent   = "!silent"    // says nothing any more
	actionDrip     = "!drip"      // says one character at a time, without end
	actionEndless  = "!endless"   // sends reply lines without end
	actionLongLine = "!long-line" // sends one line without end
	actionBinary   = "!binary"    // sends random bytes
	actionGarbage  = "!garbage"   // starts the handshake with rubbish
	actionPlain    = "!plain"     // answers the client's hello in plain text
)

// Answering returns the fault with other replies by verb; those to the lines of a login that follow AUTH are called
// "AUTH 2" and so on. There {line} is the line itself, {password} the last thing that was sent in it and {nonce} that
// of SCRAM; "334:" begins a challenge that is yet to be encoded.
func (f Fault) Answering(replies map[string]string) Fault {
	f.replies = replies
	return f
}

// Presenting returns the fault with Use SSL and a certificate from the start.
func (f Fault) Presenting(certificate Request) Fault {
	f.UseSSL, f.implicit, f.certificate = true, true, &certificate
	return f
}

// Offering returns the fault with other keywords in its reply to EHLO.
func (f Fault) Offering(keywords ...string) Fault {
	f.ehlo = keywords
	return f
}

// OffersStartTLS reports whether the server offers STARTTLS.
func (f Fault) OffersStartTLS() bool { return f.certificate != nil && !f.implicit }

// Encrypting returns the fault with STARTTLS and a certificate.
func (f Fault) Encrypting(certificate Request) Fault {
	f.implicit, f.certificate = false, &certificate
	return f
}
