package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// simulation is a queue, its policy and a server on a clock of its own.
type simulation struct {
	t        *testing.T
	random   *rand.Rand
	policy   Policy
	state    State
	now      time.Time
	server   func(at time.Time, m *simulated) *Refusal // nil takes the message
	messages []*simulated
	running  []*simulated
	// connections is how many deliveries go on at once, attempts how many a message has.
	connections, attempts int
	probing               bool
	watch                 func()      // at each instant; may be nil
	refusals              []time.Time // whatever became of them
}

// simulated is a message in the queue.
type simulated struct {
	Message
	poison   *Refusal // what the server says to it, whenever it says something
	arrives  time.Time
	at       time.Time // when it may be tried
	putBack  bool      // it waits for the service, not for a time of its own
	fate     Fate
	ended    time.Time
	failures []time.Time // counted attempts
	doubts   []time.Time // those of them that were for good
	attempt  Attempt
	ends     time.Time
	answer   *Refusal
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newSimulation(t *testing.T, seed uint64) *simulation {
	return &simulation{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), policy: New(30 * time.Second), now: start, connections: 4, attempts: 12,
	}
}

// add has a message arrive.
func (s *simulation) add(after time.Duration, recipient string, poison *Refusal) *simulated {
	m := &simulated{
		Message: Message{ID: fmt.Sprint(len(s.messages) + 1), Recipient: recipient}, poison: poison,
		arrives: start.Add(after), at: start.Add(after),
	}
	s.messages = append(s.messages, m)
	return m
}

// run has the clock go on until nothing waits any more, or until the end.
func (s *simulation) run(length time.Duration) {
	slices.SortStableFunc(s.messages, func(a, b *simulated) int { return a.arrives.Compare(b.arrives) })
	waiting := slices.Clone(s.messages)
	for end := start.Add(length); len(waiting) > 0 && s.now.Before(end); s.now = s.nextInstant(waiting) {
		s.finish()
		if s.watch != nil {
			s.watch()
		}
		s.begin(waiting)
		waiting = slices.DeleteFunc(waiting, func(m *simulated) bool { return m.fate == Delivered || m.fate == Dead })
	}
}

// nextInstant is when something happens next.
func (s *simulation) nextInstant(waiting []*simulated) time.Time {
	next := s.now.Add(time.Hour)
	for _, m := range s.running {
		next = earlier(next, m.ends)
	}
	if len(s.running) == s.connections || s.state.Paused() && s.probing {
		return later(next, s.now.Add(time.Millisecond))
	}
	first := start.Add(1000 * time.Hour * 24)
	for _, m := range waiting {
		if m.attempt.Began.IsZero() {
			first = earlier(first, m.at)
		}
	}
	if s.state.Paused() {
		first = later(first, s.state.Next)
	}
	return later(earlier(next, first), s.now.Add(time.Millisecond))
}

// begin has messages go that may, first come, first served.
func (s *simulation) begin(waiting []*simulated) {
	for _, m := range waiting {
		if len(s.running) == s.connections || s.state.Paused() {
			break
		}
		if s.ready(m) {
			s.admit(m)
		}
	}
	if !s.state.Paused() || s.probing || len(s.running) == s.connections || s.now.Before(s.state.Next) {
		return
	}
	var best *simulated
	for _, m := range waiting {
		if s.ready(m) && (best == nil || s.state.Rank(m.Message) < s.state.Rank(best.Message)) {
			if best = m; s.state.Rank(m.Message) == 0 {
				break
			}
		}
	}
	if best != nil {
		s.admit(best)
	}
}

func (s *simulation) ready(m *simulated) bool {
	return m.fate == "" && m.attempt.Began.IsZero() && !m.at.After(s.now)
}

func (s *simulation) admit(m *simulated) {
	state, admission := s.policy.Admit(s.state, s.now, m.Message, true)
	s.state = state
	if !admission.Go {
		m.at, m.putBack = admission.Until, true
		return
	}
	s.probing = s.probing || admission.Probe
	s.send(m, admission.Probe)
}

func (s *simulation) send(m *simulated, probe bool) {
	m.attempt = Attempt{
		Message: m.Message, Began: s.now, Trips: s.state.Trips, Probe: probe,
		Earlier: len(m.failures), Last: len(m.failures)+1 >= s.attempts,
	}
	if len(m.doubts) > 0 {
		m.attempt.Doubted = m.doubts[len(m.doubts)-1]
	}
	m.ends = s.now.Add(time.Duration(20+s.random.IntN(200)) * time.Millisecond)
	m.answer = s.server(m.ends, m)
	s.running = append(s.running, m)
}

