package host

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
)

var errAway = errors.New("the data directory is away")

// TestOpen starts the plugin in the foreground and in the background, and has the first start succeed, fail and last.
func TestOpen(t *testing.T) {
	for _, c := range []struct {
		name       string
		background bool
		refusal    error
		held       bool
		err        error
		state      State
	}{
		{name: "foreground", state: StateRunning},
		{name: "foreground, refused", refusal: errAway, err: errAway, state: StateStarting},
		{name: "background", background: true, state: StateRunning},
		{name: "background, refused", background: true, refusal: errAway, state: StateWaiting},
		{name: "background, under way", background: true, held: true, state: StateStarting},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.refuse(c.refusal)
				if c.held {
					defer s.holdStarts()()
				}
				began := time.Now()
				err := s.open(t.Context(), c.background)
				if !errors.Is(err, c.err) || time.Since(began) > 0 {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				s.expect(c.state)
				if c.err == nil {
					s.close()
					s.expect(StateStopped)
				}
				for _, run := range s.runs {
					if run.called("Stop") != 1 {
						t.Error("a process was not stopped")
					}
				}
			})
		})
	}
}

// TestRefusedStartIsTriedForEver has starts refused for a day: they are tried at the longest delay, and the first
// that is not refused runs.
func TestRefusedStartIsTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		defer s.close()
		s.refuse(errAway)
		s.crash()
		time.Sleep(24 * time.Hour)
		s.expect(StateWaiting)
		longest := s.policy.Longest
		for i := 10; i < s.started(); i++ {
			if gap := s.tries[i].Sub(s.tries[i-1]); gap < longest/2 || gap > longest {
				t.Fatalf("try %d came after %s", i, gap)
			}
		}
		if least := int(24 * time.Hour / longest); s.started() < least {
			t.Errorf("%d tries in a day, at least %d were due", s.started(), least)
		}
		s.refuse(nil)
		time.Sleep(longest)
		s.expect(StateRunning)
	})
}

// TestRefusedStartIsNoCrash refuses more starts than crashes are allowed: the next crash is still answered with a
// start.
func TestRefusedStartIsNoCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		defer s.close()
		for range s.policy.Crashes - 1 {
			s.refuse(errAway)
			s.crash()
			time.Sleep(10 * time.Second) // Several starts are refused.
			s.refuse(nil)
			time.Sleep(s.policy.Longest)
			s.expect(StateRunning)
		}
		if s.started() < 3*s.policy.Crashes {
			t.Fatalf("only %d tries", s.started())
		}
	})
}

// TestFailedIsLookedAtAgain lets the plugin crash too often: it has failed, is tried again after the longest delay, has
// failed again when it crashes again, and runs on when it does not.
func TestFailedIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		defer s.close()
		s.crashUntil(StateFailed)
		for range 3 {
			time.Sleep(s.policy.Longest - time.Second)
			s.expect(StateFailed)
			before := s.started()
			time.Sleep(s.policy.Longest)
			s.expect(StateRunning)
			if s.started() != before+1 {
				t.Errorf("%d tries while it had failed", s.started()-before)
			}
			s.crash()
			s.expect(StateFailed)
		}
		time.Sleep(2 * s.policy.Longest)
		s.expect(StateRunning)
		time.Sleep(s.policy.Within)
		s.crash()
		s.expect(StateWaiting) // The crashes are too far apart by now.
	})
}

// TestHealthChecks holds when a plugin that answers late, or not at all, is ended.
func TestHealthChecks(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(*fakeRun)
		after time.Duration // of the default check: every second, with 3 seconds of patience
		state State
		aborts,
		checks int
	}{
		{name: "answers", given: func(*fakeRun) {}, after: 10 * time.Second, state: StateRunning, checks: 10},
		{name: "hangs, not for long", given: hang, after: 3 * time.Second, state: StateRunning, checks: 1},
		{name: "hangs", given: hang, after: 4 * time.Second, state: StateWaiting, checks: 1, aborts: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := opened(t)
				defer s.close()
				run := s.last()
				c.given(run)
				time.Sleep(c.after)
				s.expect(c.state)
				if run.called("Abort") != c.aborts || run.called("Healthy") != c.checks {
					t.Errorf("aborted %d times, checked %d times", run.called("Abort"), run.called("Healthy"))
				}
			})
		})
	}
}

// hang has a process stop answering.
func hang(r *fakeRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hangs = true
}

// TestDrain holds what a planned stop waits for and what it says meanwhile: calls go on, no health check disturbs, and
// only then does the process end.
func TestDrain(t *testing.T) {
	for name, stop := range map[string]func(*stage){
		"restart": func(s *stage) { s.requestRestart() }, "close": func(s *stage) { go s.close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := opened(t)
				defer s.close()
				run := s.last()
				run.work = make(chan struct{})
				run.waiting = []string{"the last reply", "", "the last reply", "one reply\nand more"}
				stop(s)
				time.Sleep(9 * time.Minute)
				s.expect(StateRunning)
				if reason := s.status().Reason; reason != "stopping: waiting for one reply" {
					t.Errorf("the reason is %q", reason)
				}
				if _, err := s.running(t.Context()); err != nil {
					t.Errorf("a call during the drain: %v", err)
				}
				if run.called("Stop") > 0 || run.called("Healthy") > 0 {
					t.Errorf("it was disturbed before it had drained: %v", run.calls)
				}
				close(run.work)
				synctest.Wait()
				if run.called("Stop") != 1 || run.called("Drain") != 1 {
					t.Errorf("it was not ended once after it had drained: %v", run.calls)
				}
			})
		})
	}
}

