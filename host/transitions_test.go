package host

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// situations are the states of a supervisor, with what distinguishes them, and how each comes about.
var situations = map[string]func(*testing.T) *stage{
	"starting": func(t *testing.T) *stage { // for the first time, in the background
		s := newStage(t)
		s.holdStarts()
		if err := s.open(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		return s
	},
	"running": opened,
	"draining": func(t *testing.T) *stage {
		s := opened(t)
		s.last().work, s.last().waiting = make(chan struct{}), []string{"a reply"}
		s.requestRestart()
		return s
	},
	"crashed": func(t *testing.T) *stage {
		s := opened(t)
		s.crash()
		return s
	},
	"crashed before": func(t *testing.T) *stage { // once less than is enough, and running again
		s := opened(t)
		for range s.policy.Crashes - 1 {
			s.crash()
			time.Sleep(s.policy.Longest)
		}
		return s
	},
	"refused": func(t *testing.T) *stage {
		s := opened(t)
		s.refuse(errAway)
		s.requestRestart()
		synctest.Wait()
		s.refuse(nil)
		return s
	},
	"failed": func(t *testing.T) *stage {
		s := opened(t)
		s.crashUntil(StateFailed)
		return s
	},
	"stopped": func(t *testing.T) *stage {
		s := opened(t)
		s.close()
		return s
	},
}

// events are what happens to a supervisor.
var events = map[string]func(*stage){
	"start succeeds": func(s *stage) { close(s.hold) },
	"start fails": func(s *stage) {
		s.refuse(errAway)
		close(s.hold)
	},
	"crash": (*stage).crash,
	"hang": func(s *stage) {
		hang(s.last())
		time.Sleep(s.health.Every + s.health.Patience)
	},
	"work ends": func(s *stage) { close(s.last().work) },
	"restart":   func(s *stage) { s.requestRestart() },
	"close":     func(s *stage) { go s.close() },
	// Waiting ends a delay of whatever length; synctest lets no time pass otherwise.
	"delay ends": func(s *stage) { time.Sleep(2 * s.policy.Longest) },
	"an hour":    func(s *stage) { time.Sleep(time.Hour) },
}

// transitions are the whole behaviour of a supervisor: what each event leads to in each situation. An event that cannot
// happen in a situation is missing.
var transitions = []struct {
	situation, event string
	state            State
	reason           string
	starts           int // how many more starts are tried
}{
	{"starting", "start succeeds", StateRunning, "", 0},
	{"starting", "start fails", StateWaiting, errAway.Error(), 0},
	{"starting", "restart", StateStarting, "", 0}, // It happens as soon as the start has succeeded.
	{"starting", "close", StateStopped, stoppedByHost, 0},
	{"starting", "an hour", StateStarting, "", 0}, // How long a start may take is not the supervisor's to decide.

	{"running", "crash", StateWaiting, "its process ended", 0},
	{"running", "hang", StateWaiting, "it stopped answering", 0},
	{"running", "restart", StateRunning, "", 1},
	{"running", "close", StateStopped, stoppedByHost, 0},
	{"running", "an hour", StateRunning, "", 0},

	{"draining", "work ends", StateRunning, "", 1},
	{"draining", "crash", StateRunning, "", 1}, // It was to end, so this is no crash.
	{"draining", "hang", StateRunning, "stopping: waiting for a reply", 0},
	{"draining", "restart", StateRunning, "stopping: waiting for a reply", 0},
	{"draining", "close", StateRunning, "stopping: waiting for a reply", 0},
	{"draining", "an hour", StateRunning, "stopping: waiting for a reply", 0}, // The process itself has limits.

	{"crashed", "delay ends", StateRunning, "", 1},
	{"crashed", "restart", StateRunning, "", 1},
	{"crashed", "close", StateStopped, stoppedByHost, 0},

	{"crashed before", "crash", StateFailed, "its process ended", 0},
	{"crashed before", "hang", StateFailed, "it stopped answering", 0},
	{"crashed before", "restart", StateRunning, "", 1},
	{"crashed before", "close", StateStopped, stoppedByHost, 0},
	{"crashed before", "an hour", StateRunning, "", 0},

	{"refused", "delay ends", StateRunning, "", 1},
	{"refused", "restart", StateRunning, "", 1},
	{"refused", "close", StateStopped, stoppedByHost, 0},

	{"failed", "delay ends", StateRunning, "", 1},
	{"failed", "restart", StateRunning, "", 1},
	{"failed", "close", StateStopped, stoppedByHost, 0},

	{"stopped", "restart", StateStopped, stoppedByHost, 0},
	{"stopped", "close", StateStopped, stoppedByHost, 0},
	{"stopped", "an hour", StateStopped, stoppedByHost, 0},
}

// TestTransitions has each event happen in each situation.
func TestTransitions(t *testing.T) {
	used := map[string]bool{}
	for _, c := range transitions {
		used[c.situation], used[c.event] = true, true
		t.Run(c.situation+"/"+c.event, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := situations[c.situation](t)
				synctest.Wait()
				before := s.started()
				events[c.event](s)
				synctest.Wait()
				now := s.status()
				if now.State != c.state || now.Reason != c.reason {
					t.Errorf("it is %s (%s), not %s (%s)", now.State, now.Reason, c.state, c.reason)
				}
				if starts := s.started() - before; starts != c.starts {
					t.Errorf("%d more starts, not %d", starts, c.starts)
				}
				s.end()
			})
		})
	}
	for name := range situations {
		if !used[name] {
			t.Errorf("no transition starts from %s", name)
		}
	}
	for name := range events {
		if !used[name] {
			t.Errorf("the event %s leads to nothing", name)
		}
	}
}

