package smtpconn

import (
	"net/netip"
	"time"
)

// Detail is what a step has found out: a value of one of the types below or, of a step that failed, the [*Error]. Nil
// means that there is nothing to tell. Package diagnosis puts it into words.
type Detail interface{ isDetail() }

// The details of the steps.
type (
	// TokenReceived is that of StepToken.
	TokenReceived struct {
		// From is the host of the endpoint.
		From string
		// Fetched is true when the token was asked for now; otherwise it is one from before.
		Fetched bool
		// Expires is zero when that is not known.
		Expires time.Time
	}

	// Resolved is that of StepResolve: the addresses of the name, in the order in which they are tried.
	Resolved struct{ Addresses []netip.Addr }

	// Tried is that of StepConnect, whether one of the addresses was connected to or not.
	Tried struct{ Attempts []Attempt }

	// Secured is that of a finished handshake, at StepTLS or StepStartTLS.
	Secured struct {
		// Version and CipherSuite are numbered as in package crypto/tls.
		Version, CipherSuite uint16
		// SmallHello and Unverified are those of the Session. The text of Unverified is safe to show.
		SmallHello bool
		Unverified error
	}

	// PlainAnswered is that of StepTLS on a port that answered in plain text: STARTTLS is tried instead.
	PlainAnswered struct{}

	// Greeted is that of StepGreeting.
	Greeted struct{ Reply Reply }

	// Introduced is that of StepHello.
	Introduced struct {
		// HELO is true when the server knows no EHLO, and so no extensions.
		HELO bool
		// Extensions are those that matter here, with their parameters, safe to show.
		Extensions []string
	}

	// LoginNotSet is that of a skipped StepAuth: there is nothing to log in with.
	LoginNotSet struct{}

	// LoginNotAskedFor is that of StepAuth at a server that offers no login.
	LoginNotAskedFor struct{}

	// LoggedIn is that of StepAuth.
	LoggedIn struct {
		Mechanism string
		// Unworkable are those that were tried before; see Session.
		Unworkable []string
	}

	// Answered is that of a command which the server has said yes to.
	Answered struct{ Reply Reply }

	// LeftPlain is that of StepStartTLS or StepHello when an offered STARTTLS failed and the conversation goes on
	// unencrypted.
	LeftPlain struct{ Failure *Error }
)

func (TokenReceived) isDetail()    {}
func (Resolved) isDetail()         {}
func (Tried) isDetail()            {}
func (Secured) isDetail()          {}
func (PlainAnswered) isDetail()    {}
func (Greeted) isDetail()          {}
func (Introduced) isDetail()       {}
func (LoginNotSet) isDetail()      {}
func (LoginNotAskedFor) isDetail() {}
func (LoggedIn) isDetail()         {}
func (Answered) isDetail()         {}
func (LeftPlain) isDetail()        {}
func (*Error) isDetail()           {}
