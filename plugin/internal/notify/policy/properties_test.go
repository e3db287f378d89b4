package policy

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// histories tries so many of each kind for the two rules that hold whatever the words said, and more in the soak.
func histories(t *testing.T, each func(t *testing.T, seed uint64)) {
	t.Helper()
	try(t, 80, 10_000, each)
}

// soak tries so many histories of what takes long to simulate, and thousands in the soak.
func soak(t *testing.T, count uint64, each func(t *testing.T, seed uint64)) {
	t.Helper()
	try(t, count, 3000, each)
}

func try(t *testing.T, count, soaked uint64, each func(t *testing.T, seed uint64)) {
	t.Helper()
	if os.Getenv("SOAK") != "" {
		count = soaked
	}
	for seed := range count {
		each(t, seed)
		if t.Failed() {
			t.Fatalf("in history %d", seed)
		}
	}
}

// TestNoneDiesInOutage has a server refuse every message for a while, once or many times, with any words, while
// poisoned messages and dead recipients are among those that wait.
func TestNoneDiesInOutage(t *testing.T) {
	for name, kind := range map[string]struct {
		outages          int
		length, between  [2]time.Duration
		messages, poison int
	}{
		"one": {1, [2]time.Duration{time.Minute, 3 * 24 * time.Hour}, [2]time.Duration{0, 2 * time.Hour}, 150, 4},
		"several": {4, [2]time.Duration{20 * time.Second, 4 * time.Hour}, [2]time.Duration{time.Minute, 2 * time.Hour}, 150,
			4},
		"flapping": {30, [2]time.Duration{10 * time.Second, time.Minute}, [2]time.Duration{time.Second, time.Minute}, 150, 2},
	} {
		t.Run(name, func(t *testing.T) {
			histories(t, func(t *testing.T, seed uint64) {
				s := newSimulation(t, seed)
				all := s.outages(kind.outages, s.between(kind.length[0], kind.length[1]),
					s.between(kind.between[0], kind.between[1]))
				s.server = func(at time.Time, m *simulated) *Refusal {
					if out := within(all, at); out != nil {
						return out.words()
					}
					return m.poison
				}
				traffic(s, all, kind.messages, kind.poison)
				s.run(60 * 24 * time.Hour)
				checkFates(t, s, all[len(all)-1].to)
			})
		})
	}
}

// traffic has messages arrive over the time of the outages and after it, some at once where an outage begins.
func traffic(s *simulation, all []outage, messages, poison int) {
	last := all[len(all)-1].to.Sub(start)
	for _, out := range all {
		for range 4 {
			s.add(out.from.Sub(start), s.recipient(), nil)
		}
	}
	for range messages {
		s.add(s.between(0, last+time.Minute)(), s.recipient(), nil)
	}
	for i := range 200 { // Later ones show that the server takes messages.
		s.add(last+time.Duration(i)*10*time.Minute, s.recipient(), nil)
	}
	for range poison {
		s.add(s.between(0, last+time.Minute)(), s.recipient(), s.words([]Stage{Sender, Recipient, Content}))
	}
}

func checkFates(t *testing.T, s *simulation, over time.Time) {
	t.Helper()
	for _, m := range s.messages {
		want := Delivered
		if m.poison != nil {
			want = Dead
		}
		if m.fate != want {
			t.Errorf("message %s, %+v, is %q at %s with failures at %s; the outage ended at %s; %+v",
				m.ID, m.poison, m.fate, m.ended.Sub(start), since(m.failures), over.Sub(start), s.state)
			return
		}
		if len(m.failures) >= s.attempts {
			t.Errorf("message %s had %d attempts", m.ID, len(m.failures))
		}
	}
}

func since(times []time.Time) (all []string) {
	for _, at := range times {
		all = append(all, at.Sub(start).String())
	}
	return all
}

// TestOneNeverHoldsOthers has one poisoned message, or one dead recipient with many, among others.
func TestOneNeverHoldsOthers(t *testing.T) {
	histories(t, func(t *testing.T, seed uint64) {
		s := newSimulation(t, seed)
		s.server = func(_ time.Time, m *simulated) *Refusal { return m.poison }
		for range 300 {
			s.add(s.between(0, 20*time.Minute)(), s.recipient(), nil)
		}
		poison := s.words([]Stage{Sender, Recipient, Content})
		copies := 1
		if poison.Scope == shared.ScopeRecipient && poison.Lasting != shared.LastingLimit {
			copies = 1 + s.random.IntN(50)
		}
		for range copies {
			s.add(s.between(0, 20*time.Minute)(), "dead@recipient.example", poison)
		}
		for i := range 100 {
			s.add(20*time.Minute+time.Duration(i)*10*time.Minute, s.recipient(), nil)
		}
		s.run(30 * 24 * time.Hour)
		checkFates(t, s, start)
		for _, m := range s.messages {
			if late := m.ended.Sub(m.arrives); m.poison == nil && late > s.policy.Away.First {
				t.Errorf("message %s waited %s because of %+v", m.ID, late, poison)
			}
		}
	})
}

// TestRefusalsAreBounded counts what a server sees that refuses everything for a day, with any words, to 200 messages.
func TestRefusalsAreBounded(t *testing.T) {
	for _, stage := range stages {
		for _, scope := range scopes {
			for _, lasting := range lastings {
				words := Refusal{Code: "any", Scope: scope, Lasting: lasting, Stage: stage}
				if words.one() && lasting != shared.LastingPermanent {
					continue // Each message has attempts of its own.
				}
				s := newSimulation(t, 1)
				over := start.Add(24 * time.Hour)
				s.server = func(at time.Time, _ *simulated) *Refusal {
					if at.Before(over) {
						return &words
					}
					return nil
				}
				for i := range 200 {
					s.add(0, fmt.Sprintf("user%d@domain%d.example", i, i%3), nil)
				}
				s.run(48 * time.Hour)
				checkFates(t, s, over)
				longest := s.policy.LongestPause(State{Pause: Pause{Stage: stage, Lasting: lasting,
					Login: scope == shared.ScopeLogin}})
				if got, most := len(s.refusals), s.connections+10+int(24*time.Hour/s.policy.Away.Longest); got > most {
					t.Errorf("%+v: %d refusals, at most %d for probes each %s", words, got, most, longest)
				}
				for _, m := range s.messages {
					if late := m.ended.Sub(over); late > 2*s.policy.Limit.Longest {
						t.Errorf("%+v: message %s was delivered %s after the end", words, m.ID, late)
						break
					}
				}
			}
		}
	}
}
