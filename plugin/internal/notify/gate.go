package notify

import (
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

// gate holds deliveries back while the server is away or refuses the login: trying each message would burn its attempts and
// lock the account. After a while one delivery is let through to see; when it succeeds, or when other settings are saved, the
// gate opens.
//
// The pause is kept in the database, so that it outlives the process and all processes keep the same one. A look is written
// down before it is taken, as if it failed: whoever dies on it has had it.
type gate struct {
	away, login backoff
	rows        pauses
	logger      hclog.Logger

	// storing is held while the pause is changed: what is changed there and here must not fall apart.
	storing sync.Mutex

	mu      sync.Mutex
	closed  bool
	turn    int64         // of the pause that is known
	unsaved bool          // the pause could not be written yet
	kept    bool          // the database has a pause
	local   bool          // the pause concerns this process only
	pause   pause         // times in it are by this process's clock
	shuts   int           // how often the gate was shut
	looking bool          // one has gone to see
	changed chan struct{} // closed, and replaced, at every change
}

// pass is what a delivery was let through with. It is good until the gate is shut again.
type pass struct {
	shuts   int
	looking bool // it has gone to see
}

// newGate makes the pauses from the wait after a refused message: a sixth of it when the server is away, twice as long when
// the login was refused.
func newGate(retryAfter time.Duration, rows pauses, logger hclog.Logger) *gate {
	return &gate{
		away:    backoff{first: retryAfter / 6, longest: 2 * retryAfter},
		login:   backoff{first: 2 * retryAfter, longest: 30 * retryAfter},
		rows:    rows,
		logger:  logger,
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
		let, wait, changed := pass{shuts: g.shuts}, time.Until(g.pause.Next), g.changed
		switch {
		case g.closed:
			g.mu.Unlock()
			return pass{}, false
		case g.pause.Cause == nil:
			g.mu.Unlock()
			return let, true
		case g.looking:
			wait = longestWait
		case wait <= 0:
			g.looking = true
			g.mu.Unlock()
			if let, mine := g.goLooking(ctx); mine {
				return let, true
			}
			continue
		}
		g.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-changed:
		case <-timer.C:
		case <-patience.C:
			timer.Stop()
			return pass{}, false
		case <-ctx.Done():
			timer.Stop()
			return pass{}, false
		}
		timer.Stop()
	}
}

// goLooking writes down that this process goes to see. It is false when another one has gone, or the pause is over.
func (g *gate) goLooking(ctx context.Context) (let pass, mine bool) {
	g.storing.Lock()
	defer g.storing.Unlock()
	next := g.current()
	if next.Cause != nil {
		wait := g.backoffOf(next)
		next.Next, next.Looks = time.Now().Add(wait.after(next.Looks)), next.Looks+1
		mine = g.store(ctx, next, !g.isLocal())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looking = mine
	return pass{shuts: g.shuts, looking: true}, mine
}

// good reports whether a pass is still good: whoever waited for a connection while the gate was shut must not try as well.
func (g *gate) good(p pass) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return p.shuts == g.shuts
}

// passed opens the gate for a delivery that the server took. It reports whether it was shut. A delivery that was under way
// when the gate was shut says nothing about the cause, so it does not open it.
func (g *gate) passed(ctx context.Context, p pass) bool {
	g.mu.Lock()
	shut := g.pause.Cause != nil && p.shuts == g.shuts
	g.mu.Unlock()
	return shut && g.open(ctx)
}

// open ends the pause, whatever it was for. It reports whether there was one.
func (g *gate) open(ctx context.Context) bool {
	g.storing.Lock()
	defer g.storing.Unlock()
	for {
		g.mu.Lock()
		shut, kept := g.pause.Cause != nil, g.kept
		g.mu.Unlock()
		if !shut {
			return false
		}
		if g.store(ctx, pause{Since: time.Now()}, kept) {
			return true
		}
	}
}

