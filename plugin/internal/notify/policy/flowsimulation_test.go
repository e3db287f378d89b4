package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// world is a queue that is full from the start, the connections that send from it, and a server that limits them, on a
// clock of their own. It is wired as the service is.
type world struct {
	t      *testing.T
	random *rand.Rand
	policy Policy
	flow   *Flow
	state  State
	now    time.Time

	server   limiting
	waiting  []*queued
	open     []*link
	probing  bool
	taken    int
	last     time.Time // when a message was taken last
	refusals []time.Time

	every   int           // messages after which the service begins anew; 0 never
	paused  bool          // it begins anew in the first pause only
	away    time.Duration // how long it is away each time
	forgets bool          // what it knew
	begun   int           // taken/every when it began anew last
	begins  int           // how often it has begun anew
}

type queued struct {
	id      string
	at      time.Time
	putBack bool
	earlier int
	failed  time.Time // the last counted attempt
}

// link is a connection, and what is under way on it.
type link struct {
	opened  bool
	sent    int
	message *queued // nil while it is idle
	attempt Attempt
	ends    time.Time
}

// limiting is a server. It is asked when something reaches it, and returns nil when it takes that.
type limiting interface {
	// greet is asked for a new connection beside others, mail for a message over one.
	greet(now time.Time, others int) *Refusal
	mail(now time.Time, open int, sent int) *Refusal
	took(now time.Time)
}

func newWorld(t *testing.T, seed uint64, messages int, bounds Bounds, server limiting) *world {
	w := &world{
		t: t, random: rand.New(rand.NewPCG(seed, 2)), policy: New(30 * time.Second), flow: NewFlow(bounds), now: start,
		server: server,
	}
	for i := range messages {
		w.waiting = append(w.waiting, &queued{id: fmt.Sprint(i + 1), at: start})
	}
	return w
}

// run returns how long it took to deliver everything.
func (w *world) run() time.Duration {
	w.t.Helper()
	for len(w.waiting) > 0 || slices.ContainsFunc(w.open, func(l *link) bool { return l.message != nil }) {
		w.finish()
		if w.every > 0 && w.taken/w.every > w.begun && !w.probing && w.busy() == 0 && w.mayBegin() {
			w.begun, w.begins = w.taken/w.every, w.begins+1
			w.restart()
		}
		w.begin()
		if w.now = w.next(); w.now.Sub(start) > 60*24*time.Hour {
			w.t.Fatalf("after 60 days %d messages wait: %+v", len(w.waiting), w.state)
		}
	}
	return w.last.Sub(start)
}

// mayBegin reports whether this is a time at which the service is to begin anew.
func (w *world) mayBegin() bool { return !w.paused || w.state.Paused() && w.begins == 0 }

func (w *world) next() time.Time {
	next := w.now.Add(time.Hour)
	for _, one := range w.open {
		if one.message != nil {
			next = earlier(next, one.ends)
		}
	}
	first := later(w.flow.Ready(w.now), w.now)
	if w.state.Paused() {
		first = later(first, w.state.Next)
	}
	soonest := w.now.Add(time.Hour)
	for _, m := range w.waiting {
		if soonest = earlier(soonest, m.at); !soonest.After(w.now) {
			break
		}
	}
	if w.busy() < w.flow.Connections() && !w.probing {
		next = earlier(next, later(first, soonest))
	}
	return later(next, w.now.Add(time.Millisecond))
}

func (w *world) busy() int {
	count := 0
	for _, one := range w.open {
		if one.message != nil {
			count++
		}
	}
	return count
}

func (w *world) begin() {
	for w.busy() < w.flow.Connections() && !w.flow.Ready(w.now).After(w.now) {
		if w.state.Paused() && (w.probing || w.now.Before(w.state.Next)) {
			return
		}
		at := slices.IndexFunc(w.waiting, func(m *queued) bool { return !m.at.After(w.now) })
		if at < 0 {
			return
		}
		m := w.waiting[at]
		state, admission := w.policy.Admit(w.state, w.now, Message{m.id, m.id + "@x.example"}, true)
		if w.state = state; !admission.Go {
			w.t.Fatalf("%+v", admission)
		}
		w.waiting = slices.Delete(w.waiting, at, at+1)
		w.probing = w.probing || admission.Probe
		w.send(m, admission.Probe)
	}
}

