package notify

import (
	"context"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// gate holds deliveries back while the server is away or refuses the login: trying each message would burn its attempts and
// lock the account. After a while one delivery is let through to see; when it succeeds, or when the settings are saved, the
// gate opens.
type gate struct {
	away, login backoff

	mu       sync.Mutex
	closed   bool
	shuts    pass               // how often it was shut
	cause    *shared.Diagnostic // nil while the gate is open
	since    time.Time
	next     time.Time // when one may go and see
	probing  bool      // one has gone
	failures int
	changed  chan struct{} // closed, and replaced, at every change
	version  uint64        // of the settings that it was shut for
}

// pass is what a delivery was let through with. It is good until the gate is shut again.
type pass int

// backoff is how long a pause is at first and at most.
type backoff struct{ first, longest time.Duration }

// newGate makes the pauses from the wait after a refused message: a sixth of it when the server is away, twice as long when
// the login was refused.
func newGate(retryAfter time.Duration) *gate {
	return &gate{
		away:    backoff{first: retryAfter / 6, longest: 2 * retryAfter},
		login:   backoff{first: 2 * retryAfter, longest: 30 * retryAfter},
		changed: make(chan struct{}),
	}
}

// longestWait is how long a delivery waits at the gate before it goes back to the queue. On its way it notices when another process has
// saved other settings, so no message waits much longer than this for them.
const longestWait = 5 * time.Second

// enter returns when the delivery may go on; false means that it must go back to the queue.
func (g *gate) enter(ctx context.Context) (pass, bool) {
	patience := time.NewTimer(longestWait)
	defer patience.Stop()
	for {
		g.mu.Lock()
		switch {
		case g.closed:
			g.mu.Unlock()
			return 0, false
		case g.cause == nil:
			defer g.mu.Unlock()
			return g.shuts, true
		case !g.probing && !time.Now().Before(g.next):
			g.probing = true
			defer g.mu.Unlock()
			return g.shuts, true
		}
		wait := time.Until(g.next)
		if g.probing {
			wait = longestWait
		}
		changed := g.changed
		g.mu.Unlock()
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-changed:
		case <-timer.C:
		case <-patience.C:
			timer.Stop()
			return 0, false
		case <-ctx.Done():
			timer.Stop()
			return 0, false
		}
		timer.Stop()
	}
}

// good reports whether a pass is still good: whoever waited for a connection while the gate was shut must not try as well.
func (g *gate) good(p pass) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return p == g.shuts
}

// passed opens the gate. It reports whether it was closed.
func (g *gate) passed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cause == nil {
		return false
	}
	g.open()
	return true
}

// reset opens the gate because the settings are others now.
func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open()
}

func (g *gate) open() {
	g.cause, g.since, g.next, g.probing, g.failures = nil, time.Now(), time.Time{}, false, 0
	g.announce()
}

// shut holds deliveries back for the cause.
func (g *gate) shut(cause shared.Diagnostic, loginRefused bool, version uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	pause := g.away
	if loginRefused {
		pause = g.login
	}
	if g.cause != nil && !g.probing {
		return // Others have met the same at the same time.
	}
	g.version = version
	if g.cause == nil {
		g.since, g.failures = time.Now(), 0
	}
	wait := doubled(pause.first, g.failures, pause.longest)
	g.cause, g.next, g.probing = &cause, time.Now().Add(wait), false
	g.failures++
	g.shuts++
	g.announce()
}

// shutFor reports whether the gate is shut for other settings than those of the version.
func (g *gate) shutFor(version uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cause != nil && !g.probing && g.version != version
}

// release takes back that one has gone to see: it found out nothing about the server.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.probing = false
	g.announce()
}

// close lets nobody through any more.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.announce()
}

func (g *gate) announce() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// state returns why deliveries are held back, nil when they are not, since when the state is, and when the next attempt is
// made.
func (g *gate) state() (cause *shared.Diagnostic, since, next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cause, g.since, g.next
}
