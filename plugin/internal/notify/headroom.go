package notify

import (
	"runtime/debug"
	"sync"
	"time"
)

// headroom has the garbage collector run less often while there is work. What is alive is a few MiB, so that under load
// the collector would run after each few hundred messages, and take an eighth of the processor's time. The reserve
// counts as alive and is never touched, so that it takes no memory but lets more garbage gather. It is given up, with
// the garbage, when there was no work for a while. The zero value is ready for use; it may be used concurrently.
type headroom struct {
	mu      sync.Mutex
	reserve []byte
	leaving *time.Timer
}

const (
	reserveSize = 16 << 20
	calmDown    = 2 * time.Second
)

// use is called where there is work.
func (h *headroom) use() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reserve == nil {
		h.reserve = make([]byte, reserveSize)
		h.leaving = time.AfterFunc(calmDown, h.giveUp)
		return
	}
	h.leaving.Reset(calmDown)
}

func (h *headroom) giveUp() {
	h.mu.Lock()
	h.reserve = nil
	h.mu.Unlock()
	debug.FreeOSMemory()
}
