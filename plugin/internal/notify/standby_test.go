package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
)

// oneClaim is a claim that one of several processes has. A process that has died is one that no longer asks.
type oneClaim struct {
	holder *atomic.Pointer[oneClaim]

	mu     sync.Mutex
	broken error // of take
	lost   bool
	asked  []time.Time
	kept   time.Time
}

func (c *oneClaim) take(context.Context) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, time.Now())
	if c.broken != nil {
		return false, c.broken
	}
	return c.holder.CompareAndSwap(nil, c) || c.holder.Load() == c, nil
}

func (c *oneClaim) keep(context.Context) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = time.Now()
	return !c.lost, nil
}

// change changes what becomes of the claim.
func (c *oneClaim) change(to func(c *oneClaim)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to(c)
}

func (c *oneClaim) keptAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept
}

func (c *oneClaim) lapses() (int, bool)                       { return 0, true }
func (c *oneClaim) release(context.Context)                   { c.holder.CompareAndSwap(c, nil) }
func (c *oneClaim) holders(context.Context) ([]holder, error) { return nil, nil }

func newStandby(c *oneClaim, begin func(context.Context) error) *standby {
	return &standby{
		claim: c, logger: hclog.NewNullLogger(), begin: begin, halt: func() error { return nil },
		adopt:  func(context.Context) error { return nil },
		barred: func(context.Context) error { return nil }, tend: func(context.Context) {},
	}
}

func begins(context.Context) error { return nil }

// takeoverLimit is the promise: so long after the delivering process has died another one delivers.
const takeoverLimit = 5 * time.Second

// TestTakeover kills the process that delivers at many moments, and starts each way in which another one may be
// waiting.
func TestTakeover(t *testing.T) {
	broken := errors.New("no locks available")
	for name, trouble := range map[string]func(second *oneClaim) (begin func(context.Context) error){
		"plain": func(*oneClaim) func(context.Context) error { return begins },
		"the lock cannot be asked for, for a while": func(second *oneClaim) func(context.Context) error {
			second.broken = broken
			return begins
		},
		"the queue does not start at first": func(*oneClaim) func(context.Context) error {
			tries := 0
			return func(context.Context) error {
				if tries++; tries < 3 {
					return broken
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for death := range 40 {
				synctest.Test(t, func(t *testing.T) {
					var lock atomic.Pointer[oneClaim]
					lock.Store(&oneClaim{}) // The first process.
					second := &oneClaim{holder: &lock}
					waiting := newStandby(second, trouble(second))
					waiting.start(t.Context())
					time.Sleep(10*time.Second + time.Duration(death)*97*time.Millisecond)
					if waiting.delivering.Load() {
						t.Fatal("two deliver")
					}
					lock.Store(nil) // It dies,
					second.change(func(c *oneClaim) { c.broken = nil })
					died := time.Now()
					for !waiting.delivering.Load() && time.Since(died) < time.Minute {
						time.Sleep(10 * time.Millisecond)
					}
					if took := time.Since(died); took > takeoverLimit {
						t.Errorf("taken over after %s", took)
					}
					waiting.stop()
					waiting.release()
					for i := 1; i < len(second.asked); i++ {
						if gap := second.asked[i].Sub(second.asked[i-1]); gap > 2*time.Second {
							t.Errorf("the lock was not asked for during %s", gap)
						}
					}
				})
			}
		})
	}
}

// TestTroubleIsTold has everything fail in turn: it is told, and forgotten when it is over.
func TestTroubleIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claim := &oneClaim{holder: new(atomic.Pointer[oneClaim]), broken: errors.New("permission denied")}
		failing := errors.New("database is locked")
		s := newStandby(claim, func(context.Context) error {
			claim.mu.Lock()
			defer claim.mu.Unlock()
			return failing
		})
		s.start(t.Context())
		for _, step := range []struct {
			mend func()
			want string
		}{
			{func() {}, "permission denied"}, {func() { claim.broken = nil }, "database is locked"},
			{func() { failing = nil }, ""},
		} {
			claim.change(func(*oneClaim) { step.mend() })
			time.Sleep(3 * time.Second)
			told := ""
			if err := s.trouble.Load(); err != nil {
				told = (*err).Error()
			}
			if told != step.want || s.delivering.Load() != (step.want == "") {
				t.Errorf("it tells %q, delivers %t; want %q", told, s.delivering.Load(), step.want)
			}
		}
		s.stop()
		s.release()
	})
}

// TestClaimLost has another process take the claim: this one stops, and takes it again later.
func TestClaimLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claim := &oneClaim{holder: new(atomic.Pointer[oneClaim])}
		var halted atomic.Int64
		s := newStandby(claim, begins)
		s.halt = func() error { halted.Add(1); return nil }
		s.start(t.Context())
		time.Sleep(3 * time.Second)
		claim.holder.Store(&oneClaim{})
		claim.change(func(c *oneClaim) { c.lost = true })
		time.Sleep(3 * time.Second)
		if s.delivering.Load() || halted.Load() != 1 {
			t.Errorf("it delivers: %t, was halted %d times", s.delivering.Load(), halted.Load())
		}
		claim.holder.Store(nil)
		claim.change(func(c *oneClaim) { c.lost = false })
		time.Sleep(3 * time.Second)
		if !s.delivering.Load() {
			t.Error("it does not deliver again")
		}
		s.stop()
		s.release()
	})
}

