package host

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// startsLater lets the start that is under way, or the next one, succeed after a while.
func startsLater(s *stage, after time.Duration) *stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hold == nil {
		s.hold = make(chan struct{})
	}
	time.AfterFunc(after, func() { close(s.hold) })
	return s
}

// crashed is a supervisor with a policy of its own whose plugin has crashed once.
func crashed(t *testing.T, policy RestartPolicy) *stage {
	s := newStage(t)
	s.policy = policy
	if err := s.open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	s.crash()
	return s
}

// callers are how long a call waits for the plugin in each situation, and how long what may take its time waits.
var callers = []struct {
	name  string
	given func(*testing.T) *stage
	// call and patient are how long running and await take, and whether they get a page.
	call, patient       time.Duration
	called, patientDone bool
}{
	{name: "running", given: situations["running"], called: true, patientDone: true},
	{name: "draining", given: situations["draining"], called: true, patientDone: true},
	{name: "stopped", given: situations["stopped"]},
	{
		name: "starting", call: 4 * time.Second, called: true, patient: 4 * time.Second, patientDone: true,
		given: func(t *testing.T) *stage { return startsLater(situations["starting"](t), 4*time.Second) },
	},
	{
		name: "starting for long", call: startPatience, patient: time.Hour, patientDone: true,
		given: func(t *testing.T) *stage { return startsLater(situations["starting"](t), time.Hour) },
	},
	{
		name: "failed", patient: time.Hour, patientDone: true,
		given: func(t *testing.T) *stage { return startsLater(situations["failed"](t), time.Hour) },
	},
	{
		name: "failed, with short delays", patient: time.Hour, patientDone: true,
		given: func(t *testing.T) *stage {
			policy := RestartPolicy{First: time.Second, Longest: 2 * time.Second, Crashes: 1, Within: time.Hour}
			return startsLater(crashed(t, policy), time.Hour)
		},
	},
	{
		name: "next start is far away", patient: 2 * time.Hour, patientDone: true,
		given: func(t *testing.T) *stage {
			policy := RestartPolicy{First: time.Hour, Longest: time.Hour, Crashes: 2, Within: time.Hour}
			return startsLater(crashed(t, policy), 2*time.Hour)
		},
	},
}

// TestCallers holds that callers wait as long as they should, and get what they wait for.
func TestCallers(t *testing.T) {
	for _, c := range callers {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := c.given(t)
				synctest.Wait()
				began := time.Now()
				page, err := s.running(t.Context())
				if (page != nil) != c.called || !c.called && !errors.Is(err, shared.ErrPluginUnavailable) {
					t.Errorf("a call gets %v, %v", page, err)
				}
				if took := time.Since(began); took != c.call {
					t.Errorf("a call waits for %s, not %s", took, c.call)
				}
				found, err := s.await(t.Context())
				if (found != nil) != c.patientDone || !c.patientDone && !errors.Is(err, shared.ErrPluginUnavailable) {
					t.Errorf("what has time gets %v, %v", found, err)
				}
				if took := time.Since(began); took != c.patient {
					t.Errorf("what has time waits for %s, not %s", took, c.patient)
				}
				s.end()
			})
		})
	}
}

// TestCallersGiveUp ends the context of a caller who waits.
func TestCallersGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := situations["starting"](t)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err1 := s.running(ctx)
		_, err2 := s.await(ctx)
		for _, err := range []error{err1, err2} {
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
				t.Errorf("after %s: %v", time.Since(began), err)
			}
		}
		s.end()
	})
}

// TestCallOfEndedProcess makes a call after the process has ended and before the supervisor has noticed.
func TestCallOfEndedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		defer s.close()
		s.last().end()
		began := time.Now()
		page, err := s.running(t.Context())
		if err != nil || page != s.last().page || s.started() != 2 {
			t.Errorf("after %d starts: %v", s.started(), err)
		}
		if took := time.Since(began); took < s.policy.First/2 || took > s.policy.First {
			t.Errorf("it took %s", took)
		}
	})
}
