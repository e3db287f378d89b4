package policy

import (
	"slices"
	"time"
)

// Admission is whether a message may be delivered now.
type Admission struct {
	Go bool
	// Probe is true when it goes to see whether a pause is over.
	Probe bool
	// Until is when to ask again, where it may not go.
	Until time.Time
	// Another is true where it may not go because a better one is to go and see.
	Another bool
}

// Admit asks for a message whether it may be delivered. best is false when another message waits that is better to see
// whether a pause is over: one of a lower Rank. A look is written into the State as if it had failed, so that a process
// that dies on it has had it.
func (p Policy) Admit(s State, now time.Time, m Message, best bool) (State, Admission) {
	if s.Paused() {
		switch {
		case !p.Due(s, now):
			return s, Admission{Until: s.Next}
		case !best:
			return s, Admission{Another: true}
		}
		s.Next, s.Looks = p.next(s, now, s.Looks), s.Looks+1
		return s, Admission{Go: true, Probe: true}
	}
	at := s.hold(m.Recipient)
	if at < 0 {
		return s, Admission{Go: true}
	}
	held := s.Held[at]
	if now.Before(held.Next) && !held.Since.After(now.Add(clockStep)) { // The clock may have been set back.
		return s, Admission{Until: held.Next}
	}
	held.Next, held.Looks = now.Add(p.holdAgain(held).After(held.Looks)), held.Looks+1
	s.Held = slices.Clone(s.Held)
	s.Held[at] = held
	return s, Admission{Go: true}
}

// Rank says how good a message is to see whether a pause is over: best is 0, one that has not met the cause itself, and
// neither have, where the recipient was refused, others of its recipient's domain; then 1, one that has not met it;
// then the one that has met it longest ago.
func (s State) Rank(m Message) int {
	switch at := slices.Index(s.Messages, m.ID); {
	case at >= 0:
		return 2 + at
	case s.Stage == Recipient && slices.Contains(s.Domains, domainOf(m.Recipient)):
		return 1
	default:
		return 0
	}
}

// Release takes back that an attempt has gone to see: it found out nothing about the server.
func (p Policy) Release(s State, now time.Time, a Attempt) State {
	if s.isProbe(a) {
		s.Next, s.Looks = now, max(s.Looks-1, 1)
	}
	return s
}

// isProbe reports whether the attempt is the one that has gone to see, and the pause is still the same.
func (s State) isProbe(a Attempt) bool { return s.Paused() && a.Probe && a.Trips == s.Trips }

// Remembers reports whether anything is known that Resume forgets.
func (s State) Remembers() bool {
	return s.Paused() || !s.Failing.IsZero() || len(s.Exposed)+len(s.Local)+len(s.Held) > 0
}

// Resume ends whatever holds messages back, because the settings are others now.
func (p Policy) Resume(s State, now time.Time) State {
	return State{Since: now, Trips: s.Trips}
}

// probeAgain is the backoff of the looks of a pause.
func (p Policy) probeAgain(s State) Backoff {
	switch {
	case s.Login:
		return p.Login
	case s.Exhausted:
		return p.Quota
	case s.quota():
		return p.Rate
	default:
		return p.Away
	}
}

// quota reports whether the pause is for a limit that messages have met, not connections.
func (s State) quota() bool { return s.Lasting == limit && !s.opening() }

func (p Policy) holdAgain(h Held) Backoff {
	if h.Limit {
		return p.Limit
	}
	return p.Away
}

// Due reports whether the next probe of a pause may go.
func (p Policy) Due(s State, now time.Time) bool { return isDue(s.Next, now, p.LongestPause(s)) }

// LongestPause bounds the wait for the next probe.
func (p Policy) LongestPause(s State) time.Duration { return max(p.probeAgain(s).Longest, s.Named) }
