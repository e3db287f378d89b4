package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestDrainCutsOffOnlyWhatWasNotSent begins a drain before and after the last byte of a message, and during its reply.
func TestDrainCutsOffOnlyWhatWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDrain()
		waiting, sent := d.hand(t.Context()), d.hand(t.Context())
		if err := sent.lastByte(); err != nil || d.unanswered() != 1 {
			t.Fatalf("%v, %d without a reply", err, d.unanswered())
		}
		d.begin()
		synctest.Wait()
		if waiting.Err() == nil || !waiting.stopped() {
			t.Error("a message that was not sent is not put back")
		}
		if sent.Err() != nil || sent.stopped() {
			t.Errorf("a message that was sent is cut off: %v", sent.Err())
		}
		if err := waiting.lastByte(); !errors.Is(err, errStopping) {
			t.Errorf("its last byte may go out: %v", err)
		}
		late := d.hand(t.Context())
		synctest.Wait()
		if err := late.lastByte(); !errors.Is(err, errStopping) || !late.stopped() {
			t.Errorf("a message is begun after the stop: %v", err)
		}
		for _, one := range []*handing{waiting, sent, late} {
			one.done()
		}
		if d.unanswered() != 0 {
			t.Errorf("%d without a reply at the end", d.unanswered())
		}
	})
}

// TestCancelledIsNotStopped tells a message whose caller gave up from one that the stop has cut off.
func TestCancelledIsNotStopped(t *testing.T) {
	d := newDrain()
	ctx, cancel := context.WithCancel(t.Context())
	h := d.hand(ctx)
	defer h.done()
	cancel()
	if h.Err() == nil || h.stopped() {
		t.Errorf("stopped %v, %v", h.stopped(), h.Err())
	}
}

// draining is a drain, and how many messages it has to know of.
type draining struct {
	*drain
	t *testing.T

	mu         sync.Mutex
	begun      time.Time
	unanswered int
}

// message is sent after a while, and answered after another one.
func (d *draining) message(start, preparing, waiting time.Duration) {
	time.Sleep(start)
	h := d.hand(d.t.Context())
	select {
	case <-time.After(preparing):
	case <-h.Done():
		defer h.done()
		if err := h.lastByte(); !errors.Is(err, errStopping) || !h.stopped() {
			d.t.Errorf("its last byte may go out: %v; stopped: %t", err, h.stopped())
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if !time.Now().Equal(d.begun) && start < time.Since(d.begun) {
			d.t.Errorf("cut off %s after the stop", time.Since(d.begun))
		}
		return
	}
	if err := h.lastByte(); err != nil {
		defer h.done()
		if !d.stopping() {
			d.t.Errorf("its last byte may not go out: %v", err)
		}
		return
	}
	d.answered(1)
	select {
	case <-time.After(waiting): // The reply.
	case <-h.Done():
		d.t.Error("a message that was sent is cut off")
	}
	h.done()
	d.answered(-1)
}

// answered compares the number of messages without a reply, which has changed by so much.
func (d *draining) answered(by int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unanswered += by; d.unanswered != d.drain.unanswered() {
		d.t.Errorf("%d have no reply, and %d are counted", d.unanswered, d.drain.unanswered())
	}
}

// TestDrainProperties begins to drain among many messages at random moments: what has not sent its last byte is cut off
// at once and sends none any more, what has is never cut off, and the number without a reply is right at every moment.
func TestDrainProperties(t *testing.T) {
	for seed := range seeds(30, 2000) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 6))
			within := func(most time.Duration) time.Duration { return time.Duration(random.Int64N(int64(most))) }
			d := &draining{drain: newDrain(), t: t}
			time.AfterFunc(within(20*time.Second), func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.begun = time.Now()
				d.begin()
			})
			var all sync.WaitGroup
			for range 20 {
				start, preparing, waiting := within(10*time.Second), within(20*time.Second), within(time.Minute)
				all.Go(func() { d.message(start, preparing, waiting) })
			}
			all.Wait()
			if d.drain.unanswered() != 0 {
				t.Errorf("%d are counted in the end", d.drain.unanswered())
			}
		})
	}
}
