package notify

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// headroom has the garbage collector run less often while there is work, and more often while there is none. What is
// alive is a few MiB. So under load the collector would run after each few hundred messages, and take an eighth of the
// processor's time; and at rest half as much garbage costs nothing and is 2 MiB less. It sets for the whole process
// what the variable GOGC sets, and leaves it alone where an operator has set that. The zero value does nothing until
// begin; it may be used concurrently.
type headroom struct {
	mu      sync.Mutex
	begun   bool
	before  int       // the percentage that was set before begin
	second  time.Time // in which changes are counted
	changes int
	tuned   time.Time   // when the percentage was raised last; zero at rest
	leaving *time.Timer // to rest
}

// Percentages of what is alive by which garbage may grow before it is collected.
const (
	atRest = 50
	atWork = 400
)

const (
	// busy is from how many changes in a second on there is work: with fewer the collector hardly runs.
	busy = 50
	// calmDown is after how long without work it is at rest.
	calmDown = 2 * time.Second
	// mostGarbage bounds how much garbage atWork lets gather where more is alive than usual, such as attachments.
	mostGarbage = 16 << 20
)

// begin is called when the process begins to work.
func (h *headroom) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if os.Getenv("GOGC") == "" && !h.begun {
		h.begun, h.before = true, debug.SetGCPercent(atRest)
	}
}

// end sets what was set before begin.
func (h *headroom) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.begun {
		h.begun = false
		debug.SetGCPercent(h.before)
	}
}

// use is told of what is done.
func (h *headroom) use(changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Sub(h.second) >= time.Second {
		h.second, h.changes = now, 0
	}
	if h.changes += changes; !h.begun || h.changes < busy {
		return
	}
	if h.leaving == nil {
		h.leaving = time.AfterFunc(calmDown, h.rest)
	} else {
		h.leaving.Reset(calmDown)
	}
	if now.Sub(h.tuned) >= time.Second {
		h.tuned = now
		debug.SetGCPercent(workingPercent(alive()))
	}
}

// rest gives back what the work has left behind.
func (h *headroom) rest() {
	h.mu.Lock()
	begun := h.begun
	if h.tuned = (time.Time{}); begun {
		debug.SetGCPercent(atRest)
	}
	h.mu.Unlock()
	if begun {
		debug.FreeOSMemory()
	}
}

// alive is how many bytes were in use when garbage was collected last.
func alive() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// workingPercent is atWork, or as little as Go has by itself where more is alive than usual.
func workingPercent(alive uint64) int {
	return int(max(100, min(atWork, mostGarbage*100/max(alive, 1))))
}
