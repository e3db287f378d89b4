package health

import (
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Started is called when a process begins to look, and no other one does. What went wrong before is not looked at again
// the moment that a machine starts, whose network may not be there yet.
func (p Policy) Started(s State, now time.Time) State {
	first := now.Add(p.confirm())
	switch {
	case p.Every <= 0 || s.unconfigured() || s.silent(), s.Refusals > 0 && s.Next.After(first):
		return s
	case s.Failure != nil:
		s.Next = later(s.Next, first)
	default:
		s.Next = later(first, s.LoggedIn.Add(p.Every))
	}
	return s
}

// silent reports whether it is looked no more before other settings are saved.
func (s State) silent() bool { return s.Refusals > 0 && s.Next.IsZero() }

func (s State) unconfigured() bool { return s.Saved.IsZero() }

func later(one, other time.Time) time.Time {
	if one.After(other) {
		return one
	}
	return other
}

// Changed is called when there are other settings. proof is when a test has passed with them; zero when none has.
func (p Policy) Changed(s State, now, proof time.Time) State {
	s.Saved, s.Refusals, s.Before, s.Excused, s.LoggedIn = now, 0, nil, time.Time{}, time.Time{}
	s.Calm, s.Breaks = time.Time{}, nil
	if s.Failure != nil {
		changed := *s.Failure
		changed.Paused, s.Failure = false, &changed
	}
	switch {
	case !proof.IsZero():
		s = p.Succeeded(s, proof)
		s.LoggedIn, s.Next = proof, later(now, proof.Add(p.interval()))
	case s.Failure != nil:
		s.Next = now
	default:
		s.Next = now.Add(p.confirm())
	}
	return s
}

// Unconfigured is called when there are no settings.
func (p Policy) Unconfigured(s State) State {
	return State{
		Status: s.Status, Since: s.Since, Cause: s.Cause, Number: s.Number, ID: s.ID, From: s.From, Events: s.Events,
		Alerted: s.Alerted,
	}
}

// Due reports whether it is to be looked now. While deliveries wait and there is something to deliver, one of them goes
// to see: a look would be a second login.
func (p Policy) Due(s State, now time.Time, waiting bool) bool {
	paused := s.Failure != nil && s.Failure.Paused
	return p.Every > 0 && !s.Next.IsZero() && !now.Before(s.Next) && (!paused || !waiting)
}

// Begin is called before a look. It counts as if its login had been refused again, so that a process that dies on it
// has had it.
func (p Policy) Begin(s State, now time.Time) State {
	before := s.Refusals
	s.Before = &before
	if s.Refusals > 0 {
		s.Refusals++
		s.Next = p.refusedAgain(now, s.Refusals)
	} else {
		s.Next = now.Add(p.confirm())
	}
	return s
}

// Abandoned is called after a look that has found out nothing, because it could not be begun or other settings were
// saved meanwhile.
func (p Policy) Abandoned(s State, now time.Time) State {
	if s.Before != nil {
		s.Refusals, s.Before = *s.Before, nil
	}
	s.Next = now.Add(p.confirm())
	return s
}

// Looked is called after a look.
func (p Policy) Looked(s State, now time.Time, found Look) State {
	if s.Before != nil {
		s.Refusals, s.Before = *s.Before, nil
	}
	if found.LoggedIn {
		s.LoggedIn = now
	}
	if found.Cause == nil {
		if s.Failure != nil && s.Failure.Paused {
			s.Excused = s.Failure.Since
		}
		s = p.Succeeded(s, now)
		s.Next = now.Add(p.interval())
		return s
	}
	s.Checked, s.Passed = now, false
	s = s.failed(now, *found.Cause, found.Refused)
	switch {
	case found.Refused:
		s.Refusals++
		s.Next = p.refusedAgain(now, s.Refusals)
	case s.Refusals > 0: // The server is away since; that is no reason to try the login more often.
		s.Next = p.refusedAgain(now, s.Refusals)
	case found.LoggedIn && s.Failure.Count > 1:
		s.Next = now.Add(p.interval())
	default:
		s.Next = now.Add(p.again(s.Failure.Count))
	}
	return s
}

// longestAgain is how long it waits at most between two looks that do not come to the login.
const longestAgain = time.Hour

// again is the wait after a look that has failed before the login, the count-th in a row.
func (p Policy) again(count int) time.Duration {
	wait := p.confirm()
	for range min(count-1, 10) {
		wait *= 2
	}
	return min(wait, longestAgain, p.Every)
}

func (s State) failed(now time.Time, cause finding.Finding, refused bool) State {
	next := Failure{Cause: cause, Since: now, Count: 1}
	if s.Failure != nil {
		next = *s.Failure
		next.Cause = cause
		next.Count++
	}
	if refused {
		next.Count = max(next.Count, broken)
	}
	s.Failure, s.Known, s.Calm = &next, true, time.Time{}
	return s
}

// Paused is called regularly while deliveries wait. A pause is one failure, and one that lasts as long as a second look
// would have to wait is enough.
func (p Policy) Paused(s State, now time.Time, pause Pause) State {
	if !s.Excused.IsZero() && s.Excused.Equal(pause.Since) {
		return s
	}
	if s.Failure == nil || !s.Failure.Paused {
		s = s.failed(now, pause.Cause, pause.Refused)
		s.Failure.Paused, s.Failure.Since = true, pause.Since
		s.Checked, s.Passed, s.Excused = later(s.Checked, pause.Since), false, time.Time{}
		if pause.Refused && s.Refusals == 0 && p.Every > 0 {
			s.Refusals, s.Next = 1, p.refusedAgain(now, 1)
		}
		return s
	}
	next := *s.Failure
	next.Cause = pause.Cause
	if pause.Refused || now.Sub(pause.Since) >= p.confirm() {
		next.Count = max(next.Count, broken)
	}
	s.Failure = &next
	return s
}

// GoOn is called regularly while deliveries do not wait. passed is when one was last taken by the server, zero when
// none was: it is a better proof than a look.
func (p Policy) GoOn(s State, now, passed time.Time) State {
	s.Excused = time.Time{}
	switch {
	case s.Failure != nil && s.Failure.Paused: // Nothing but a delivery ends a pause, or other settings.
		passed = now
	case passed.IsZero() || passed.Before(s.Saved) || s.Failure != nil && passed.Before(s.Failure.Since):
		return s
	case s.Known && !passed.After(s.Checked):
		return s
	}
	s = p.Succeeded(s, passed)
	if next := passed.Add(p.interval()); p.Every > 0 && next.After(s.Next) {
		s.Next = next
	}
	return s
}

// day is for how long it is remembered how often something broke.
const day = 24 * time.Hour

// Succeeded is called when the server has taken what it was given. What breaks again and again has to hold for a while
// before it is taken for whole.
func (p Policy) Succeeded(s State, at time.Time) State {
	if s.Failure != nil && s.Status == shared.HealthBroken && len(s.Breaks) > 1 {
		wait := p.confirm()
		for range min(len(s.Breaks)-2, 10) {
			wait *= 2
		}
		s.Calm = at.Add(min(wait, longestAgain))
	}
	s.Failure, s.Refusals, s.Known = nil, 0, true
	s.Checked, s.Passed = later(s.Checked, at), true
	return s
}

// Ends is called with all that ends by itself.
func (p Policy) Ends(s State, endings []Ending) State {
	s.Endings = slices.Clone(endings)
	slices.SortStableFunc(s.Endings, func(a, b Ending) int { return a.At.Compare(b.At) })
	s.Told = slices.DeleteFunc(slices.Clone(s.Told), func(key string) bool {
		return !slices.ContainsFunc(s.Endings, func(one Ending) bool { return one.key() == key })
	})
	return s
}

// Settle makes the transition that what is known leads to, if any. waiting is how many notifications wait.
func (p Policy) Settle(s State, now time.Time, waiting int64) State {
	if s.Status != shared.HealthBroken {
		s.Breaks = slices.DeleteFunc(slices.Clone(s.Breaks), func(at time.Time) bool { return now.Sub(at) > day })
	}
	if !now.Before(s.Calm) {
		s.Calm = time.Time{}
	}
	before := s.Status
	if before == "" {
		before = shared.HealthUnknown
	}
	status, cause := s.judge()
	ending, news := s.ending(now)
	ends := ending != nil && (status == shared.HealthHealthy || status == shared.HealthUnknown)
	if ends {
		status, cause = shared.HealthSuspect, &ending.Cause
	}
	if s.Cause = cause; status == before && (!ends || !news) {
		return s
	}
	if ends {
		s.Told = append(s.Told, ending.key())
	}
	return p.transit(s, now, Event{From: before, To: status, Cause: cause, Waiting: waiting}, ends)
}

// transit notes a transition. ends is that it is for something that ends by itself.
func (p Policy) transit(s State, now time.Time, event Event, ends bool) State {
	event.ID, event.Number, event.At = p.NewID(), s.Number+1, now
	bad := event.To == shared.HealthBroken || ends
	if event.Alert = bad || s.Alerted && event.To != shared.HealthSuspect; event.Alert {
		s.Alerted = bad
	}
	if event.To == shared.HealthBroken {
		s.Breaks = append(s.Breaks, now)
	}
	s.Status, s.Since, s.Number, s.ID, s.From = event.To, now, event.Number, event.ID, event.From
	s.Events = append(slices.Clone(s.Events), event)
	s.Events = s.Events[max(0, len(s.Events)-maxEvents):]
	return s
}

// judge is what successes and failures lead to.
func (s State) judge() (shared.HealthState, *finding.Finding) {
	switch {
	case s.Failure != nil && (s.Failure.Count >= broken || s.Status == shared.HealthBroken):
		return shared.HealthBroken, &s.Failure.Cause
	case s.Failure != nil:
		return shared.HealthSuspect, &s.Failure.Cause
	case !s.Calm.IsZero():
		return shared.HealthBroken, s.Cause
	case s.Known:
		return shared.HealthHealthy, nil
	default:
		return shared.HealthUnknown, nil
	}
}

// ending is something that ends soon; nil when nothing does. news is that there was no transition for it yet.
func (s State) ending(now time.Time) (soon *Ending, news bool) {
	for i, one := range s.Endings {
		switch {
		case !one.Soon(now):
		case !slices.Contains(s.Told, one.key()):
			return &s.Endings[i], true
		case soon == nil:
			soon = &s.Endings[i]
		}
	}
	return soon, false
}
