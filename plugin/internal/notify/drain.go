package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// errStopping means that the service stops before the message was on its way.
var errStopping = errors.New("the notification service stops")

// drain knows what is under way when the service stops. What has not been sent to its last byte is put back at once;
// what has is waited for, because nobody else knows whether the server takes it.
type drain struct {
	begun context.Context // ends when the service begins to stop
	begin context.CancelFunc
	// changed is given an element when the number of messages without a reply changes.
	changed chan struct{}

	mu       sync.Mutex
	awaiting int // messages whose last byte has gone out and to which no reply came yet
}

func newDrain() *drain {
	d := &drain{changed: make(chan struct{}, 1)}
	d.begun, d.begin = context.WithCancel(context.Background())
	return d
}

// stopping reports whether nothing may be begun any more.
func (d *drain) stopping() bool { return d.begun.Err() != nil }

// count changes the number of messages without a reply.
func (d *drain) count(by int) {
	d.mu.Lock()
	d.awaiting += by
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

func (d *drain) unanswered() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.awaiting
}

// handing is what is under way of one message. Its context ends with the parent, and when the service stops before the
// last byte.
type handing struct {
	context.Context
	drain  *drain
	cancel context.CancelFunc
	// detach has the context outlive the stop. It is false when that has come first.
	detach func() bool
	sent   bool
}

// hand begins with a message; done must follow.
func (d *drain) hand(parent context.Context) *handing {
	h := &handing{drain: d}
	h.Context, h.cancel = context.WithCancel(parent)
	h.detach = context.AfterFunc(d.begun, h.cancel)
	return h
}

// lastByte is asked right before the last byte goes out. After it the message is waited for.
func (h *handing) lastByte() error {
	if !h.detach() {
		return errStopping
	}
	h.sent = true
	h.drain.count(1)
	return nil
}

// stopped reports whether the message was cut off before its last byte.
func (h *handing) stopped() bool { return !h.sent && h.drain.stopping() && h.Err() != nil }

func (h *handing) done() {
	h.detach()
	h.cancel()
	if h.sent {
		h.drain.count(-1)
	}
}

// defaultDrainLimit is somewhat longer than a server may take for its final reply (RFC 5321 section 4.5.3.2.6).
const defaultDrainLimit = 10*time.Minute + 30*time.Second

// Drain begins no more deliveries, puts back what has not been sent, and returns when the server has answered what has,
// or after DrainLimit. waiting is told what it waits for. Notifications are taken until Close.
func (s *Service) Drain(ctx context.Context, waiting func(what string)) error {
	s.drain.begin()
	s.breaker.stop()
	// A process that delivers goes on saying that it lives until Close, or others would take over what is under way.
	if !s.standby.delivering.Load() && !s.standby.stop() {
		return nil
	}
	limit := s.configuration.DrainLimit
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- s.queue.client.Stop(ctx) }()
	for {
		if n := s.drain.unanswered(); n > 0 {
			waiting(waitingFor(n, limit))
		}
		select {
		case <-s.drain.changed:
		case err := <-stopped:
			if err != nil {
				return fmt.Errorf("%d messages without a final reply after %s at most: %w", s.drain.unanswered(), limit, err)
			}
			return nil
		}
	}
}

func waitingFor(unanswered int, limit time.Duration) string {
	plural := "s"
	if unanswered == 1 {
		plural = ""
	}
	return fmt.Sprintf("the final reply of %d message%s (%s at most)", unanswered, plural, limit)
}
