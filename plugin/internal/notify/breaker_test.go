package notify

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// memoryPauses is the database of several breakers.
type memoryPauses struct {
	mu     sync.Mutex
	turn   int64
	kept   pause
	broken error
	// hanging has the service that holds the key never answer.
	hanging bool
}

func (m *memoryPauses) load(context.Context) (int64, pause, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turn, m.kept, m.broken
}

func (m *memoryPauses) swap(_ context.Context, turn int64, next pause) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil || turn != m.turn {
		return false, m.broken
	}
	next.version = "" // It is never written in clear.
	m.turn, m.kept = turn+1, next
	return true, nil
}

func (m *memoryPauses) hangs() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hanging
}

func (m *memoryPauses) seal(ctx context.Context, version string) ([]byte, error) {
	if m.hangs() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return []byte("sealed " + version), nil
}

func (m *memoryPauses) open(ctx context.Context, sealed []byte) (string, error) {
	if m.hangs() {
		<-ctx.Done()
		return "", ctx.Err()
	}
	return strings.TrimPrefix(string(sealed), "sealed "), nil
}

const (
	retryAfter = 30 * time.Second
	present    = "the settings"
)

var refused = finding.Finding{
	Severity: shared.SeverityError, Code: "wrong_credentials",
	Summary: text.Of("The server does not accept this login and password."),
}

var loginRefused = policy.Refusal{
	Code: refused.Code, Scope: shared.ScopeLogin, Lasting: shared.LastingPermanent, Stage: policy.Opening,
}

// someAttempt is one of a message that was never tried before.
var someAttempt = policy.Attempt{Message: policy.Message{ID: "1", Recipient: "you@email.com"}}

// newNode is a process that has just started.
func newNode(t *testing.T, rows pauses) *breaker {
	t.Helper()
	b := newBreaker(retryAfter, rows, hclog.NewNullLogger())
	if err := b.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// tryLogin is one delivery to a server that refuses every login. It reports whether the server saw it.
func tryLogin(ctx context.Context, b *breaker) bool {
	let, ok := b.admit(ctx, someAttempt)
	if !ok {
		return false
	}
	b.refused(ctx, let, loginRefused, refused, present)
	return true
}

// TestPauseOutlivesRestarts counts the logins that a server sees that refuses them all: restarts add none.
func TestPauseOutlivesRestarts(t *testing.T) {
	count := func(restart time.Duration, nodes int) (attempts int) {
		synctest.Test(t, func(t *testing.T) {
			rows := &memoryPauses{}
			running := make([]*breaker, nodes)
			for began := time.Now(); time.Since(began) < 6*time.Hour; {
				for i := range running {
					running[i] = newNode(t, rows)
				}
				for started := time.Now(); time.Since(started) < restart && time.Since(began) < 6*time.Hour; {
					for _, b := range running {
						if err := b.sync(t.Context()); err != nil {
							t.Fatal(err)
						}
						if tryLogin(t.Context(), b) {
							attempts++
						}
					}
				}
			}
		})
		return attempts
	}
	once := count(24*time.Hour, 1)
	for restart, nodes := range map[time.Duration]int{7 * time.Second: 1, time.Minute: 1, 16 * time.Minute: 1,
		24 * time.Hour: 3, 10 * time.Minute: 3} {
		if got := count(restart, nodes); got > once+1 || got < once/2 {
			t.Errorf("%d processes that start anew every %s try %d times in 6 hours, one that does not tries %d times", nodes,
				restart, got, once)
		}
	}
	if once < 20 || once > 40 {
		t.Errorf("one process tries %d times in 6 hours", once)
	}
}

// TestPauseEnds ends a pause in each way there is, and looks at another process.
func TestPauseEnds(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, b *breaker){
		"success": func(ctx context.Context, b *breaker) {
			time.Sleep(2 * time.Minute)
			let, ok := b.admit(ctx, someAttempt)
			if !ok || !let.probe || !b.delivered(ctx, let).Resumed {
				t.Error("nobody was let through to see")
			}
		},
		"save": func(ctx context.Context, b *breaker) {
			if b.openFor(present, true) || !b.openFor("other settings", false) {
				t.Error("the pause is not for the settings that were refused")
			}
			b.reset(ctx)
		},
		"save while one looks": func(ctx context.Context, b *breaker) {
			time.Sleep(2 * time.Minute)
			let, _ := b.admit(ctx, someAttempt)
			if !b.openFor("other settings", true) {
				t.Error("a save is not noticed while one looks")
			}
			b.reset(ctx)
			b.release(ctx, let)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := &memoryPauses{}
				one, other := newNode(t, rows), newNode(t, rows)
				tryLogin(t.Context(), one)
				if err := other.sync(t.Context()); err != nil || other.current().Cause == nil ||
					!other.current().Since.Equal(one.current().Since) {
					t.Fatalf("the other process knows of %+v, %v", other.current(), err)
				}
				end(t.Context(), one)
				for name, b := range map[string]*breaker{"this process": one, "the other": other, "a new one": newNode(t, rows)} {
					if err := b.sync(t.Context()); err != nil || b.current().Cause != nil {
						t.Errorf("%s still pauses: %+v, %v", name, b.current(), err)
					}
				}
			})
		})
	}
}

