package notify

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/shared"
)

// outage is a simulated server that is down from time to time.
type outage struct{ from, to time.Time }

// simulation are the processes that deliver to a server of random outages.
type simulation struct {
	t        *testing.T
	random   *rand.Rand
	nodes    []*breaker
	login    bool // what is refused
	outages  []outage
	end      time.Time
	mu       sync.Mutex
	refusals map[outage]int
}

const (
	simulatedNodes   = 3
	simulatedWorkers = 5 // of each
	simulatedTime    = 3 * time.Hour
)

func (s *simulation) chance(from, to time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return from + time.Duration(s.random.Int64N(int64(to-from)))
}

// down returns the outage of the moment.
func (s *simulation) down() (outage, bool) {
	now := time.Now()
	for _, one := range s.outages {
		if !now.Before(one.from) && now.Before(one.to) {
			return one, true
		}
	}
	return outage{}, false
}

// away is how long a message is away that was not admitted. One that goes back to its place is there again when River
// takes messages the next time.
func (s *simulation) away(let permit) time.Duration {
	var snooze *river.JobSnoozeError
	if errors.As((&Service{}).putBack(let.until), &snooze) {
		return max(time.Millisecond, snooze.Duration)
	}
	return s.chance(time.Millisecond, fetchCooldown)
}

// work delivers messages until the end.
func (s *simulation) work(b *breaker) {
	for time.Now().Before(s.end) {
		asked := time.Now()
		let, ok := b.admit(s.t.Context(), someAttempt)
		if waited := time.Since(asked); waited > longestWait {
			s.t.Errorf("it waits %s for the breaker", waited)
		}
		if !ok {
			time.Sleep(s.away(let))
			continue
		}
		time.Sleep(s.chance(50*time.Millisecond, 2*time.Second))
		during, refused := s.down()
		switch {
		case refused:
			s.mu.Lock()
			s.refusals[during]++
			s.mu.Unlock()
			down := policy.Refusal{Code: "down", Scope: shared.ScopeServer, Lasting: shared.LastingTemporary,
				Stage: policy.Opening}
			if s.login {
				down.Scope, down.Lasting = shared.ScopeLogin, shared.LastingPermanent
			}
			b.refused(s.t.Context(), let, down, finding.Finding{Code: "down"}, present)
		case s.chance(0, 10) == 0:
			b.release(s.t.Context(), let) // It has found out nothing.
		default:
			b.delivered(s.t.Context(), let)
		}
		time.Sleep(s.chance(time.Millisecond, 3*time.Second))
	}
}

func (s *simulation) refused(during outage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusals[during]
}

func (s *simulation) backoff() policy.Backoff {
	if s.login {
		return s.nodes[0].policy.Login
	}
	return s.nodes[0].policy.Away
}

// mostRefusals is how many deliveries the server may see during an outage: those that were under way, and the probes of
// one backoff that all processes share.
func (s *simulation) mostRefusals(during outage) int {
	wait := s.backoff()
	doublings := bits.Len64(uint64(wait.Longest / wait.First))
	return simulatedNodes*simulatedWorkers + doublings + 2 + int(during.to.Sub(during.from)/wait.Longest)
}

// seeds is how many random runs a property is tried with: few, or as many as in a soak (SOAK=1).
func seeds(few, many uint64) uint64 {
	if os.Getenv("SOAK") != "" {
		return many
	}
	return few
}

// TestBreakerInOutages has three processes deliver to a server that is down from time to time, for random times: no
// more refusals than one backoff gives, and all deliver soon after it is back.
func TestBreakerInOutages(t *testing.T) {
	for seed := range seeds(5, 500) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &simulation{
					t: t, random: rand.New(rand.NewPCG(seed, 1)), end: time.Now().Add(simulatedTime), login: seed%2 == 0,
					refusals: map[outage]int{},
				}
				rows := &memoryPauses{}
				for range simulatedNodes {
					s.nodes = append(s.nodes, newNode(t, rows))
				}
				longest := s.backoff().Longest
				soon := longest + longestWait + fetchCooldown + 2*tendInterval
				for at := time.Now(); at.Before(s.end); {
					from := at.Add(s.chance(soon, 2*soon))
					at = from.Add(s.chance(time.Second, time.Hour))
					s.outages = append(s.outages, outage{from, at})
				}
				var all sync.WaitGroup
				for _, b := range s.nodes {
					for range simulatedWorkers {
						all.Go(func() { s.work(b) })
					}
					all.Go(func() {
						for ; time.Now().Before(s.end); time.Sleep(tendInterval) {
							if err := b.sync(t.Context()); err != nil {
								t.Error(err)
							}
						}
					})
				}
				for _, during := range s.outages {
					time.Sleep(time.Until(during.to.Add(soon - time.Second)))
					for i, b := range s.nodes {
						if paused := b.current(); paused.Cause != nil && time.Now().Before(s.end) {
							t.Errorf("process %d still pauses %s after the outage, until %s", i, soon, paused.Next)
						}
					}
					if got, most := s.refused(during), s.mostRefusals(during); got > most {
						t.Errorf("%d deliveries are refused in an outage of %s, at most %d are due",
							got, during.to.Sub(during.from), most)
					}
				}
				all.Wait()
			})
		})
	}
}

// TestSlowKeyServiceHoldsNoPauseUp meets a refusal while the service that holds the key does not answer: the pause
// holds at once and everywhere, and nobody waits for the service longer than its bounds.
func TestSlowKeyServiceHoldsNoPauseUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &memoryPauses{hanging: true}
		one, other := newNode(t, rows), newNode(t, rows)
		began := time.Now()
		tripped := make(chan time.Duration)
		go func() {
			tryLogin(t.Context(), one)
			tripped <- time.Since(began)
		}()
		synctest.Wait()
		for name, b := range map[string]*breaker{"this process": one, "the other": other} {
			if err := b.sync(t.Context()); err != nil || b.current().Cause == nil {
				t.Errorf("%s does not pause: %v", name, err)
			}
		}
		if took := time.Since(began); took > identifyLimit {
			t.Errorf("it takes %s to see the pause", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		asked := time.Now()
		if _, ok := one.admit(ctx, someAttempt); ok || time.Since(asked) != 0 {
			t.Errorf("a caller who has given up is admitted %t, after %s", ok, time.Since(asked))
		}
		if took := <-tripped; took > sealLimit {
			t.Errorf("the refusal is reported for %s", took)
		}
		if other.openFor("other settings", false) || !other.openFor("other settings", true) ||
			!one.openFor("other settings", false) {
			t.Error("the pause is for settings that nobody can tell")
		}
		asked = time.Now()
		for range 5 {
			if err := other.sync(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(asked); took > identifyLimit {
			t.Errorf("it asks again and again, for %s", took)
		}
		rows.mu.Lock()
		rows.hanging = false
		rows.mu.Unlock()
		time.Sleep(2 * time.Minute)
		tryLogin(t.Context(), one) // The next probe writes down the settings.
		if err := other.sync(t.Context()); err != nil || !other.openFor("other settings", false) ||
			other.openFor(present, true) {
			t.Errorf("the other process does not know which settings are refused: %v", err)
		}
	})
}
