package notify

import (
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/semaphore"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

// breaker is the circuit breaker of the deliveries. It is open while the server is away or refuses the login: trying
// each message would burn its attempts and lock the account. After a while one delivery is admitted as a probe; when
// the server takes it, or when other settings are saved, the breaker is closed again, and otherwise the next probe
// waits longer.
//
// The pause is kept in the database, so that it outlives the process and all processes keep the same one. A probe is
// written down before it begins, as if it had failed: a process that dies on it has had it.
type breaker struct {
	away, login backoff
	rows        pauses
	logger      hclog.Logger

	// storing is held while the pause is changed: what is changed in the database and in memory must not fall apart. It is
	// not held while a service that holds keys is asked.
	storing *semaphore.Weighted

	mu       sync.Mutex
	stopped  bool
	turn     int64         // of the pause that is known
	unsaved  bool          // the pause could not be written yet
	kept     bool          // the database has a pause
	local    bool          // the pause concerns this process only
	pause    pause         // times in it are by this process's clock
	trips    int           // how often the breaker has opened
	probing  bool          // a probe is under way
	identify time.Time     // when the version of a pause may be opened again that could not be
	changed  chan struct{} // closed, and replaced, at every change
}

// permit is what a delivery was admitted with. It is valid until the breaker opens again.
type permit struct {
	trips int
	probe bool
}

// newBreaker makes the pauses from the wait after a refused message: a sixth of it when the server is away, twice as
// long when the login was refused.
func newBreaker(retryAfter time.Duration, rows pauses, logger hclog.Logger) *breaker {
	return &breaker{
		away:    backoff{first: retryAfter / 6, longest: 2 * retryAfter},
		login:   backoff{first: 2 * retryAfter, longest: 30 * retryAfter},
		rows:    rows,
		logger:  logger,
		storing: semaphore.NewWeighted(1),
		changed: make(chan struct{}),
	}
}

// longestWait is how long a delivery waits for the breaker before it goes back to the queue. On its way it notices when
// another process has saved other settings, so no message waits much longer than this for them.
const longestWait = 5 * time.Second

// admit returns when the delivery may go on; false means that it must go back to the queue.
func (b *breaker) admit(ctx context.Context) (permit, bool) {
	patience := time.NewTimer(longestWait)
	defer patience.Stop()
	for {
		b.mu.Lock()
		let, wait, changed := permit{trips: b.trips}, time.Until(b.pause.Next), b.changed
		switch {
		case b.stopped:
			b.mu.Unlock()
			return permit{}, false
		case b.pause.Cause == nil:
			b.mu.Unlock()
			return let, true
		case b.probing:
			wait = longestWait
		case wait <= 0:
			b.probing = true
			b.mu.Unlock()
			if let, mine := b.beginProbe(ctx); mine {
				return let, true
			}
			if ctx.Err() != nil {
				return permit{}, false
			}
			continue
		}
		b.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-changed:
		case <-timer.C:
		case <-patience.C:
			timer.Stop()
			return permit{}, false
		case <-ctx.Done():
			timer.Stop()
			return permit{}, false
		}
		timer.Stop()
	}
}

// valid reports whether a permit still is: a delivery that waited for a connection while the breaker opened must not
// try as well.
func (b *breaker) valid(p permit) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.trips == b.trips
}

// succeeded closes the breaker for a delivery that the server took. It reports whether it was open. A delivery that was
// under way when it opened says nothing about the cause, so it does not close it.
func (b *breaker) succeeded(ctx context.Context, p permit) bool {
	b.mu.Lock()
	open := b.pause.Cause != nil && p.trips == b.trips
	b.mu.Unlock()
	return open && b.reset(ctx)
}

// openFor reports whether the breaker is open for other settings than those of the version. Just after a save, saved,
// that is assumed where the database does not tell for which, and while a probe is under way.
func (b *breaker) openFor(version string, saved bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.pause.Cause == nil || b.probing && !saved:
		return false
	case b.local:
		return true
	case b.pause.version == "":
		return saved
	default:
		return subtle.ConstantTimeCompare([]byte(b.pause.version), []byte(version)) == 0
	}
}

// stop admits nothing any more.
func (b *breaker) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.announce()
}

// current is the pause; its cause is nil while the breaker is closed.
func (b *breaker) current() pause {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pause
}

func (b *breaker) isLocal() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.local
}

// isProbe reports whether the permit is that of the probe that is under way, and the pause is still the same.
func (b *breaker) isProbe(p permit) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.probe && p.trips == b.trips && b.pause.Cause != nil
}

func (b *breaker) backoffOf(p pause) backoff {
	if p.Login {
		return b.login
	}
	return b.away
}

// opening makes the pause that begins, or goes on, for the cause.
func (b *breaker) opening(cause finding.Finding, loginRefused bool) pause {
	next := b.current()
	if next.Cause == nil {
		next = pause{Since: time.Now(), Looks: 1}
	}
	next.Cause, next.Login = &cause, loginRefused
	next.Next = time.Now().Add(b.backoffOf(next).after(next.Looks - 1))
	return next
}
