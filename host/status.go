package host

import (
	"context"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// State says how the plugin is.
type State string

const (
	// StateStarting is while a process of the plugin gets ready. Calls wait a few seconds for it.
	StateStarting State = "starting"
	// StateRunning is while the plugin answers calls.
	StateRunning State = "running"
	// StateWaiting is after a crash, or after a start that was refused, before the next start.
	StateWaiting State = "waiting"
	// StateFailed is after too many crashes. It is still tried again, at the longest delay; Restart does so at once.
	StateFailed State = "failed"
	// StateStopped is after Host.Close, for ever.
	StateStopped State = "stopped"
)

// Status is the state of the plugin and what led to it.
type Status struct {
	State State
	// Since is when the state began.
	Since time.Time
	// Reason is why the plugin is not running, or what keeps a running one that is to be stopped: "stopping:
	// waiting for the final reply of 3 messages". It is empty otherwise.
	Reason string
	// Log holds the last lines that the plugin wrote, oldest first.
	Log []string
}

func (s *supervisor) enter(state State, reason string, current run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.due = current, time.Time{}
	if current != nil {
		s.info = current.Info()
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

// status returns how the plugin is, without its log.
func (s *supervisor) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Status{State: s.state, Since: s.since, Reason: s.reason}
}

// offers reports whether the plugin has the capability.
func (s *supervisor) offers(capability string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info.Offers(capability)
}

// startPatience is how long a call waits for a plugin that is being restarted.
const startPatience = 5 * time.Second

// running returns the page of the running process. While the plugin is being restarted it waits, unless the next
// start is further away than it would wait.
func (s *supervisor) running(ctx context.Context) (*transport.Connection, error) {
	late := time.Now().Add(startPatience)
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for {
		now := s.now()
		if now.alive() {
			return now.current.Connection(), nil
		}
		if now.state == StateFailed || now.state == StateStopped || now.due.After(late) {
			return nil, now.unavailable()
		}
		select {
		case <-now.changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
			return nil, now.unavailable()
		}
	}
}

// await returns the running process, however long that takes. It fails when the host has stopped the plugin.
func (s *supervisor) await(ctx context.Context) (run, error) {
	for {
		now := s.now()
		if now.alive() {
			return now.current, nil
		}
		if now.state == StateStopped {
			return nil, now.unavailable()
		}
		select {
		case <-now.changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// moment is what a caller sees of the supervisor at one time.
type moment struct {
	state   State
	reason  string
	current run
	due     time.Time
	changed <-chan struct{}
}

func (s *supervisor) now() moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return moment{state: s.state, reason: s.reason, current: s.current, due: s.due, changed: s.changed}
}

// alive reports whether there is a process to call. One that has just ended is noticed by the supervisor soon.
func (m moment) alive() bool {
	if m.state != StateRunning {
		return false
	}
	select {
	case <-m.current.Gone():
		return false
	default:
		return true
	}
}

func (m moment) unavailable() error {
	return fmt.Errorf("%w: %s", shared.ErrPluginUnavailable, m.reason)
}
