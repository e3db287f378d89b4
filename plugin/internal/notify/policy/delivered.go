package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Delivered is told of a message that the server has taken.
func (p Policy) Delivered(s State, now time.Time, a Attempt) (State, Verdict) {
	verdict := Verdict{Fate: Delivered}
	s = s.forget(a.ID)
	if now.Sub(s.Passed) >= passedAccuracy || now.Before(s.Passed) {
		s.Passed = now
	}
	if s.Paused() {
		if !s.isProbe(a) {
			return s, verdict // It began before the pause, so it says nothing about its cause.
		}
		s, verdict.GiveBack = s.forgive(now)
		s = s.localize(a.Recipient)
		s = s.expose(s.Messages...).forget(a.ID)
		s, verdict.Resumed = s.goOn(now), true
	}
	s, released := s.releaseHeld(a)
	verdict.Resumed = verdict.Resumed || released
	if len(s.Local) > 0 {
		domain := domainOf(a.Recipient)
		s.Local = without(s.Local, func(one Local) bool { return one.Domain == domain })
	}
	if !s.Failing.IsZero() {
		s.Refused = without(s.Refused, func(one Refused) bool { return one.At.Before(a.Began) })
		if len(s.Refused) == 0 {
			s.Failing = time.Time{}
		}
	}
	return s, verdict
}

// localize notes, when one to a recipient of another domain has passed, that the pause was for a matter of the domains
// that met it.
func (s State) localize(recipient string) State {
	if s.Stage != Recipient || s.Scope != shared.ScopeClient && s.Scope != shared.ScopeSender ||
		slices.Contains(s.Domains, domainOf(recipient)) {
		return s
	}
	for _, domain := range s.Domains {
		s.Local = with(s.Local, Local{domain, s.Code}, maxLocal)
	}
	return s
}

// releaseHeld ends the hold of the recipient who has been sent something. Where another one has, those that were held
// because the server refused them are known to be a matter of their own, and their messages are judged one by one.
func (s State) releaseHeld(a Attempt) (State, bool) {
	if len(s.Held) == 0 {
		return s, false
	}
	before := len(s.Held)
	s.Held = without(s.Held, func(one Held) bool {
		return strings.EqualFold(one.Recipient, a.Recipient) || !one.Limit && one.Since.Before(a.Began)
	})
	return s, len(s.Held) < before
}

// forgive returns since when the attempts that were counted do not; zero when there are none.
func (s State) forgive(now time.Time) (State, time.Time) {
	if !s.Failing.IsZero() {
		s.Forgiven = Span{From: s.Failing, Until: now}
	}
	return s, s.Failing
}

// goOn ends the pause.
func (s State) goOn(now time.Time) State {
	s.Pause, s.Since = Pause{}, now
	return s
}

// Unanswered is told of a message that was sent whole, and to which no reply came: the server lets messages be sent,
// which is all that is known.
func (p Policy) Unanswered(s State, now time.Time, a Attempt) (State, Verdict) {
	verdict := Verdict{Fate: Retry}
	if s.isProbe(a) && s.opening() {
		s, verdict.Resumed = s.goOn(now), true
	}
	return s, verdict
}