// shut holds deliveries back for the cause, which a delivery with the settings of the version has met.
func (g *gate) shut(ctx context.Context, p pass, cause finding.Finding, loginRefused bool, version string) {
	g.storing.Lock()
	defer g.storing.Unlock()
	for {
		next := g.current()
		if next.Cause != nil && !g.isLooking(p) {
			return // Others have met the same at the same time.
		}
		if next.Cause == nil {
			next = pause{Since: time.Now(), Looks: 1}
		}
		next.Cause, next.Login, next.version, next.Version = &cause, loginRefused, version, nil
		wait := g.backoffOf(next)
		next.Next = time.Now().Add(wait.after(next.Looks - 1))
		if g.store(ctx, next, version != "") {
			return
		}
	}
}

// release takes back that one has gone to see: it found out nothing about the server.
func (g *gate) release(ctx context.Context, p pass) {
	if !g.isLooking(p) {
		return
	}
	g.storing.Lock()
	defer g.storing.Unlock()
	if !g.isLooking(p) {
		return
	}
	next := g.current()
	next.Next, next.Looks = time.Now(), max(next.Looks-1, 1)
	g.store(ctx, next, !g.isLocal())
}

// isLooking reports whether the pass is that of the one that has gone to see, and the pause is still the same.
func (g *gate) isLooking(p pass) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return p.looking && p.shuts == g.shuts && g.pause.Cause != nil
}

// shutFor reports whether the gate is shut for other settings than those of the version. Just after a save, saved, that is
// assumed where the database does not tell for which, and while one has gone to see.
func (g *gate) shutFor(version string, saved bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.pause.Cause == nil || g.looking && !saved:
		return false
	case g.local:
		return true
	case g.pause.version == "":
		return saved
	default:
		return subtle.ConstantTimeCompare([]byte(g.pause.version), []byte(version)) == 0
	}
}

// close lets nobody through any more.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.announce()
}

// sync takes over what other processes have found out, and writes down what could not be written before.
func (g *gate) sync(ctx context.Context) error {
	g.storing.Lock()
	defer g.storing.Unlock()
	g.mu.Lock()
	unsaved, now, known := g.unsaved, g.pause, g.turn
	g.mu.Unlock()
	if unsaved {
		swapped, err := g.rows.swap(ctx, known, now)
		if swapped {
			g.mu.Lock()
			g.turn, g.unsaved = known+1, false
			g.mu.Unlock()
		}
		if err != nil || swapped {
			return err
		}
	}
	return g.adopt(ctx)
}

// current is the pause as it is known.
func (g *gate) current() pause {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pause
}

// isLocal reports whether the pause is this process's alone.
func (g *gate) isLocal() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.local
}

// store makes next the pause, here and, where it concerns all processes, in the database. It is false, and what the database
// has is the pause, when another process has changed it meanwhile. Where the database cannot be written, the pause holds
// here, and sync tries again.
func (g *gate) store(ctx context.Context, next pause, durable bool) bool {
	g.mu.Lock()
	turn, unsaved := g.turn, false
	g.mu.Unlock()
	if durable {
		ctx = context.WithoutCancel(ctx)
		swapped, err := g.rows.swap(ctx, turn, next)
		if err == nil && !swapped {
			if err = g.adopt(ctx); err == nil {
				return false
			}
		}
		if unsaved = err != nil; unsaved {
			g.logger.Warn("the pause of the deliveries could not be written to the database", "error", err)
		} else {
			turn++
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn, g.unsaved = turn, unsaved
	if durable {
		g.kept = next.Cause != nil
	}
	g.become(next, !durable && next.Cause != nil)
	return true
}

// adopt makes what the database has the pause. Its times are made those of this process's clock, so that a clock that was
// set back makes nobody wait longer than the longest pause.
func (g *gate) adopt(ctx context.Context) error {
	turn, next, err := g.rows.load(ctx)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if turn == g.turn {
		return nil
	}
	if next.Cause != nil {
		next.Next = time.Now().Add(min(time.Until(next.Next), g.backoffOf(next).longest))
	}
	g.turn, g.unsaved, g.kept = turn, false, next.Cause != nil
	g.become(next, false)
	return nil
}

func (g *gate) become(next pause, local bool) {
	if next.Cause != nil {
		g.shuts++
	}
	g.pause, g.local, g.looking = next, local, false
	g.announce()
}

func (g *gate) backoffOf(p pause) backoff {
	if p.Login {
		return g.login
	}
	return g.away
}

func (g *gate) announce() {
	close(g.changed)
	g.changed = make(chan struct{})
}
