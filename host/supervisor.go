package host

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// State says how the plugin is.
type State string

// The states.
const (
	StateStarting State = "starting"
	StateRunning  State = "running"
	// StateWaiting is after a crash, before the next start.
	StateWaiting State = "waiting"
	// StateFailed is after too many crashes; only Restart leads out of it.
	StateFailed  State = "failed"
	StateStopped State = "stopped"
)

// Status is the state of the plugin and what led to it.
type Status struct {
	State State
	// Since is when the state began.
	Since time.Time
	// Reason is why the plugin is not running; empty while it is.
	Reason string
	// Log holds the last lines that the plugin wrote, oldest first.
	Log []string
}

// supervisor keeps one plugin running. Its goroutine owns the process; everybody else asks.
type supervisor struct {
	manifest *manifest.Manifest
	options  options
	log      logTail
	stopping context.CancelFunc
	stopped  chan struct{}
	restart  chan struct{}

	mu      sync.Mutex
	state   State
	since   time.Time
	reason  string
	process *process
	info    shared.Info   // of the last process that ran
	changed chan struct{} // closed, and replaced, at every change of state
}

// supervise starts the plugin and watches over it until close. It returns when the first start has succeeded or failed;
// after a failure nothing runs.
func supervise(ctx context.Context, m *manifest.Manifest, o options) (*supervisor, error) {
	s := &supervisor{
		manifest: m, options: o, state: StateStarting, since: time.Now(),
		changed: make(chan struct{}), stopped: make(chan struct{}), restart: make(chan struct{}, 1),
	}
	s.log.logger = o.logger.Named("plugin")
	first, err := startProcess(ctx, m, o, &s.log)
	if err != nil {
		return nil, withLog(s.startError(err))
	}
	running, stop := context.WithCancel(context.Background())
	s.stopping = stop
	go s.run(running, first)
	if o.tracer != nil {
		go s.traceDeliveries(running)
	}
	return s, nil
}

// startError explains why the plugin did not start.
func (s *supervisor) startError(err error) error {
	var unusable *manifest.Error
	if errors.As(err, &unusable) {
		return err
	}
	return fmt.Errorf("%w: plugin %q (%s) did not start: %w", shared.ErrPluginUnavailable, s.manifest.Name, s.manifest.Binary, err)
}

// run is the life of the plugin: running, crashed, waiting, running again, until it is stopped or has failed.
func (s *supervisor) run(ctx context.Context, current *process) {
	defer close(s.stopped)
	defer s.enter(StateStopped, "the host has stopped it", nil)
	crashes := crashCounter{policy: s.options.policy}
	for {
		if current != nil && !s.oversee(ctx, current, &crashes) {
			return
		}
		s.enter(StateStarting, s.currentReason(), nil)
		var err error
		if current, err = startProcess(ctx, s.manifest, s.options, &s.log); err == nil {
			continue
		}
		current = nil
		s.options.logger.Error("the plugin did not start again", "plugin", s.manifest.Name, "error", err)
		s.enter(StateWaiting, s.startError(err).Error(), nil)
		if !s.recover(ctx, &crashes) {
			return
		}
	}
}

// oversee watches a running process to its end, and waits until the next one may be started. It reports false when the
// host stops.
func (s *supervisor) oversee(ctx context.Context, current *process, crashes *crashCounter) bool {
	s.enter(StateRunning, "", current)
	reason, asked := s.watch(ctx, current)
	if ctx.Err() != nil {
		s.enter(StateStopped, "the host has stopped it", nil)
		current.stop()
		return false
	}
	s.enter(StateWaiting, reason, nil)
	current.stop()
	if asked {
		return true
	}
	s.options.logger.Error("the plugin is gone", "plugin", s.manifest.Name, "reason", reason, "ended", current.ending())
	return s.recover(ctx, crashes)
}

// recover waits after a crash as long as the policy says, or until somebody asks for a restart. It reports false when the
// host stops.
func (s *supervisor) recover(ctx context.Context, crashes *crashCounter) bool {
	delay, enough := crashes.next(time.Now())
	if !enough {
		return s.pause(ctx, delay)
	}
	s.enter(StateFailed, s.currentReason(), nil)
	*crashes = crashCounter{policy: s.options.policy}
	return s.awaitRestart(ctx)
}

// watch returns when the process has ended, has stopped answering, or is to be restarted, and says which. asked is true
// when somebody wanted it so.
func (s *supervisor) watch(ctx context.Context, p *process) (reason string, asked bool) {
	tick := time.NewTicker(s.options.health.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", true
		case <-p.page.Gone():
			return "its process ended", false
		case <-s.restart:
			return "a restart was asked for", true
		case <-tick.C:
			if !s.healthy(ctx, p) && ctx.Err() == nil {
				p.kill()
				return "it stopped answering", false
			}
		}
	}
}

func (s *supervisor) healthy(ctx context.Context, p *process) bool {
	ctx, cancel := context.WithTimeout(ctx, s.options.health.Patience)
	defer cancel()
	return p.page.Healthy(ctx) == nil
}

// pause waits before the next start; a restart that is asked for ends it early. It reports false when the host stops.
func (s *supervisor) pause(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-s.restart:
	}
	return true
}

func (s *supervisor) awaitRestart(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-s.restart:
		return true
	}
}

func (s *supervisor) enter(state State, reason string, p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.reason, s.process, s.since = state, reason, p, time.Now()
	if p != nil {
		s.info = p.info
	}
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

// running returns the page of the running process. While the plugin is being restarted it waits.
func (s *supervisor) running(ctx context.Context) (*shared.Connection, error) {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for {
		s.mu.Lock()
		state, reason, p, changed := s.state, s.reason, s.process, s.changed
		s.mu.Unlock()
		switch state {
		case StateRunning:
			select {
			case <-p.page.Gone(): // The supervisor is about to notice.
			default:
				return p.page, nil
			}
		case StateFailed, StateStopped:
			return nil, fmt.Errorf("%w: %s", shared.ErrPluginUnavailable, reason)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
			return nil, fmt.Errorf("%w: %s", shared.ErrPluginUnavailable, reason)
		}
	}
}

// close stops the plugin and waits until it is gone.
func (s *supervisor) close() {
	s.stopping()
	<-s.stopped
}

// crashCounter decides how long to wait after a crash, and when it has been enough.
type crashCounter struct {
	policy  RestartPolicy
	crashes []time.Time
}

func (c *crashCounter) next(now time.Time) (delay time.Duration, enough bool) {
	recent := c.crashes[:0]
	for _, at := range c.crashes {
		if now.Sub(at) < c.policy.Within {
			recent = append(recent, at)
		}
	}
	c.crashes = append(recent, now)
	if len(c.crashes) >= c.policy.Crashes {
		return 0, true
	}
	delay = c.policy.First << (len(c.crashes) - 1)
	if delay > c.policy.Longest || delay <= 0 {
		delay = c.policy.Longest
	}
	// Half of the delay is left to chance, so that several hosts do not start in step.
	return delay/2 + rand.N(delay/2+1), false //nolint:gosec // nobody gains by guessing it
}
