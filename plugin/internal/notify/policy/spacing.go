package policy

import (
	"math"
	"time"
)

// spacing is the gap that a server wants between a message and the next one. Gaps are those between its replies, which
// is where it measures them, but for the way there. One that takes several messages at once has none: there the
// shortest gap that passed is shorter than the longest that was refused.
type spacing struct {
	wait time.Duration // from a reply to the next message; 0 does not limit

	passed  time.Duration // the shortest gap before a message that was taken; 0 is not known
	refused time.Duration // the longest gap before one that was not
	beyond  time.Duration // the longest of the refused ones that would have passed before
	last    time.Time     // the reply to the last message that was taken
	sent    time.Time     // the last message

	step float64
	look time.Duration // from a refusal to the next try of a shorter gap
	next time.Time     // when that is
}

// How a gap is tried: the bisection ends at nearEnough, and one below shortestGap is none.
const (
	nearEnough  = 1.1
	shortestGap = 100 * time.Millisecond
	firstStep   = 0.25
	largestStep = 3.0
	// stricter is how many times longer a gap may have become; a longer one is for another limit.
	stricter = 8
)

// ready is when the next message may go.
func (s *spacing) ready(now time.Time) time.Time {
	if s.wait == 0 {
		return now
	}
	return later(now, later(s.last, s.sent).Add(s.wait))
}

// took is told of a message that was taken.
func (s *spacing) took(now time.Time) {
	gap := now.Sub(s.last)
	known := !s.last.IsZero()
	s.last = now
	if known && (s.passed == 0 || gap < s.passed) {
		s.passed, s.look = max(gap, 1), s.shortestLook()
	}
	if s.wait == 0 {
		return
	}
	if !now.Before(s.next) { // Perhaps it takes them faster now.
		s.step = min(max(2*s.step, firstStep), largestStep)
		s.refused = min(s.refused, time.Duration(float64(s.passed)/(1+s.step)))
		s.next = now.Add(s.look)
	}
	if s.bisect(); s.wait < shortestGap {
		*s = spacing{last: now, sent: s.sent, passed: s.passed}
	}
}

// rejected is told of a message that was refused for the rate. It is true when the gap was too short for a spacing that
// is known, and the refusal means nothing else.
func (s *spacing) rejected(now time.Time) bool {
	if s.last.IsZero() {
		return false
	}
	gap := now.Sub(s.last)
	if s.wait > 0 && float64(gap) > nearEnough*float64(s.passed) {
		s.beyond = max(s.beyond, gap)
		return false
	}
	s.refused = max(s.refused, gap)
	if s.wait == 0 {
		return false
	}
	if s.passed <= s.refused {
		s.passed = time.Duration(nearEnough * float64(s.refused))
	}
	if s.step > 0 { // It takes them no faster, so that is not looked into any closer.
		s.refused = max(s.refused, time.Duration(float64(s.passed)/nearEnough))
	}
	s.wait, s.step = s.passed, 0
	s.look = min(max(2*s.look, s.shortestLook()), max(longestRise, 4*s.shortestLook()))
	s.next = now.Add(s.look)
	return true
}

// learn is told that a message was taken after others were refused, and reports whether that was for a gap.
func (s *spacing) learn(now time.Time) bool {
	beyond := s.beyond
	s.beyond = 0
	gap := now.Sub(s.last) // took follows.
	switch {
	case s.last.IsZero():
		return false
	case s.wait > 0 && gap <= stricter*s.passed:
		s.passed, s.refused = gap, beyond
	case s.wait > 0 || s.refused == 0 || s.passed > 0 && s.passed <= s.refused || gap <= s.refused:
		return false
	}
	if s.passed == 0 || gap < s.passed {
		s.passed = gap
	}
	s.look, s.step = s.shortestLook(), 0
	s.next = now.Add(s.look)
	s.bisect()
	return true
}

// bisect has the next gap between one that is known to pass and one that is not.
func (s *spacing) bisect() {
	s.wait = s.passed
	if float64(s.passed) > nearEnough*float64(s.refused) {
		s.wait = time.Duration(math.Sqrt(float64(s.passed) * float64(max(s.refused, s.passed/stricter))))
	}
}

func (s *spacing) shortestLook() time.Duration { return max(rateWait, 10*s.passed) }
