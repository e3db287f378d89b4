package notify

import (
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/semaphore"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
)

// breaker is the circuit breaker of the deliveries. It is open while the server is away or refuses the login or every
// message: trying each one would burn its attempts and lock the account. After a while one delivery is admitted as a
// probe; when the server takes it, or when other settings are saved, the breaker is closed again, and otherwise the
// next probe waits longer. What is decided when, is a matter of the policy; this keeps its state.
//
// The pause is kept in the database, so that it outlives the process and all processes keep the same one. A probe is
// written down before it begins, as if it had failed: a process that dies on it has had it.
type breaker struct {
	policy policy.Policy
	clock  *databaseClock // of the times in the pause
	rows   pauses
	logger hclog.Logger
	// better reports whether a message waits in the queue that is better as a probe, and brings it forward; nil when none
	// is.
	better func(context.Context, policy.State, policy.Message) bool

	// storing is held while the pause is changed: what is changed in the database and in memory must not fall apart. It is
	// not held while a service that holds keys is asked.
	storing *semaphore.Weighted

	// judging is held while a refusal is judged, which is written down: meanwhile no other message is sent.
	judging sync.RWMutex

	mu       sync.Mutex
	stopped  bool
	turn     int64 // of the pause that is known
	unsaved  bool  // the pause could not be written yet
	kept     bool  // the database has a pause
	local    bool  // the pause concerns this process only
	pause    pause
	trips    int           // how often the breaker has opened
	probing  bool          // a probe is under way
	identify time.Time     // when the version of a pause may be opened again that could not be
	changed  chan struct{} // closed, and replaced, at every change
	waiting  map[*policy.Message]bool
	prefer   time.Time // until then only the best probe is admitted
}

// permit is what a delivery was admitted with. It is valid until the breaker opens again.
type permit struct {
	trips   int
	probe   bool
	attempt policy.Attempt
	// until is when a delivery that was not admitted may ask again; zero means soon.
	until time.Time
}

// newBreaker makes the pauses from the wait after a refused message.
func newBreaker(retryAfter time.Duration, rows pauses, logger hclog.Logger) *breaker {
	return &breaker{
		policy:  policy.New(retryAfter),
		rows:    rows,
		logger:  logger,
		storing: semaphore.NewWeighted(1),
		changed: make(chan struct{}),
		waiting: map[*policy.Message]bool{},
	}
}

// longestWait is how long a delivery waits for the breaker before it goes back to the queue. On its way it notices when
// another process has saved other settings, so no message waits much longer than this for them.
const longestWait = 5 * time.Second

// admit returns when the attempt may go on; false means that the message must go back to the queue.
func (b *breaker) admit(ctx context.Context, attempt policy.Attempt) (permit, bool) {
	patience := time.NewTimer(longestWait)
	defer patience.Stop()
	defer b.wait(&attempt.Message)()
	for {
		let, wait, changed := b.ask(ctx, attempt)
		if wait == 0 {
			return let, let.attempt.ID != ""
		}
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

// wait has the message counted among those that wait.
func (b *breaker) wait(m *policy.Message) (leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[m] = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, m)
	}
}

// ask reports how long to wait before the next question, or until changed is closed; 0 when it is decided. Where the
// attempt is not admitted then, the permit has none.
func (b *breaker) ask(ctx context.Context,
	attempt policy.Attempt) (let permit, wait time.Duration, changed <-chan struct{}) {
	b.mu.Lock()
	now := b.clock.Now()
	changed, wait = b.changed, b.pause.Next.Sub(now)
	attempt.Began, attempt.Trips = now, b.pause.Trips
	let = permit{trips: b.trips, attempt: attempt}
	switch {
	case b.stopped:
		b.mu.Unlock()
		return permit{}, 0, nil
	case b.pause.Cause == nil && len(b.pause.Held) == 0:
		b.mu.Unlock()
		return let, 0, nil
	case b.pause.Cause == nil:
		b.mu.Unlock()
		return b.askHeld(ctx, let), 0, nil
	case b.probing:
		b.mu.Unlock()
		return let, longestWait, changed
	case !b.policy.Due(b.pause.State, now):
		b.mu.Unlock()
		return let, wait, changed
	case b.pause.Rank(attempt.Message) > 0 && now.Before(b.prefer) && b.prefer.Sub(now) <= preferAgain:
		wait = b.prefer.Sub(now)
		b.mu.Unlock()
		return let, wait, changed
	}
	b.probing = true
	b.mu.Unlock()
	let, mine := b.beginProbe(ctx, let)
	switch {
	case mine:
		return let, 0, nil
	case ctx.Err() != nil:
		return permit{}, 0, nil
	default:
		return let, time.Millisecond, changed
	}
}

// valid reports whether a permit still is: a delivery that waited for a connection while the breaker opened must not
// try as well. It waits until what others have just met is judged.
func (b *breaker) valid(p permit) bool {
	b.judging.RLock()
	defer b.judging.RUnlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.trips == b.trips
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

// isProbing reports whether this process looks just now.
func (b *breaker) isProbing() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.probing
}

// isProbe reports whether the permit is that of the probe that is under way, and the pause is still the same.
func (b *breaker) isProbe(p permit) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.probes(p)
}

// probes is isProbe for a caller that holds mu.
func (b *breaker) probes(p permit) bool {
	return p.probe && p.trips == b.trips && b.pause.Cause != nil
}