// TestClaimIsHeldWhileDraining lets no process take over what one that ends still finishes, and another one at once
// afterwards.
func TestClaimIsHeldWhileDraining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lock atomic.Pointer[oneClaim]
		claim := &oneClaim{holder: &lock}
		first, second := newStandby(claim, begins), newStandby(&oneClaim{holder: &lock}, begins)
		first.start(t.Context())
		second.start(t.Context())
		time.Sleep(2 * time.Second)
		if !first.stop() {
			t.Error("the first did not deliver")
		}
		time.Sleep(10 * time.Minute) // It waits for a final reply.
		if since := time.Since(claim.keptAt()); since > 2*tendInterval {
			t.Errorf("the first has not kept its claim for %s", since)
		}
		if second.delivering.Load() {
			t.Error("the second delivers while the first waits for a reply")
		}
		first.release()
		time.Sleep(2 * tendInterval)
		if !second.delivering.Load() {
			t.Error("the second does not take over")
		}
		second.stop()
		second.release()
	})
}

// TestStandbyProperties has processes that start, die and end at random moments share one claim: never do two deliver,
// and soon after the one that delivers has gone another one does.
func TestStandbyProperties(t *testing.T) {
	for seed := range seeds(20, 1000) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			var lock atomic.Pointer[oneClaim]
			var delivering atomic.Int64
			begin := func(context.Context) error {
				if delivering.Add(1) > 1 {
					t.Error("two deliver")
				}
				return nil
			}
			var running []*standby
			for range 200 {
				time.Sleep(time.Duration(random.Int64N(int64(10 * time.Second))))
				switch at := random.IntN(len(running) + 2); {
				case at >= len(running):
					one := newStandby(&oneClaim{holder: &lock}, begin)
					one.start(t.Context())
					running = append(running, one)
				default: // It ends, and waits for final replies before it lets the claim go.
					if running[at].stop() {
						time.Sleep(time.Duration(random.Int64N(int64(time.Minute))))
						delivering.Add(-1)
					}
					running[at].release()
					running = append(running[:at], running[at+1:]...)
				}
				time.Sleep(takeoverLimit)
				if got := delivering.Load(); got != min(int64(len(running)), 1) {
					t.Errorf("%d of %d deliver", got, len(running))
				}
			}
			for _, one := range running {
				if one.stop() {
					delivering.Add(-1)
				}
				one.release()
			}
		})
	}
}

// TestStartDelay has a process claim the database at once, begin to deliver after the delay, and not at all when it is
// stopped before.
func TestStartDelay(t *testing.T) {
	for name, stopped := range map[string]bool{"goes on": false, "is stopped": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var holder atomic.Pointer[oneClaim]
				var begun []time.Duration
				began := time.Now()
				s := newStandby(&oneClaim{holder: &holder}, func(context.Context) error {
					begun = append(begun, time.Since(began))
					return nil
				})
				s.delay = 300 * time.Millisecond
				s.start(t.Context())
				if !s.claimed.Load() {
					t.Error("the database is not claimed yet")
				}
				time.Sleep(s.delay / 2)
				if stopped {
					s.stop()
					s.release()
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				switch {
				case stopped && (len(begun) > 0 || holder.Load() != nil):
					t.Errorf("what was stopped began after %s, and keeps the claim: %t", begun, holder.Load() != nil)
				case !stopped && (len(begun) != 1 || begun[0] != s.delay):
					t.Errorf("began after %s, not after %s", begun, s.delay)
				}
				s.stop()
				s.release()
			})
		})
	}
}

// TestBarredGivesWay has a process find out, while it delivers and while it waits, that no process of its version may
// deliver: it gives way, and no longer asks for the claim. That is asked once in a step, and after the claim was kept.
func TestBarredGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var holder atomic.Pointer[oneClaim]
		moved := errors.New("the database was moved")
		var barred atomic.Pointer[error]
		barred.Store(new(error))
		var asked, adopted atomic.Int64
		claim := &oneClaim{holder: &holder}
		s := newStandby(claim, begins)
		s.adopt = func(context.Context) error { adopted.Add(1); return nil }
		s.barred = func(context.Context) error {
			if asked.Add(1); s.claimed.Load() && time.Since(claim.keptAt()) > 0 {
				t.Error("it is asked before the claim was kept")
			}
			return *barred.Load()
		}
		s.start(t.Context())
		time.Sleep(tendInterval / 2)
		synctest.Wait()
		asked.Store(0)
		time.Sleep(10 * tendInterval)
		synctest.Wait()
		if !s.delivering.Load() || asked.Load() != 10 || adopted.Load() != 1 {
			t.Errorf("it delivers: %t, and was asked %d times in 10 steps", s.delivering.Load(), asked.Load())
		}
		barred.Store(&moved)
		time.Sleep(tendInterval)
		synctest.Wait()
		claim.change(func(c *oneClaim) { c.asked = nil })
		time.Sleep(10 * tendInterval)
		synctest.Wait()
		if s.delivering.Load() || holder.Load() != nil || len(claim.asked) > 0 || !errors.Is(*s.trouble.Load(), moved) {
			t.Errorf("it delivers: %t, has the claim: %t, asked for it: %v", s.delivering.Load(), holder.Load() != nil,
				claim.asked)
		}
		barred.Store(new(error))
		time.Sleep(2 * tendInterval)
		if !s.delivering.Load() {
			t.Error("it does not deliver again")
		}
		s.stop()
		s.release()
	})
}
