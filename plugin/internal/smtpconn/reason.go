package smtpconn

import "fmt"

// Reason is a cause that this package finds itself, within [Error.Err]. Its text is plain English for logs; package
// diagnosis has the one for people.
type Reason string

// Error is the reason in English.
func (r Reason) Error() string { return string(r) }

// Why an address of a proxy is none; see [ParseProxy].
const (
	ReasonNotAnAddress     Reason = "it is not an address"
	ReasonProxyScheme      Reason = "it must begin with socks5:// or http://"
	ReasonProxyLogin       Reason = "a login cannot be given"
	ReasonBehindProxyPort  Reason = "nothing may stand behind the port"
	ReasonProxyPortMissing Reason = "the port is missing"
	ReasonProxyName        Reason = "its name cannot be that of a machine"
)

// Why a proxy did not connect, with KindProxyRefused; see also [ProxyStatusError].
const (
	ReasonProxySilent   Reason = "it did not answer in time"
	ReasonProxyClosed   Reason = "it closed the connection"
	ReasonProxyNonsense Reason = "its answer makes no sense"
)

// Why a login could not be carried out, with KindBadChallenge; see also [IterationsError].
const (
	ReasonTooManyChallenges   Reason = "too many challenges"
	ReasonForbiddenCharacters Reason = "login or password has characters that it does not allow"
	// ReasonSenselessChallenge is all that is said about a challenge that cannot be understood: it may repeat what we
	// sent.
	ReasonSenselessChallenge Reason = "the server's challenge makes no sense"
)

// ProxyStatusError is the answer of a proxy that did not connect.
type ProxyStatusError struct {
	// Status is its status line behind the version, such as "403 Forbidden", safe to show.
	Status string
}

func (e *ProxyStatusError) Error() string { return "it answered " + e.Status }

// IterationsError is a number of SCRAM iterations that is not computed: too many of them are work without end, and
// from the answer to too few the password could be guessed.
type IterationsError struct{ Demanded, Limit int }

// TooMany tells the two cases apart.
func (e *IterationsError) TooMany() bool { return e.Demanded > e.Limit }

func (e *IterationsError) Error() string {
	if e.TooMany() {
		return fmt.Sprintf("the server demands more than %d iterations", e.Limit)
	}
	return fmt.Sprintf(
		"the server demands fewer than %d iterations, and the password could be guessed from the answer", e.Limit)
}
