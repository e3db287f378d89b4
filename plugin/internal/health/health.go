// Package health decides whether the saved settings still work, from what others have found out: looks at the server,
// deliveries, pauses of the deliveries, and what ends by itself.
//
// What is known is a [State], a value that can be kept as JSON. A [Policy] makes the next one of it. It looks at no
// clock and at nothing else: a month can be tried in a moment.
package health

import (
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Policy says when it is looked at the server, and what counts.
type Policy struct {
	// Every is how long after a login it is looked again, unless something was delivered meanwhile; 0 or less never looks.
	Every time.Duration
	// Confirm is how long after a first failure it is looked again, and how long after a start for the first time. It is
	// no longer than Every.
	Confirm time.Duration
	// Refused are the waits after a login that was refused, in order. After the last one it is looked no more.
	Refused []time.Duration
	// Jitter makes a wait of another one, not a shorter one, so that many installations do not look at the same time; nil
	// leaves it as it is.
	Jitter func(time.Duration) time.Duration
	// NewID makes the id of a transition.
	NewID func() string
}

// usual is how long it waits by default.
const usual = 5 * time.Minute

// confirm is Confirm, or its default, no longer than Every.
func (p Policy) confirm() time.Duration {
	wait := p.Confirm
	if wait <= 0 {
		wait = usual
	}
	if p.Every > 0 {
		wait = min(wait, p.Every)
	}
	return wait
}

func (p Policy) interval() time.Duration {
	if p.Jitter == nil {
		return p.Every
	}
	return p.Jitter(p.Every)
}

// refusedAgain is when it is looked again after so many refusals; zero for never.
func (p Policy) refusedAgain(now time.Time, refusals int) time.Time {
	if refusals > len(p.Refused) {
		return time.Time{}
	}
	return now.Add(max(p.Refused[refusals-1], p.Every))
}

// State is what is known. Its zero value knows nothing.
type State struct {
	Status shared.HealthState `json:"status,omitempty"` // empty means unknown
	Since  time.Time          `json:"since,omitzero"`
	Cause  *finding.Finding   `json:"cause,omitempty"`
	// Number and ID are those of the last transition, and From is the state before it.
	Number int64              `json:"number,omitempty"`
	ID     string             `json:"id,omitempty"`
	From   shared.HealthState `json:"from,omitempty"`
	// Events are the last transitions, oldest first, at most maxEvents.
	Events []Event `json:"events,omitempty"`
	// Alerted is that the last transition that people are told of was a bad one.
	Alerted bool `json:"alerted,omitempty"`

	// Known is that something has succeeded or failed since there are settings.
	Known bool `json:"known,omitempty"`
	// Failure is what has failed last, and has not succeeded since; nil when nothing has.
	Failure *Failure `json:"failure,omitempty"`
	// Checked is when the settings were last tried at the server, and Passed whether that has succeeded.
	Checked time.Time `json:"checked,omitzero"`
	Passed  bool      `json:"passed,omitempty"`
	// Next is when it is to be looked; zero for never.
	Next time.Time `json:"next,omitzero"`
	// LoggedIn is when a look has logged in last.
	LoggedIn time.Time `json:"logged_in,omitzero"`
	// Refusals counts the looks in a row whose login was refused.
	Refusals int `json:"refusals,omitempty"`
	// Before are the Refusals before the look that is under way; nil when none is.
	Before *int `json:"before,omitempty"`
	// Saved is when the settings were changed: what succeeded before says nothing of them.
	Saved time.Time `json:"saved,omitzero"`
	// Breaks are the transitions to broken of the last day, and Calm is until when nothing may fail for the last of them
	// to be over; zero when it is.
	Breaks []time.Time `json:"breaks,omitempty"`
	Calm   time.Time   `json:"calm,omitzero"`
	// Excused is the beginning of a pause that a look has shown to be over.
	Excused time.Time `json:"excused,omitzero"`
	// Endings are what ends by itself, the soonest first, and Told those that there was a transition for.
	Endings []Ending `json:"endings,omitempty"`
	Told    []string `json:"told,omitempty"`
}

// Failure is what fails.
type Failure struct {
	Cause finding.Finding `json:"cause"`
	// Since is when it has failed first, and Count how often it has failed since; two are enough to be broken.
	Since time.Time `json:"since"`
	Count int       `json:"count"`
	// Paused is that deliveries wait for it. Then it is over when they go on.
	Paused bool `json:"paused,omitempty"`
}

// broken is the Count that is enough.
const broken = 2

// Look is what a look at the server has found.
type Look struct {
	// Cause is what is wrong; nil when nothing is.
	Cause *finding.Finding
	// Refused is that the login was refused, and LoggedIn that it was not.
	Refused, LoggedIn bool
}

// Pause is why deliveries wait.
type Pause struct {
	Cause finding.Finding
	Since time.Time
	// Refused is that the login was refused.
	Refused bool
}

// Event is one transition.
type Event struct {
	ID      string             `json:"id"`
	Number  int64              `json:"number"`
	From    shared.HealthState `json:"from"`
	To      shared.HealthState `json:"to"`
	At      time.Time          `json:"at"`
	Cause   *finding.Finding   `json:"cause,omitempty"`
	Waiting int64              `json:"waiting"`
	// Alert is that people are told of it. Of a first failure they are not, which may be over in a moment.
	Alert bool `json:"alert,omitempty"`
}

// maxEvents is how many transitions are kept.
const maxEvents = 50

// Ending is something that ends by itself.
type Ending struct {
	// What is a stable name, such as "server_certificate".
	What  string `json:"what"`
	Field string `json:"field,omitempty"`
	// From is when it began; zero when that is not known.
	From time.Time `json:"from,omitzero"`
	At   time.Time `json:"at"`
	// Cause says that it ends soon, or has ended.
	Cause finding.Finding `json:"cause"`
}

// key tells an ending from others.
func (e Ending) key() string { return e.What + " " + e.Field + " " + e.At.UTC().Format(time.RFC3339) }

// notice is how long before its end something is warned of, at most: a quarter of a life is enough, for what lives for
// a week only is renewed in the last days.
const notice = 14 * 24 * time.Hour

// Soon reports whether it ends soon, or has ended.
func (e Ending) Soon(now time.Time) bool {
	before := notice
	if !e.From.IsZero() {
		before = min(before, e.At.Sub(e.From)/4)
	}
	return !now.Before(e.At.Add(-before))
}
