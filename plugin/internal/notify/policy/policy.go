// Package policy decides what a delivery's end means for its message, and for all others: who is hit (scope) and
// whether it passes (lasting) say so, as far as what other messages meet does not say otherwise.
//
// It is a state machine without input, output or clock: each function takes the [State] before and what has happened,
// and returns the State after and, for the message, a [Verdict]. A State is small, and kept in the database as JSON.
// The States that are given are not changed.
//
// Words can be wrong, so two rules hold whatever they said. One message or recipient never holds the others back: a
// refusal of the envelope or of the content pauses the service only after another message has met the same. And what
// meets every message kills none: while different messages are refused one after another, and none passes, they wait.
package policy

import (
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Policy is how long is waited. It is not changed, so it may be used concurrently.
type Policy struct {
	// Retry is the backoff of one message.
	Retry Backoff
	// Away is the backoff of looks at a server that is away or refuses everything, Login that after a refused login, Rate
	// that after too much was sent, and Quota that after the quota of a day, or so, was used up. Limit is that of one
	// message or recipient for such a reason.
	Away, Login, Rate, Quota, Limit Backoff
	// Doubt is the time between the two refusals after which a message is dead.
	Doubt time.Duration
	// Confirm takes the place of Doubt while other messages pass. Within it enough others are tried to show whether they
	// do.
	Confirm time.Duration
}

// New makes all waits from the wait after the first refusal of a message.
func New(retryAfter time.Duration) Policy {
	return Policy{
		Retry:   Backoff{First: retryAfter, Longest: max(time.Hour, retryAfter)},
		Away:    Backoff{First: retryAfter / 6, Longest: 2 * retryAfter},
		Login:   Backoff{First: 2 * retryAfter, Longest: 30 * retryAfter},
		Rate:    Backoff{First: retryAfter / 30, Longest: 120 * retryAfter},
		Quota:   Backoff{First: 4 * retryAfter, Longest: 120 * retryAfter},
		Limit:   Backoff{First: retryAfter, Longest: 120 * retryAfter},
		Doubt:   min(10*retryAfter, 5*time.Minute),
		Confirm: min(retryAfter/15, 2*time.Second),
	}
}

// Stage is how far a delivery came.
type Stage string

// The stages: Opening is all that comes before a message, the login included.
const (
	Opening   Stage = "opening"
	Sender    Stage = "sender"
	Recipient Stage = "recipient"
	Content   Stage = "content"
)

// Message is one message to one recipient.
type Message struct {
	ID        string `json:"id"`
	Recipient string `json:"recipient"`
}

// Attempt is one delivery of a message.
type Attempt struct {
	Message
	// Taken is when the queue began it, which is the time that it is counted at, and Began when it was let go.
	Taken time.Time
	Began time.Time
	// Trips is State.Trips when it began. An attempt that began before a pause says nothing about its cause.
	Trips int
	// Probe is true when it has gone to see whether a pause is over.
	Probe bool
	// Earlier is how many attempts of the message were counted before, and Last that no further one is left.
	Earlier int
	Last    bool
	// Doubted is when a counted attempt of the message was last refused for good; zero when none was.
	Doubted time.Time
}

// Refusal is why an attempt failed.
type Refusal struct {
	Code    string // of the cause
	Scope   shared.Scope
	Lasting shared.Lasting
	Stage   Stage
	// Wait is what the server has asked for; 0 when it named no time.
	Wait time.Duration
	// Exact is true when that was not read from words, but stands in a field of its own (RFC 9110 section 10.2.3).
	Exact bool
	// Final is true when the reply's code means for good (5yz), whatever its words do.
	Final bool
	// Exhausted is true when a quota of a day, or so, is used up.
	Exhausted bool
}

// one reports whether the words concern one message or recipient only. Before there was a message they concern all.
func (r Refusal) one() bool {
	return r.Stage != Opening && (r.Scope == shared.ScopeMessage || r.Scope == shared.ScopeRecipient)
}

// ForGood reports whether it would end a message or pause the service, if its words were all that is known.
func (r Refusal) ForGood() bool { return !r.one() || r.Lasting == shared.LastingPermanent }

// hard reports whether it counts where everything is refused.
func (r Refusal) hard() bool { return r.ForGood() || r.Final }

// Fate is what becomes of a message.
type Fate string

// The fates: a message that is put back has not used up an attempt.
const (
	Delivered Fate = "delivered"
	Retry     Fate = "retry"
	PutBack   Fate = "put back"
	Dead      Fate = "dead"
)

// Verdict is what follows from an attempt, beside the State.
type Verdict struct {
	Fate Fate
	// At is when the message may be tried again; zero means as soon as the service lets it.
	At time.Time
	// GiveBack is not zero when the attempts that were counted since then are not to be.
	GiveBack time.Time
	// Resumed means that messages that were held back may go on.
	Resumed bool
}
