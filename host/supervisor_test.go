package host

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// fakeRun is a plugin's process that ends when the test says so.
type fakeRun struct {
	ended   chan struct{}
	once    sync.Once
	drained chan struct{} // nil when nothing is under way
}

func (r *fakeRun) drain(waiting func(string)) error {
	if r.drained != nil {
		waiting("the last reply")
		<-r.drained
	}
	return nil
}

func (r *fakeRun) connection() *transport.Connection { return &transport.Connection{} }
func (r *fakeRun) described() shared.Info            { return shared.Info{} }
func (r *fakeRun) gone() <-chan struct{}             { return r.ended }
func (r *fakeRun) healthy(context.Context) error     { return nil }
func (r *fakeRun) abort()                            { r.once.Do(func() { close(r.ended) }) }
func (r *fakeRun) stop()                             { r.abort() }
func (r *fakeRun) ending() string                    { return "fake" }

// fakeStarter starts fake runs, or refuses to.
type fakeStarter struct {
	mu      sync.Mutex
	refusal error
	tries   []time.Time
	started []*fakeRun
}

func (f *fakeStarter) start(context.Context) (run, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries = append(f.tries, time.Now())
	if f.refusal != nil {
		return nil, f.refusal
	}
	started := &fakeRun{ended: make(chan struct{})}
	f.started = append(f.started, started)
	return started, nil
}

func (f *fakeStarter) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = err
}

// last is the run that was started last, and how many tries there have been.
func (f *fakeStarter) last() (*fakeRun, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.started[len(f.started)-1], len(f.tries)
}

// supervised runs a supervisor with the default policy over fake runs.
func supervised(t *testing.T) (*supervisor, *fakeStarter) {
	t.Helper()
	f := &fakeStarter{}
	s := newSupervisor(&manifest.Manifest{Name: "fake", Binary: "fake"}, defaults())
	s.start = f.start
	first, err := s.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stopping = stop
	go s.keep(ctx, first)
	synctest.Wait()
	return s, f
}

func (s *supervisor) expect(t *testing.T, state State) {
	t.Helper()
	synctest.Wait()
	if now := s.status(); now.State != state {
		t.Fatalf("the state is %s (%s), not %s", now.State, now.Reason, state)
	}
}

var errAway = errors.New("the data directory is away")

// TestRefusedStartIsTriedForEver has starts refused for a day: they are tried at the longest delay, and the first that is not
// refused runs.
func TestRefusedStartIsTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := supervised(t)
		defer s.close()
		f.refuse(errAway)
		run, _ := f.last()
		run.abort()
		time.Sleep(24 * time.Hour)
		s.expect(t, StateWaiting)
		_, tries := f.last()
		longest := defaults().policy.Longest
		for i := 10; i < tries; i++ {
			if gap := f.tries[i].Sub(f.tries[i-1]); gap < longest/2 || gap > longest {
				t.Fatalf("try %d came after %s", i, gap)
			}
		}
		if least := int(24 * time.Hour / longest); tries < least {
			t.Errorf("%d tries in a day, at least %d were due", tries, least)
		}
		f.refuse(nil)
		time.Sleep(longest)
		s.expect(t, StateRunning)
	})
}

// TestRefusedStartIsNoCrash refuses more starts than crashes are allowed: the next crash is still answered with a start.
func TestRefusedStartIsNoCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := supervised(t)
		defer s.close()
		policy := defaults().policy
		for range policy.Crashes - 1 {
			f.refuse(errAway)
			run, _ := f.last()
			run.abort()
			time.Sleep(10 * time.Second) // Several starts are refused.
			f.refuse(nil)
			time.Sleep(policy.Longest)
			s.expect(t, StateRunning)
		}
		if _, tries := f.last(); tries < 3*policy.Crashes {
			t.Fatalf("only %d tries", tries)
		}
	})
}

