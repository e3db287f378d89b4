package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// State is what has happened, as far as it matters for what comes. The zero value is that of a service that starts.
//
// The names of Since, Login, Next and Looks in JSON are those of documents that knew of pauses only.
type State struct {
	// Since is when the service began to pause, or not to.
	Since time.Time `json:"since,omitzero"`
	// Pause has the zero value while deliveries go on.
	Pause
	// Trips is how many there were.
	Trips int `json:"trips,omitempty"`
	// Passed is when a message was last delivered, to the accuracy of passedAccuracy.
	Passed time.Time `json:"passed,omitzero"`
	// Failing is when the first attempt was taken that was refused since the last success; zero when none was.
	Failing time.Time `json:"failing,omitzero"`
	// Forgiven is the time in which the refusals were given back.
	Forgiven Span `json:"forgiven,omitzero"`
	// Refused are different messages that were refused since Failing, at most maxRefused.
	Refused []Refused `json:"refused,omitempty"`
	// Doubted are messages that were refused for good, and are tried once more before that counts.
	Doubted []Doubt `json:"doubted,omitempty"`
	// Exposed are messages that were refused while others passed: they pause the service no more.
	Exposed []string `json:"exposed,omitempty"`
	// Local are causes that were met by recipients of one domain, and not by those of another one.
	Local []Local `json:"local,omitempty"`
	// Held are recipients whose messages wait while others go on.
	Held []Held `json:"held,omitempty"`
}

// Pause is why all deliveries wait.
type Pause struct {
	Code    string         `json:"code,omitempty"` // of the cause; empty while deliveries go on
	Scope   shared.Scope   `json:"scope,omitempty"`
	Lasting shared.Lasting `json:"lasting,omitempty"`
	Stage   Stage          `json:"stage,omitempty"` // at which it was met; empty in older documents means Opening
	// Login tells that the login was refused: the server is asked less often then.
	Login bool `json:"login,omitempty"`
	// Exhausted tells that a quota of a day, or so, is used up: the server is asked less often then, too.
	Exhausted bool `json:"exhausted,omitempty"`
	// Everything tells that the server refuses every message, whatever it says.
	Everything bool `json:"everything,omitempty"`
	// Next is when one may go and see, and Looks how often that was found in vain, the first refusal included.
	Next  time.Time `json:"next,omitzero"`
	Looks int       `json:"looks,omitempty"`
	// Named is the wait between probes that the server has asked for; 0 when it has named none.
	Named time.Duration `json:"named,omitempty"`
	// Messages have met it, the last one last, and recipients of the Domains: others are sent to see; see State.Rank.
	Messages []string `json:"messages,omitempty"`
	Domains  []string `json:"domains,omitempty"`
}

// Span is a time that includes its ends.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

func (s Span) includes(at time.Time) bool { return !at.Before(s.From) && !at.After(s.Until) }

// Refused is a message that was refused.
type Refused struct {
	Message
	At   time.Time `json:"at"`
	Code string    `json:"code"`
	One  bool      `json:"one,omitempty"`  // the words concern this message or recipient only
	Hard bool      `json:"hard,omitempty"` // see Refusal.hard
	// ByRecipient is true when the words concern the recipient.
	ByRecipient bool `json:"by_recipient,omitempty"`
}

// Doubt is when a message was refused for good.
type Doubt struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// Local is a cause that concerns the recipients of one domain.
type Local struct {
	Domain string `json:"domain"`
	Code   string `json:"code"`
}

// Held is a recipient whose messages wait.
type Held struct {
	Recipient string    `json:"recipient"`
	Limit     bool      `json:"limit,omitempty"` // for the wait that the server wants
	Since     time.Time `json:"since"`
	Next      time.Time `json:"next"`
	Looks     int       `json:"looks"`
}

// Bounds of a State. What is forgotten is learned anew.
const (
	maxRefused     = 8
	maxImplied     = 64 // messages, and domains, of a pause
	maxExposed     = 128
	maxLocal       = 32
	maxDoubted     = 64
	maxHeld        = 64
	passedAccuracy = 10 * time.Second
)

// Paused reports whether deliveries wait.
func (s State) Paused() bool { return s.Code != "" }

