package notify

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
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