// TestFailedIsLookedAtAgain lets the plugin crash too often: it has failed, is tried again after the longest delay, has failed
// again when it crashes again, and runs on when it does not.
func TestFailedIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := supervised(t)
		defer s.close()
		policy := defaults().policy
		for range policy.Crashes - 1 {
			run, _ := f.last()
			run.abort()
			s.expect(t, StateWaiting)
			time.Sleep(policy.Longest)
			s.expect(t, StateRunning)
		}
		for range 3 {
			run, before := f.last()
			run.abort()
			s.expect(t, StateFailed)
			time.Sleep(policy.Longest - time.Second)
			s.expect(t, StateFailed)
			time.Sleep(policy.Longest)
			s.expect(t, StateRunning)
			if _, tries := f.last(); tries != before+1 {
				t.Errorf("%d tries while it had failed", tries-before)
			}
		}
		time.Sleep(policy.Within)
		run, _ := f.last()
		run.abort()
		s.expect(t, StateWaiting) // The crashes are too far apart by now.
	})
}

// TestRestartEndsEveryWait asks for a restart while the plugin waits and when it has failed.
func TestRestartEndsEveryWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := supervised(t)
		defer s.close()
		f.refuse(errAway)
		run, _ := f.last()
		run.abort()
		time.Sleep(time.Hour)
		s.expect(t, StateWaiting)
		f.refuse(nil)
		s.requestRestart()
		s.expect(t, StateRunning)
		for s.status().State != StateFailed {
			run, _ := f.last()
			run.abort()
			synctest.Wait()
			if s.status().State == StateWaiting {
				s.requestRestart()
				synctest.Wait()
			}
		}
		s.requestRestart()
		s.expect(t, StateRunning)
		run, _ = f.last()
		run.abort()
		s.expect(t, StateWaiting) // A restart by hand begins anew.
	})
}

// TestCallsDuringAWait are refused at once, with the reason, when the next start is far away, and wait for one that is near.
func TestCallsDuringAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := supervised(t)
		defer s.close()
		run, _ := f.last()
		run.abort()
		synctest.Wait()
		if _, err := s.running(t.Context()); err != nil {
			t.Errorf("a start was near: %v", err)
		}
		f.refuse(errAway)
		run, _ = f.last()
		run.abort()
		time.Sleep(time.Hour)
		due := func() time.Time {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.due
		}
		for time.Until(due()) < 2*startPatience {
			time.Sleep(100 * time.Millisecond)
		}
		began := time.Now()
		_, err := s.running(t.Context())
		if !errors.Is(err, shared.ErrPluginUnavailable) || time.Since(began) > 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// TestPlannedStopDrains restarts and closes while something is under way: calls go on, the status says what is waited for, no
// health check disturbs, and only then does the process end.
func TestPlannedStopDrains(t *testing.T) {
	for name, stop := range map[string]func(*supervisor){
		"restart": (*supervisor).requestRestart, "close": func(s *supervisor) { go s.close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			s, f := supervised(t)
			defer s.close()
			run, _ := f.last()
			run.drained = make(chan struct{})
			stop(s)
			time.Sleep(9 * time.Minute)
			s.requestRestart() // It changes nothing.
			s.expect(t, StateRunning)
			if reason := s.status().Reason; reason != "stopping: waiting for the last reply" {
				t.Errorf("%s: the reason is %q", name, reason)
			}
			if _, err := s.running(t.Context()); err != nil {
				t.Errorf("%s: a call during the drain: %v", name, err)
			}
			select {
			case <-run.gone():
				t.Errorf("%s: it was ended before it had drained", name)
			default:
			}
			close(run.drained)
			synctest.Wait()
			time.Sleep(time.Minute)
			want := StateRunning
			if name == "close" {
				want = StateStopped
			}
			s.expect(t, want)
			if _, tries := f.last(); name == "restart" && tries != 2 {
				t.Errorf("%d starts", tries)
			}
		})
	}
}