// opening reports whether the pause is for what was met before there was a message.
func (s State) opening() bool { return s.Stage == Opening || s.Stage == "" }

// passedLately reports whether a message has passed within the last minute.
func (s State) passedLately(now time.Time) bool {
	return !s.Passed.IsZero() && now.Sub(s.Passed) <= time.Minute
}

// note remembers a refusal, as the last one of its message.
func (s State) note(now time.Time, a Attempt, r Refusal) State {
	taken := now
	if !a.Taken.IsZero() {
		taken = a.Taken
	}
	if s.Failing.IsZero() || taken.Before(s.Failing) {
		s.Failing = taken
	}
	known := slices.IndexFunc(s.Refused, func(one Refused) bool { return one.ID == a.ID })
	if known < 0 && len(s.Refused) >= maxRefused && !r.hard() {
		return s // There is enough to see that they are many.
	}
	one := Refused{
		Message: a.Message, At: now, Code: r.Code, One: r.one(), Hard: r.hard(),
		ByRecipient: r.one() && r.Scope == shared.ScopeRecipient,
	}
	s.Refused = slices.Clone(s.Refused)
	if known >= 0 {
		s.Refused = slices.Delete(s.Refused, known, known+1)
	}
	s.Refused = bounded(append(s.Refused, one), maxRefused)
	return s
}

// different counts the messages that were refused and that the condition holds for.
func (s State) different(counts func(Refused) bool) int {
	found := 0
	for _, one := range s.Refused {
		if counts(one) {
			found++
		}
	}
	return found
}

// apart counts as different does, and one recipient who was refused only once.
func (s State) apart(counts func(Refused) bool) int {
	seen := map[string]bool{}
	return s.different(func(one Refused) bool {
		key := one.ID
		if one.ByRecipient {
			key = one.Recipient
		}
		first := counts(one) && !seen[key]
		seen[key] = seen[key] || first
		return first
	})
}

func (s State) exposed(id string) bool { return slices.Contains(s.Exposed, id) }

// expose notes that messages were refused while another one passed.
func (s State) expose(ids ...string) State {
	s.Exposed = slices.Clone(s.Exposed)
	for _, id := range ids {
		if !slices.Contains(s.Exposed, id) {
			s.Exposed = append(s.Exposed, id)
		}
	}
	s.Exposed = bounded(s.Exposed, maxExposed)
	return s
}

// forget drops what is known about a message that is not tried any more.
func (s State) forget(id string) State {
	if s.exposed(id) {
		s.Exposed = without(s.Exposed, func(one string) bool { return one == id })
	}
	if !s.doubt(id).IsZero() {
		s.Doubted = without(s.Doubted, func(one Doubt) bool { return one.ID == id })
	}
	return s
}

// doubt is when a message was refused for good, if that did not count; zero when it was not.
func (s State) doubt(id string) time.Time {
	for _, one := range s.Doubted {
		if one.ID == id {
			return one.At
		}
	}
	return time.Time{}
}

// hold returns the index of the hold of a recipient, or -1.
func (s State) hold(recipient string) int {
	return slices.IndexFunc(s.Held, func(one Held) bool { return strings.EqualFold(one.Recipient, recipient) })
}

// isLocal reports whether the cause is known to concern only recipients of this one's domain.
func (s State) isLocal(recipient, code string) bool {
	return slices.Contains(s.Local, Local{domainOf(recipient), code})
}

func domainOf(recipient string) string {
	return strings.ToLower(recipient[strings.LastIndexByte(recipient, '@')+1:])
}

// bounded keeps the last elements.
func bounded[T any](list []T, most int) []T { return list[max(0, len(list)-most):] }

// without is a copy of the list without some elements.
func without[T any](list []T, drop func(T) bool) []T {
	kept := slices.DeleteFunc(slices.Clone(list), drop)
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// with adds an element that the list does not have yet to a copy of it.
func with[T comparable](list []T, one T, most int) []T {
	if slices.Contains(list, one) {
		return list
	}
	return bounded(append(slices.Clone(list), one), most)
}

// asLast is a copy of the list whose last element it is.
func asLast[T comparable](list []T, one T, most int) []T {
	return bounded(append(without(list, func(other T) bool { return other == one }), one), most)
}
