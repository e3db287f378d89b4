package policy

import (
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

const (
	permanent = shared.LastingPermanent
	limit     = shared.LastingLimit
)

// sameCause is how many different messages must have met one cause before it pauses the service, and everyMessage how
// many must have been refused for good, whatever the causes.
const (
	sameCause    = 2
	everyMessage = 3
)

// longestNamed bounds the wait that a server may ask for one message, and longestPause that for all of them. What is
// shorter than shortNamed may be read from words that mean no time, and does not replace the backoff.
const (
	shortNamed   = time.Minute
	longestNamed = 24 * time.Hour
	longestPause = time.Hour
)

// Refused is told of an attempt that has failed.
func (p Policy) Refused(s State, now time.Time, a Attempt, r Refusal) (State, Verdict) {
	resumed := false
	if r.Stage != Opening {
		if s.isLocal(a.Recipient, r.Code) {
			r.Scope = shared.ScopeRecipient
		}
		s = s.note(now, a, r)
	}
	switch {
	case s.Paused() && !s.isProbe(a):
		if r.Stage != Opening && !s.opening() {
			s.Messages = asLast(s.Messages, a.ID, maxImplied)
		}
		return s, Verdict{Fate: PutBack} // Others have met the same at the same time.
	case s.isProbe(a) && (r.Stage == Opening || !s.opening()):
		return p.stillRefused(s, now, a, r)
	case s.Paused(): // Messages can be sent again; this one is refused for a reason of its own.
		s, resumed = s.goOn(now), true
	}
	s, verdict := p.judge(s, now, a, r)
	verdict.Resumed = resumed && !s.Paused()
	return s, verdict
}

// judge decides while deliveries go on.
func (p Policy) judge(s State, now time.Time, a Attempt, r Refusal) (State, Verdict) {
	if r.Stage == Opening {
		return p.pause(s, now, r, false)
	}
	if meant, everything := s.meetsAll(a, r); meant {
		return p.pause(s, now, r, everything)
	}
	switch {
	case !r.one():
		return p.again(s, now, a, r, p.Retry)
	case r.Lasting == permanent:
		return p.refusedForGood(s, now, a, r)
	case r.Lasting == limit:
		if r.Scope == shared.ScopeRecipient {
			s = p.holdBack(s, now, a.Recipient, r)
		}
		return p.again(s, now, a, r, p.Limit)
	default:
		return p.again(s, now, a, r, p.Retry)
	}
}

// meetsAll reports whether the refusal is one that other messages meet as well, and whether that is because everything
// is refused, whatever the words.
func (s State) meetsAll(a Attempt, r Refusal) (meant, everything bool) {
	if s.exposed(a.ID) || !r.hard() {
		return false, false
	}
	fresh := func(one Refused) bool { return one.Hard && !s.exposed(one.ID) }
	same := func(one Refused) bool { return fresh(one) && !one.One && one.Code == r.Code }
	if !r.one() && s.different(same) >= sameCause {
		return true, false
	}
	return s.apart(fresh) >= everyMessage, true
}

// pause holds all deliveries back. Where messages have just passed, the first look is at once: it costs one refusal if
// it is true, and no time if it is not.
func (p Policy) pause(s State, now time.Time, r Refusal, everything bool) (State, Verdict) {
	verdict := Verdict{Fate: PutBack}
	s, verdict.GiveBack = s.forgive(now)
	var messages, domains []string
	if r.Stage != Opening {
		for _, one := range s.Refused {
			messages = asLast(messages, one.ID, maxImplied)
			domains = with(domains, domainOf(one.Recipient), maxImplied)
		}
	}
	s.Since, s.Trips, s.Doubted = now, s.Trips+1, nil
	s.Pause = Pause{Looks: 1, Messages: messages, Domains: domains}
	s = s.because(r, everything)
	s.Next = p.next(s, now, 0)
	if r.Stage != Opening && r.Lasting != limit && s.Named == 0 && s.passedLately(now) {
		s.Next = now
	}
	return s, verdict
}

// stillRefused goes on with a pause after a look in vain.
func (p Policy) stillRefused(s State, now time.Time, a Attempt, r Refusal) (State, Verdict) {
	if r.Stage == Opening {
		s.Messages, s.Domains = nil, nil
	} else {
		s.Messages = asLast(s.Messages, a.ID, maxImplied)
		s.Domains = with(s.Domains, domainOf(a.Recipient), maxImplied)
	}
	s = s.because(r, r.Stage != Opening && (s.Everything || r.one() || r.Code != s.Code))
	s.Next = p.next(s, now, s.Looks-1)
	return s, Verdict{Fate: PutBack}
}

// because sets what the pause is for.
func (s State) because(r Refusal, everything bool) State {
	s.Code, s.Scope, s.Lasting, s.Stage, s.Everything = r.Code, r.Scope, r.Lasting, r.Stage, everything
	longest := longestPause
	if r.Exact {
		longest = longestNamed
	}
	s.Named = min(max(r.Wait, 0), longest)
	s.Exhausted = r.Exhausted && r.Lasting == limit
	s.Login = r.Stage == Opening && r.Scope == shared.ScopeLogin && r.Lasting == permanent
	return s
}

// next is when the next probe may begin, after so many doublings: when the server has asked for it, or else by the
// backoff.
func (p Policy) next(s State, now time.Time, doublings int) time.Time {
	return now.Add(named(s.Named, p.probeAgain(s).After(doublings)))
}

// named is how long is waited where the server has asked for a time, or for none, which is 0.
func named(asked, backoff time.Duration) time.Duration {
	if asked >= shortNamed {
		return asked
	}
	return max(asked, backoff)
}

// again has the message tried again as an attempt that counts. One that has none left is dead, unless nothing passes.
func (p Policy) again(s State, now time.Time, a Attempt, r Refusal, backoff Backoff) (State, Verdict) {
	wait := max(min(r.Wait, longestNamed), backoff.After(a.Earlier))
	switch {
	case !a.Last:
		return s, Verdict{Fate: Retry, At: now.Add(wait)}
	case s.nonePasses():
		return s, Verdict{Fate: PutBack, At: now.Add(wait)}
	default:
		return s.forget(a.ID), Verdict{Fate: Dead}
	}
}

// nonePasses reports whether so many messages were refused since one has passed that it is not for one's own sake.
func (s State) nonePasses() bool {
	return s.apart(func(Refused) bool { return true }) >= everyMessage
}

// refusedForGood ends a message, or, before that is certain, has it tried again. What began long ago began for another
// reason.
func (p Policy) refusedForGood(s State, now time.Time, a Attempt, r Refusal) (State, Verdict) {
	wait := p.Doubt
	if s.passedLately(now) {
		wait = p.Confirm
	}
	if s.Forgiven.includes(a.Doubted) { // The attempt began before that was written down.
		a.Doubted = time.Time{}
	}
	doubted := now.Sub(later(a.Doubted, s.doubt(a.ID)))
	switch {
	case r.Scope == shared.ScopeRecipient && s.different(func(one Refused) bool {
		return one.ByRecipient && one.Recipient == a.Recipient
	}) >= everyMessage:
		return p.holdBack(s, now, a.Recipient, r), Verdict{Fate: PutBack}
	case s.nonePasses():
		return p.again(s, now, a, r, p.Retry)
	case doubted > 2*p.Doubt && wait == p.Confirm && len(s.Doubted) < maxDoubted:
		s.Doubted = append(slices.Clone(s.forget(a.ID).Doubted), Doubt{a.ID, now})
		return s, Verdict{Fate: PutBack, At: now.Add(wait)}
	case doubted > 2*p.Doubt:
		return p.again(s, now, a, r, Backoff{wait, wait})
	case doubted < wait:
		return p.again(s, now, a, r, Backoff{wait, wait}) // In full: the time counts from the latest refusal.
	default:
		return s.forget(a.ID), Verdict{Fate: Dead}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// holdBack has the other messages of a recipient wait.
func (p Policy) holdBack(s State, now time.Time, recipient string, r Refusal) State {
	held := Held{Recipient: recipient, Limit: r.Lasting == limit, Since: now}
	if at := s.hold(recipient); at >= 0 {
		held.Looks, held.Since = s.Held[at].Looks, s.Held[at].Since
		s.Held = slices.Delete(slices.Clone(s.Held), at, at+1)
	}
	held.Looks = max(held.Looks, 1)
	held.Next = now.Add(named(min(r.Wait, longestNamed), p.holdAgain(held).After(held.Looks-1)))
	s.Held = bounded(append(slices.Clone(s.Held), held), maxHeld)
	return s
}