// TestSuccessInFlight has a delivery succeed that was under way when the breaker opened.
func TestSuccessInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNode(t, &memoryPauses{})
		before, _ := b.admit(t.Context(), someAttempt)
		tryLogin(t.Context(), b)
		if b.delivered(t.Context(), before).Resumed || b.current().Cause == nil {
			t.Error("it closed the breaker")
		}
		b.release(t.Context(), before)
		if time.Until(b.current().Next) < time.Minute {
			t.Error("its end brought the next look forward")
		}
	})
}

// TestLookerDies has the process die that has gone to see: the next one does not try at once.
func TestLookerDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &memoryPauses{}
		b := newNode(t, rows)
		tryLogin(t.Context(), b)
		time.Sleep(2 * time.Minute)
		if let, ok := b.admit(t.Context(), someAttempt); !ok || !let.probe {
			t.Fatal("nobody was let through to see")
		}
		again := newNode(t, rows)
		if _, ok := again.admit(t.Context(), someAttempt); ok {
			t.Error("the next process tries at once")
		}
		time.Sleep(2 * time.Minute)
		if _, ok := again.admit(t.Context(), someAttempt); !ok {
			t.Error("the next process never tries")
		}
	})
}

// TestOneProbeAtATime has a probe take so long that the next one is due meanwhile, several times: no other message is
// admitted before it has ended. Afterwards one of those that wait is, and then the others.
func TestOneProbeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNode(t, &memoryPauses{})
		tryLogin(t.Context(), b)
		time.Sleep(2 * time.Minute)
		long, ok := b.admit(t.Context(), someAttempt)
		if !ok || !long.probe {
			t.Fatal("nobody was let through to see")
		}
		ctx, stop := context.WithCancel(t.Context())
		admitted := make(chan permit, 5)
		for range cap(admitted) {
			go func() {
				for ctx.Err() == nil {
					if let, ok := b.admit(ctx, someAttempt); ok {
						admitted <- let
						return
					}
				}
			}()
		}
		wait := func(when string, most time.Duration, want int) {
			t.Helper()
			time.Sleep(most)
			synctest.Wait()
			if got := len(admitted); got != want {
				t.Errorf("%s %d messages are admitted, and not %d", when, got, want)
			}
		}
		wait("while one looks", b.policy.Login.Longest, 0)
		b.refused(t.Context(), long, loginRefused, refused, present)
		wait("just after it was refused", time.Second, 0)
		wait("when the next look is due", b.policy.Login.Longest, 1)
		b.delivered(t.Context(), <-admitted)
		wait("when that was taken", 0, 4)
		stop()
	})
}

// TestClockSetBack starts a process whose clock is a day behind the one that wrote the pause.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tomorrow := time.Now().Add(24 * time.Hour)
		kept := pause{Cause: &refused, State: policy.State{Since: tomorrow, Pause: policy.Pause{
			Code: refused.Code, Login: true, Next: tomorrow, Looks: 1,
		}}}
		b := newNode(t, &memoryPauses{turn: 1, kept: kept})
		if wait := time.Until(b.current().Next); wait > b.policy.Login.Longest {
			t.Errorf("the next look is in %s", wait)
		}
	})
}

// TestPauseWithoutDatabase meets a refusal while the database cannot be written.
func TestPauseWithoutDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &memoryPauses{}
		b := newNode(t, rows)
		rows.broken = errors.New("disk full")
		tryLogin(t.Context(), b)
		if _, ok := b.admit(t.Context(), someAttempt); ok {
			t.Error("the pause does not hold in this process")
		}
		rows.broken = nil
		if err := b.sync(t.Context()); err != nil || rows.kept.Cause == nil {
			t.Errorf("the pause was not written when that was possible again: %v", err)
		}
	})
}

// TestPauseOfOneProcess opens the breaker of a process that has no settings: that says nothing to the others, and ends
// with theirs.
func TestPauseOfOneProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &memoryPauses{}
		b := newNode(t, rows)
		let, _ := b.admit(t.Context(), someAttempt)
		b.tripAlone(t.Context(), let, finding.Finding{Code: "not_configured"})
		if rows.turn != 0 || !b.openFor(present, false) {
			t.Errorf("the database has %+v", rows.kept)
		}
		b.reset(t.Context())
		if b.current().Cause != nil || rows.turn != 0 {
			t.Error("it does not end, or ends for all")
		}
	})
}