func (w *world) send(m *queued, probe bool) {
	w.flow.Send(w.now)
	attempt := Attempt{
		Message: Message{m.id, m.id + "@x.example"}, Taken: w.now, Began: w.now, Trips: w.state.Trips, Probe: probe,
		Earlier: m.earlier, Last: m.earlier >= 11,
	}
	at := slices.IndexFunc(w.open, func(l *link) bool { return l.message == nil })
	if at < 0 {
		w.open = append(w.open, &link{})
		at = len(w.open) - 1
	}
	one := w.open[at]
	one.message, one.attempt, one.ends = m, attempt, w.now.Add(w.took())
	if !one.opened {
		one.ends = one.ends.Add(100 * time.Millisecond)
	}
}

func (w *world) took() time.Duration { return time.Duration(30+w.random.IntN(20)) * time.Millisecond }

func (w *world) finish() {
	for _, one := range slices.Clone(w.open) {
		if one.message == nil || one.ends.After(w.now) {
			continue
		}
		answer := (*Refusal)(nil)
		if !one.opened {
			answer = w.server.greet(w.now, len(w.open)-1)
		}
		if answer == nil {
			one.opened = true
			if answer = w.server.mail(w.now, len(w.open), one.sent); answer == nil {
				w.server.took(w.now)
			}
		}
		w.end(one, answer)
	}
}

// end does what the service does with the outcome of an attempt.
func (w *world) end(one *link, answer *Refusal) {
	m, attempt := one.message, one.attempt
	one.message = nil
	if attempt.Probe {
		w.probing = false
	}
	if answer == nil {
		one.sent++
		w.taken, w.last = w.taken+1, w.now
		w.flow.Delivered(w.now, attempt.Began, len(w.waiting) > 0)
		var verdict Verdict
		w.state, verdict = w.policy.Delivered(w.state, w.now, attempt)
		w.obey(m, verdict)
		if longest := w.flow.MessagesPerConnection(w.now); longest > 0 && one.sent >= longest {
			w.close(one)
		}
		return
	}
	w.refusals = append(w.refusals, w.now)
	w.close(one)
	if one.sent > 0 && answer.Stage == Sender && answer.Code == "ended" {
		w.flow.Ended(w.now, one.sent)
		w.waiting = append([]*queued{m}, w.waiting...) // It goes over another connection at once.
		if attempt.Probe {
			w.state = w.policy.Release(w.state, w.now, attempt)
		}
		return
	}
	rejection := Rejection{
		Excess: excessOf(*answer), Stage: answer.Stage, Began: attempt.Began, Probe: attempt.Probe, Others: len(w.open),
		Sent: one.sent,
	}
	if w.flow.Crowded(w.now, rejection) {
		w.state = w.policy.Release(w.state, w.now, attempt)
		w.waiting = append([]*queued{m}, w.waiting...)
		return
	}
	w.flow.TooFast(w.now, rejection)
	var verdict Verdict
	w.state, verdict = w.policy.Refused(w.state, w.now, attempt, *answer)
	w.obey(m, verdict)
}

func excessOf(r Refusal) Excess {
	return map[string]Excess{"too_many_connections": TooManyConnections, "rate_limited": TooFast,
		"sending_limit_reached": Exhausted}[r.Code]
}

func (w *world) close(one *link) {
	w.open = slices.DeleteFunc(w.open, func(other *link) bool { return other == one })
}

func (w *world) obey(m *queued, verdict Verdict) {
	switch verdict.Fate {
	case Retry:
		m.earlier, m.at, m.failed, m.putBack = m.earlier+1, verdict.At, w.now, false
		w.waiting = append(w.waiting, m)
	case PutBack:
		m.at, m.putBack = later(verdict.At, w.now), true
		w.waiting = append(w.waiting, m)
	case Dead:
		w.t.Errorf("message %s died", m.id)
	}
	for _, other := range w.waiting {
		if !verdict.GiveBack.IsZero() && !other.failed.Before(verdict.GiveBack) && other.earlier > 0 {
			other.earlier, other.putBack = other.earlier-1, true
		}
		if other.putBack && (verdict.Resumed || !verdict.GiveBack.IsZero()) {
			other.at = w.now
		}
	}
}

// settledRefusals is the share of what was refused after a while, of what was sent after it.
func (w *world) settledRefusals(after time.Duration) float64 {
	late := 0
	for _, at := range w.refusals {
		if at.Sub(start) > after {
			late++
		}
	}
	return float64(late) / float64(w.taken)
}