// TestCallsWhileItEnds holds that nothing is called any more when the process is being ended, and why.
func TestCallsWhileItEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		happen func(*stage)
		state  State
		reason string
	}{
		{"close", func(s *stage) { go s.close() }, StateStopped, stoppedByHost},
		{"restart", func(s *stage) { s.requestRestart() }, StateWaiting, "a restart was asked for"},
		{"hang", func(s *stage) {
			hang(s.last())
			time.Sleep(s.health.Every + s.health.Patience)
		}, StateWaiting, "it stopped answering"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := opened(t)
				defer s.close()
				s.last().goodbye = time.Hour
				c.happen(s)
				synctest.Wait()
				if now := s.status(); now.State != c.state || now.Reason != c.reason {
					t.Errorf("it is %s (%s)", now.State, now.Reason)
				}
				if page, err := s.running(t.Context()); !errors.Is(err, shared.ErrPluginUnavailable) {
					t.Errorf("a call gets %v, %v", page, err)
				}
			})
		})
	}
}

// TestReasonOfANewStart holds that a start that follows a crash goes on saying why.
func TestReasonOfANewStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		defer s.close()
		release := s.holdStarts()
		s.crash()
		time.Sleep(s.policy.Longest)
		s.expect(StateStarting)
		if reason := s.status().Reason; reason != "its process ended" {
			t.Errorf("it starts because %s", reason)
		}
		release()
		s.expect(StateRunning)
	})
}

// TestLog holds what is logged of the ways in which a plugin ends: what lasts is told once.
func TestLog(t *testing.T) {
	for _, c := range []struct {
		name   string
		happen func(*stage)
		want   string
	}{
		{"crash", (*stage).crash, "[ERROR] the plugin is gone: reason=\"its process ended\" ended=\"exit status 2\"\n"},
		{"planned stop", func(s *stage) { s.requestRestart() }, ""},
		{"planned stop with work", func(s *stage) {
			s.last().waiting = []string{"a", "a", "b"}
			s.requestRestart()
		}, "[WARN]  the plugin stops as soon as it can: waiting_for=a\n" +
			"[WARN]  the plugin stops as soon as it can: waiting_for=b\n"},
		{"planned stop that is cut off", func(s *stage) {
			s.last().failure = errAway
			s.requestRestart()
		}, "[ERROR] the plugin did not end its work before it was stopped: error=\"the data directory is away\"\n"},
		{"refused for an hour", func(s *stage) {
			s.refuse(errAway)
			s.requestRestart()
			time.Sleep(time.Hour)
		}, "[ERROR] the plugin did not start again, which is tried until it does: " +
			"error=\"the data directory is away\"\n"},
		{"refused for two reasons", func(s *stage) {
			s.refuse(errors.New("one"))
			s.requestRestart()
			time.Sleep(time.Hour)
			s.refuse(errors.New("two"))
			time.Sleep(time.Hour)
		}, "[ERROR] the plugin did not start again, which is tried until it does: error=one\n" +
			"[ERROR] the plugin did not start again, which is tried until it does: error=two\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := newStage(t)
				s.logger = hclog.New(&hclog.LoggerOptions{Output: &log, DisableTime: true})
				if err := s.open(t.Context(), false); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				c.happen(s)
				s.close()
				if log.String() != c.want {
					t.Errorf("the log is\n%s\nnot\n%s", log.String(), c.want)
				}
			})
		})
	}
}

// TestOffers holds that what a plugin offers is known also while it is away, and nothing before it was there.
func TestOffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		if s.offers(shared.CapabilityNotifier) {
			t.Error("it offers something before it has run")
		}
		if err := s.open(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for range 2 {
			if !s.offers(shared.CapabilityNotifier) || s.offers(shared.CapabilityHistory) {
				t.Errorf("%s: it does not offer what it says", s.status().State)
			}
			s.refuse(errAway)
			s.crash()
		}
		s.close()
	})
}

// TestStatus holds when a state began and why.
func TestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		began := time.Now()
		time.Sleep(time.Minute)
		if got := fmt.Sprint(s.status()); got != fmt.Sprint(Status{State: StateRunning, Since: began}) {
			t.Errorf("it is %s", got)
		}
		s.refuse(errAway)
		s.crash()
		if status := s.status(); status.Since != time.Now() || status.Reason != "its process ended" {
			t.Errorf("after a crash it is %+v", status)
		}
		time.Sleep(time.Minute)
		if status := s.status(); !strings.Contains(status.Reason, errAway.Error()) {
			t.Errorf("after a start that was refused it is %+v", status)
		}
		s.close()
		if status := s.status(); status.Reason != "the host has stopped it" {
			t.Errorf("after its end it is %+v", status)
		}
	})
}