// finish ends the attempts whose time has come.
func (s *simulation) finish() {
	ended := slices.Clone(s.running)
	ended = slices.DeleteFunc(ended, func(m *simulated) bool { return m.ends.After(s.now) })
	s.running = slices.DeleteFunc(s.running, func(m *simulated) bool { return !m.ends.After(s.now) })
	slices.SortStableFunc(ended, func(a, b *simulated) int { return a.ends.Compare(b.ends) })
	for _, m := range ended {
		s.end(m)
	}
}

func (s *simulation) end(m *simulated) {
	attempt := m.attempt
	m.attempt = Attempt{}
	if attempt.Probe {
		s.probing = false
	}
	var verdict Verdict
	if m.answer == nil {
		s.state, verdict = s.policy.Delivered(s.state, s.now, attempt)
	} else {
		s.refusals = append(s.refusals, s.now)
		s.state, verdict = s.policy.Refused(s.state, s.now, attempt, *m.answer)
	}
	s.checkBounds()
	m.putBack = false
	switch verdict.Fate {
	case Delivered, Dead:
		m.fate, m.ended = verdict.Fate, s.now
	case Retry:
		m.failures, m.at = append(m.failures, s.now), verdict.At
		if m.answer.ForGood() {
			m.doubts = append(m.doubts, s.now)
		}
	case PutBack:
		m.at, m.putBack = later(verdict.At, s.now), true
	default:
		s.t.Fatalf("no fate: %+v", verdict)
	}
	s.obey(verdict)
}

// obey does what a verdict means for other messages.
func (s *simulation) obey(verdict Verdict) {
	if verdict.GiveBack.IsZero() && !verdict.Resumed {
		return
	}
	for _, m := range s.messages {
		if m.arrives.After(s.now) || m.fate == Delivered || m.fate == Dead {
			continue
		}
		if n := len(m.failures); !verdict.GiveBack.IsZero() && m.attempt.Began.IsZero() {
			since := func(at time.Time) bool { return !at.Before(verdict.GiveBack) }
			m.failures, m.doubts = slices.DeleteFunc(m.failures, since), slices.DeleteFunc(m.doubts, since)
			m.putBack = m.putBack || len(m.failures) < n
		}
		if m.putBack && (verdict.Resumed || !verdict.GiveBack.IsZero()) {
			m.at = s.now
		}
	}
}

// checkBounds holds the state small.
func (s *simulation) checkBounds() {
	if n := len(s.state.Refused); n > maxRefused {
		s.t.Fatalf("%d refused messages are kept", n)
	}
	for _, n := range []int{len(s.state.Messages), len(s.state.Domains), len(s.state.Held)} {
		if n > maxImplied {
			s.t.Fatalf("the state has a list of %d", n)
		}
	}
	if len(s.state.Exposed) > maxExposed || len(s.state.Local) > maxLocal {
		s.t.Fatal("the state grows")
	}
}

var (
	scopes = []shared.Scope{
		shared.ScopeMessage, shared.ScopeRecipient, shared.ScopeSender, shared.ScopeLogin, shared.ScopeClient,
		shared.ScopeServer,
	}
	lastings = []shared.Lasting{shared.LastingPermanent, shared.LastingTemporary, shared.LastingLimit}
	stages   = []Stage{Opening, Sender, Recipient, Content}
)

// words are any that a server may say, right or wrong.
func (s *simulation) words(stages []Stage) *Refusal {
	return &Refusal{
		Code:  fmt.Sprintf("cause-%d", s.random.IntN(6)),
		Scope: pick(s.random, scopes), Lasting: pick(s.random, lastings), Stage: pick(s.random, stages),
	}
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func (s *simulation) recipient() string {
	return fmt.Sprintf("user%d@domain%d.example", s.random.IntN(1000), s.random.IntN(5))
}

// outage is a time in which the server refuses every message.
type outage struct {
	from, to time.Time
	words    func() *Refusal
}

// outages make a server that is away now and then. What it says in one is always the same, or different each time.
func (s *simulation) outages(count int, length, between func() time.Duration) []outage {
	var all []outage
	for at := start.Add(between()); len(all) < count; {
		same := s.words(stages)
		words := func() *Refusal { return same }
		if s.random.IntN(3) == 0 {
			words = func() *Refusal { return s.words(stages) }
		}
		one := outage{from: at, to: at.Add(length()), words: words}
		all = append(all, one)
		at = one.to.Add(between())
	}
	return all
}

func within(all []outage, at time.Time) *outage {
	for i, one := range all {
		if !at.Before(one.from) && at.Before(one.to) {
			return &all[i]
		}
	}
	return nil
}

// between returns a random length of time.
func (s *simulation) between(least, most time.Duration) func() time.Duration {
	return func() time.Duration { return least + time.Duration(s.random.Int64N(int64(most-least))) }
}
