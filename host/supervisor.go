package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// State says how the plugin is.
type State string

// The states.
const (
	StateStarting State = "starting"
	StateRunning  State = "running"
	// StateWaiting is after a crash, or after a start that was refused, before the next start.
	StateWaiting State = "waiting"
	// StateFailed is after too many crashes. It is still tried again, at the longest delay; Restart does so at once.
	StateFailed  State = "failed"
	StateStopped State = "stopped"
)

// Status is the state of the plugin and what led to it.
type Status struct {
	State State
	// Since is when the state began.
	Since time.Time
	// Reason is why the plugin is not running, or what keeps a running one that is to be stopped: "stopping: waiting for the final
	// reply of 3 messages". It is empty otherwise.
	Reason string
	// Log holds the last lines that the plugin wrote, oldest first.
	Log []string
}

// run is one run of the plugin, as the supervisor sees it.
type run interface {
	connection() *transport.Connection
	described() shared.Info
	// gone is closed when the process has ended.
	gone() <-chan struct{}
	healthy(ctx context.Context) error
	// drain ends what must not be cut off, and tells what it waits for.
	drain(waiting func(what string)) error
	// abort ends the process by force, stop politely if it can. stop returns when the process is gone.
	abort()
	stop()
	// ending says how the process ended, after stop.
	ending() string
}

// supervisor keeps one plugin running. Its goroutine owns the process; everybody else asks.
type supervisor struct {
	manifest *manifest.Manifest
	options  options
	start    func(ctx context.Context) (run, error)
	log      *logTail
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

// supervise starts the plugin and watches over it until close. It returns when the first start has succeeded or failed, and
// after a failure nothing runs; with the option for a start in the background it returns at once and cannot fail.
func supervise(ctx context.Context, m *manifest.Manifest, o options) (*supervisor, error) {
	s := newSupervisor(m, o)
	s.start = func(ctx context.Context) (run, error) {
		p, err := startProcess(ctx, m, o, s.log)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	var first run
	if !o.background {
		var err error
		if first, err = s.start(ctx); err != nil {
			return nil, withLog(s.startError(err))
		}
	}
	running, stop := context.WithCancel(context.Background())
	s.stopping = stop
	go s.keep(running, first)
	if o.tracer != nil {
		go s.traceDeliveries(running)
	}
	return s, nil
}

func newSupervisor(m *manifest.Manifest, o options) *supervisor {
	return &supervisor{
		manifest: m, options: o, log: newLogTail(o.logger.Named("plugin")), state: StateStarting, since: time.Now(),
		changed: make(chan struct{}), stopped: make(chan struct{}), restart: make(chan struct{}, 1),
	}
}

// startError explains why the plugin did not start.
func (s *supervisor) startError(err error) error {
	var unusable *manifest.Error
	if errors.As(err, &unusable) {
		return err
	}
	return fmt.Errorf("%w: plugin %q (%s) did not start: %w", shared.ErrPluginUnavailable, s.manifest.Name, s.manifest.Binary, err)
}

// keep is the life of the plugin: running, crashed, waiting, running again, until the host stops it. current is nil when the plugin
// is still to be started for the first time.
func (s *supervisor) keep(ctx context.Context, current run) {
	defer close(s.stopped)
	defer s.enter(StateStopped, stoppedByHost, nil)
	crashes := crashCounter{policy: s.options.policy}
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
		current.stop()
		return false
	}
	s.enter(StateWaiting, reason, nil)
	current.stop()
	if asked {
		return true
	}
	s.options.logger.Error("the plugin is gone", "plugin", s.manifest.Name, "reason", reason, "ended", current.ending())
	delay, enough := crashes.next(time.Now())
	if !enough {
		_, alive := s.pause(ctx, StateWaiting, reason, delay)
		return alive
	}
	asked, alive := s.pause(ctx, StateFailed, reason, delay)
	if asked {
		*crashes = crashCounter{policy: s.options.policy}
	}
	return alive
}

// drain has a plugin that is to be stopped end what must not be cut off. Its calls are answered meanwhile, and the status says what
// it waits for.
func (s *supervisor) drain(current run) {
	last := ""
	err := current.drain(func(what string) {
		if what = firstLine(what); what == "" || what == last {
			return
		}
		last = what
		s.note("stopping: waiting for " + what)
		s.options.logger.Warn("the plugin stops as soon as it can", "plugin", s.manifest.Name, "waiting_for", what)
	})
	if err != nil {
		s.options.logger.Error("the plugin did not end its work before it was stopped", "plugin", s.manifest.Name, "error", err)
	}
	select {
	case <-s.restart: // What was asked for meanwhile happens now.
	default:
	}
}

// startAgain starts the plugin, and tries it for as long as that is refused: a data directory or a database that is away, or
// a binary that is being replaced, comes back. A start that was refused is no crash. It returns nil when the host stops.
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
		reason := s.startError(err).Error()
		if reason != logged { // It may be the same for days.
			s.options.logger.Error("the plugin did not start again, which is tried until it does", "plugin", s.manifest.Name, "error", err)
			logged = reason
		}
		if _, alive := s.pause(ctx, StateWaiting, reason, s.options.policy.delay(refusals)); !alive {
			return nil
		}
	}
}

