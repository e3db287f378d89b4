package probe

import (
	"sync"
	"time"
)

// stillWaiting is after how long a step says that it goes on.
const stillWaiting = 5 * time.Second

// waiting watches over one step at a time. The zero value watches over none.
type waiting struct {
	mu    sync.Mutex
	timer *time.Timer
	steps int // how many have begun or ended
}

// begin has the function called once when the step that begins takes long, but never when it has ended.
func (w *waiting) begin(tell func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps++
	mine := w.steps
	w.timer = time.AfterFunc(stillWaiting, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.steps == mine {
			tell()
		}
	})
}

// end returns when nothing is told any more.
func (w *waiting) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps++
	if w.timer != nil {
		w.timer.Stop()
	}
}
