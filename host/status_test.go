package host

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestCallers holds how long a call waits for the plugin in each situation, and how long what may take its time waits.
func TestCallers(t *testing.T) {
	// later lets the start that is under way, or the next one, succeed after a while.
	later := func(s *stage, after time.Duration) {
		time.AfterFunc(after, func() { close(s.hold) })
	}
	for _, c := range []struct {
		name  string
		given func(*testing.T) *stage
		// call and patient are how long running and await take, and whether they get a page.
		call, patient       time.Duration
		called, patientDone bool
	}{
		{name: "running", given: situations["running"], called: true, patientDone: true},
		{name: "draining", given: situations["draining"], called: true, patientDone: true},
		{name: "stopped", given: situations["stopped"]},
		{name: "starting", given: func(t *testing.T) *stage {
			s := situations["starting"](t)
			later(s, 4*time.Second)
			return s
		}, call: 4 * time.Second, called: true, patient: 4 * time.Second, patientDone: true},
		{name: "starting for long", given: func(t *testing.T) *stage {
			s := situations["starting"](t)
			later(s, time.Hour)
			return s
		}, call: startPatience, patient: time.Hour, patientDone: true},
		{name: "failed", given: func(t *testing.T) *stage {
			s := situations["failed"](t)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.hold = make(chan struct{})
			later(s, time.Hour)
			return s
		}, patient: time.Hour, patientDone: true},
		{name: "failed, with short delays", given: func(t *testing.T) *stage {
			s := newStage(t)
			s.policy = RestartPolicy{First: time.Second, Longest: 2 * time.Second, Crashes: 1, Within: time.Hour}
			if err := s.open(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			s.crashUntil(StateFailed)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.hold = make(chan struct{})
			later(s, time.Hour)
			return s
		}, patient: time.Hour, patientDone: true},
		{name: "next start is far away", given: func(t *testing.T) *stage {
			s := newStage(t)
			s.policy.First, s.policy.Longest = time.Hour, time.Hour
			if err := s.open(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			s.crash()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.hold = make(chan struct{})
			later(s, 2*time.Hour)
			return s
		}, patient: 2 * time.Hour, patientDone: true},
	} {
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