// watch returns when the process has ended, has stopped answering, or is to be restarted, and says which. asked is true
// when somebody wanted it so.
func (s *supervisor) watch(ctx context.Context, current run) (reason string, asked bool) {
	tick := time.NewTicker(s.options.health.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", true
		case <-current.gone():
			return "its process ended", false
		case <-s.restart:
			return "a restart was asked for", true
		case <-tick.C:
			if !s.healthy(ctx, current) && ctx.Err() == nil {
				current.abort()
				return "it stopped answering", false
			}
		}
	}
}

func (s *supervisor) healthy(ctx context.Context, current run) bool {
	ctx, cancel := context.WithTimeout(ctx, s.options.health.Patience)
	defer cancel()
	return current.healthy(ctx) == nil
}

// pause waits before the next start, in a state that says why. A restart that is asked for ends it early. alive is false when
// the host stops.
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

func (s *supervisor) enter(state State, reason string, current run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.due = current, time.Time{}
	if current != nil {
		s.info = current.described()
	}
	s.become(state, reason)
}

// enterUntil enters a state without a process, which lasts until the next start is due.
func (s *supervisor) enterUntil(state State, reason string, due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.due = nil, due
	s.become(state, reason)
}

// note gives a reason to the state as it is.
func (s *supervisor) note(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason = reason
}

func (s *supervisor) become(state State, reason string) {
	s.state, s.reason, s.since = state, reason, time.Now()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *supervisor) currentReason() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// status returns how the plugin is.
func (s *supervisor) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Status{State: s.state, Since: s.since, Reason: s.reason, Log: s.log.last()}
}

// offers reports whether the plugin has the capability.
func (s *supervisor) offers(capability string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info.Offers(capability)
}

// requestRestart has the plugin started anew, from whatever state it is in.
func (s *supervisor) requestRestart() {
	select {
	case s.restart <- struct{}{}:
	default: // One is already under way.
	}
}

// startPatience is how long a call waits for a plugin that is being restarted.
const startPatience = 5 * time.Second

// running returns the page of the running process. While the plugin is being restarted it waits, unless the next start is
// further away than it would wait.
func (s *supervisor) running(ctx context.Context) (*transport.Connection, error) {
	late := time.Now().Add(startPatience)
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for {
		s.mu.Lock()
		state, reason, current, due, changed := s.state, s.reason, s.current, s.due, s.changed
		s.mu.Unlock()
		unavailable := fmt.Errorf("%w: %s", shared.ErrPluginUnavailable, reason)
		switch {
		case state == StateRunning:
			select {
			case <-current.gone(): // The supervisor is about to notice.
			default:
				return current.connection(), nil
			}
		case state == StateFailed, state == StateStopped, due.After(late):
			return nil, unavailable
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
			return nil, unavailable
		}
	}
}

// close has the plugin drain, stops it and waits until it is gone.
func (s *supervisor) close() {
	s.stopping()
	<-s.stopped
}
