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

// TestDrainProperties begins to drain among many messages at random moments: what has not sent its last byte is cut off at
// once and sends none any more, what has is never cut off, and the number without a reply is right at every moment.
func TestDrainProperties(t *testing.T) {
	for seed := range seeds(30, 2000) {
		synctest.Test(t, func(t *testing.T) {
			d, random := newDrain(), rand.New(rand.NewPCG(seed, 6))
			var begun time.Time
			var mu sync.Mutex
			unanswered := 0
			time.AfterFunc(time.Duration(random.Int64N(int64(20*time.Second))), func() {
				begun = time.Now()
				d.begin()
			})
			var all sync.WaitGroup
			for range 20 {
				preparing, waiting := time.Duration(random.Int64N(int64(20*time.Second))), time.Duration(random.Int64N(int64(time.Minute)))
				start := time.Duration(random.Int64N(int64(10 * time.Second)))
				all.Go(func() {
					time.Sleep(start)
					h := d.hand(t.Context())
					defer h.done()
					select {
					case <-time.After(preparing):
					case <-h.Done():
						if !h.stopped() || !time.Now().Equal(begun) && start < time.Since(begun) {
							t.Errorf("cut off, stopped: %t, %s after the stop", h.stopped(), time.Since(begun))
						}
						if err := h.lastByte(); !errors.Is(err, errStopping) {
							t.Errorf("its last byte may go out: %v", err)
						}
						return
					}
					if err := h.lastByte(); err != nil {
						if !d.stopping() {
							t.Errorf("its last byte may not go out: %v", err)
						}
						return
					}
					mu.Lock()
					unanswered++
					if unanswered != d.unanswered() {
						t.Errorf("%d have no reply, and %d are counted", unanswered, d.unanswered())
					}
					mu.Unlock()
					select {
					case <-time.After(waiting): // The reply.
					case <-h.Done():
						t.Error("a message that was sent is cut off")
					}
					mu.Lock()
					unanswered--
					h.done()
					h.sent = false // done is deferred as well.
					mu.Unlock()
				})
			}
			all.Wait()
			if d.unanswered() != 0 {
				t.Errorf("%d are counted in the end", d.unanswered())
			}
		})
	}
}
