package host

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// run is one run of the plugin, as the supervisor sees it: a *process.Process.
type run interface {
	Connection() *transport.Connection
	Info() shared.Info
	// Gone is closed when the process has ended.
	Gone() <-chan struct{}
	Healthy(ctx context.Context) error
	// Drain ends what must not be cut off, and tells what it waits for.
	Drain(waiting func(what string)) error
	// Abort ends the process by force, Stop politely if it can. Stop returns when the process is gone.
	Abort()
	Stop()
	// Ending says how the process ended, after Stop.
	Ending() string
}

// supervisor keeps one plugin running. Its goroutine owns the process; everybody else asks.
type supervisor struct {
	start  func(ctx context.Context) (run, error)
	policy RestartPolicy
	health HealthCheck
	logger hclog.Logger

	stopping context.CancelFunc
	stopped  chan struct{}
	restart  chan struct{}

	mu      sync.Mutex
	state   State
	since   time.Time
	reason  string
	due     time.Time // when the next start is tried; zero while none is planned
	current run
	info    shared.Info   // of the last process that ran
	changed chan struct{} // closed, and replaced, at every change of state
}

func newSupervisor(start func(context.Context) (run, error), o options) *supervisor {
	return &supervisor{
		start: start, policy: o.policy, health: o.health, logger: o.logger, state: StateStarting, since: time.Now(),
		changed: make(chan struct{}), stopped: make(chan struct{}), restart: make(chan struct{}, 1),
	}
}

// open starts the plugin and watches over it until close. It returns when the first start has succeeded or failed, and
// after a failure nothing runs; in the background it returns at once and cannot fail. ctx bounds the first start only.
func (s *supervisor) open(ctx context.Context, background bool) error {
	var first run
	if !background {
		var err error
		if first, err = s.start(ctx); err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(context.Background())
	s.stopping = stop
	go s.keep(running, first)
	return nil
}

// keep is the life of the plugin: running, crashed, waiting, running again, until the host stops it. current is nil
// when the plugin is still to be started for the first time.
func (s *supervisor) keep(ctx context.Context, current run) {
	defer close(s.stopped)
	defer s.enter(StateStopped, stoppedByHost, nil)
	crashes := crashCounter{policy: s.policy}
	if current == nil {
		current = s.startAgain(ctx)
	}
	for current != nil && s.oversee(ctx, current, &crashes) {
		current = s.startAgain(ctx)
	}
}

const stoppedByHost = "the host has stopped it"

// oversee watches a running process to its end, and waits until the next one may be started. It reports false when the
// host stops.
func (s *supervisor) oversee(ctx context.Context, current run, crashes *crashCounter) bool {
	s.enter(StateRunning, "", current)
	reason, asked := s.watch(ctx, current)
	if asked {
		s.drain(current)
	}
	if ctx.Err() != nil {
		s.enter(StateStopped, stoppedByHost, nil)
		current.Stop()
		return false
	}
	s.enter(StateWaiting, reason, nil)
	current.Stop()
	if asked {
		return true
	}
	s.logger.Error("the plugin is gone", "reason", reason, "ended", current.Ending())
	delay, enough := crashes.next(time.Now())
	if !enough {
		_, alive := s.pause(ctx, StateWaiting, reason, delay)
		return alive
	}
	asked, alive := s.pause(ctx, StateFailed, reason, delay)
	if asked {
		*crashes = crashCounter{policy: s.policy}
	}
	return alive
}

// drain has a plugin that is to be stopped end what must not be cut off. Its calls are answered meanwhile, and the
// status says what it waits for.
func (s *supervisor) drain(current run) {
	last := ""
	err := current.Drain(func(what string) {
		if what, _, _ = strings.Cut(what, "\n"); what == "" || what == last {
			return
		}
		last = what
		s.note("stopping: waiting for " + what)
		s.logger.Warn("the plugin stops as soon as it can", "waiting_for", what)
	})
	if err != nil {
		s.logger.Error("the plugin did not end its work before it was stopped", "error", err)
	}
	select {
	case <-s.restart: // What was asked for meanwhile happens now.
	default:
	}
}

// startAgain starts the plugin, and tries it for as long as that is refused: a data directory or a database that is
// away, or a binary that is being replaced, comes back. A start that was refused is no crash. It returns nil when
// the host stops.
func (s *supervisor) startAgain(ctx context.Context) run {
	logged := ""
	for refusals := 0; ; refusals++ {
		s.enter(StateStarting, s.currentReason(), nil)
		started, err := s.start(ctx)
		if err == nil {
			return started
		}
		if ctx.Err() != nil {
			return nil
		}
		reason := err.Error()
		if reason != logged { // It may be the same for days.
			s.logger.Error("the plugin did not start again, which is tried until it does", "error", err)
			logged = reason
		}
		if _, alive := s.pause(ctx, StateWaiting, reason, s.policy.delay(refusals)); !alive {
			return nil
		}
	}
}

// watch returns when the process has ended, has stopped answering, or is to be restarted, and says which. asked is true
// when that was the host's or a caller's wish.
func (s *supervisor) watch(ctx context.Context, current run) (reason string, asked bool) {
	tick := time.NewTicker(s.health.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", true
		case <-current.Gone():
			return "its process ended", false
		case <-s.restart:
			return "a restart was asked for", true
		case <-tick.C:
			if !s.healthy(ctx, current) && ctx.Err() == nil {
				current.Abort()
				return "it stopped answering", false
			}
		}
	}
}

func (s *supervisor) healthy(ctx context.Context, current run) bool {
	ctx, cancel := context.WithTimeout(ctx, s.health.Patience)
	defer cancel()
	return current.Healthy(ctx) == nil
}

// pause waits before the next start, in a state that says why. A restart that is asked for ends it early. alive is
// false when the host stops.
func (s *supervisor) pause(ctx context.Context, state State, reason string, delay time.Duration) (asked, alive bool) {
	s.enterUntil(state, reason, time.Now().Add(delay))
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false, false
	case <-timer.C:
		return false, true
	case <-s.restart:
		return true, true
	}
}

// requestRestart has the plugin started anew, from whatever state it is in.
func (s *supervisor) requestRestart() {
	select {
	case s.restart <- struct{}{}:
	default: // One is already under way.
	}
}

// close has the plugin drain, stops it and waits until it is gone.
func (s *supervisor) close() {
	s.stopping()
	<-s.stopped
}