// end closes the supervisor, ends what it waits for, and makes sure that no process goes on and all were stopped.
func (s *stage) end() {
	go s.close()
	synctest.Wait()
	for _, run := range s.runs {
		run.end() // Nothing is under way any more.
	}
	s.close()
	s.expect(StateStopped)
	for i, run := range s.runs {
		if run.called("Stop") != 1 {
			s.t.Errorf("process %d was stopped %d times", i, run.called("Stop"))
		}
	}
}

// TestSequences has events follow one another where the order counts.
func TestSequences(t *testing.T) {
	for _, c := range []struct {
		situation string
		events    []string
		state     State
		starts    int
	}{
		{"starting", []string{"restart", "start succeeds"}, StateRunning, 1},
		{"starting", []string{"restart", "start fails"}, StateWaiting, 1}, // The restart ends the wait.
		{"draining", []string{"restart", "restart", "work ends"}, StateRunning, 1},
		{"draining", []string{"close", "work ends"}, StateStopped, 0},
		{"draining", []string{"close", "restart", "work ends"}, StateStopped, 0},
		{"draining", []string{"close", "crash"}, StateStopped, 0},
		{"crashed", []string{"restart", "restart"}, StateRunning, 2},
		{"crashed before", []string{"crash", "restart", "crash"}, StateWaiting, 1}, // A restart by hand begins anew.
		{"crashed before", []string{"crash", "delay ends", "crash"}, StateFailed, 1},
		{"crashed before", []string{"restart", "crash"}, StateFailed, 1}, // It had not failed yet.
		{"crashed before", []string{"an hour", "crash"}, StateWaiting, 0},
		{"failed", []string{"delay ends", "an hour", "crash", "delay ends"}, StateRunning, 2},
		{"stopped", []string{"restart", "delay ends", "close"}, StateStopped, 0},
	} {
		t.Run(fmt.Sprint(c.situation, c.events), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := situations[c.situation](t)
				synctest.Wait()
				before := s.started()
				for _, event := range c.events {
					events[event](s)
					synctest.Wait()
				}
				if now := s.status(); now.State != c.state || s.started()-before != c.starts {
					t.Errorf("it is %s (%s) after %d more starts, not %s after %d",
						now.State, now.Reason, s.started()-before, c.state, c.starts)
				}
				s.end()
			})
		})
	}
}
