package notify

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// beatEvery is how often the database is noted to be in use, at most.
const beatEvery = time.Minute

// stateHeartbeat is the name of what database_state has of it.
const stateHeartbeat = "heartbeat"

// heartbeatNote is when the database was last used, by its own clock: those of the processes differ. Older versions
// note the time only, by theirs.
type heartbeatNote struct {
	At time.Time `json:"at"`
	// Count is how often that was noted. It is less than what a process knows where an older state was put back, and
	// nowhere else, however the clocks are set.
	Count int64 `json:"count,omitempty"`
	// Node is the process that noted it.
	Node string `json:"node,omitempty"`
}

// pulse notes that the database is in use, and finds out when it was not: a backup that was restored holds what has
// been delivered since, so what waits in it is held.
type pulse struct {
	store  *store.Store
	queue  *queue
	node   string
	rescue func(ctx context.Context) error                                 // takes over what dead processes were sending
	held   func(why hold)                                                  // is told of what was held
	lives  func(ctx context.Context, node string) (bool, error)            // whether that process says that it does
	now    func(ctx context.Context, in store.Executor) (time.Time, error) // of the database
	ending func() bool                                                     // this process ends
	margin time.Duration                                                   // 0 or less holds nothing
	look   time.Duration                                                   // how long one look holds what waits

	mu      sync.Mutex
	last    heartbeatNote // the newest that this process has seen since it began; zero before
	tried   time.Time     // when it was compared with what the database has, and
	trouble error         // why that failed
	known   time.Time     // the newest hold that this process knows of

	// By the clock of this process:
	looked  atomic.Pointer[time.Time] // when it was compared and did not fail
	holding atomic.Pointer[time.Time] // when something was held
}

// errUsedByOther means that a process that lives has not noted for long that it uses the database. It does so within a
// minute, or finds out that an older state was put back.
var errUsedByOther = errors.New("another process has to find out first whether the database was restored")

// beat compares what the database has with what this process knows of it, and notes now and then that it is in use. It
// is called before anything is delivered, and regularly after.
func (p *pulse) beat(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lookNow(ctx)
}

// sureFor is how long a look holds for the deliveries that begin.
const sureFor = 2 * tendInterval

// sure is beat where the last look was not just now. A database that is restored is away for a moment, so that no look
// can be taken: nothing is sent from it before it was looked at.
func (p *pulse) sure(ctx context.Context) error {
	if p.lookedJustNow() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.trouble != nil && elapsed(p.tried) < tendInterval:
		return p.trouble
	case p.lookedJustNow():
		return nil
	}
	return p.lookNow(ctx)
}

func (p *pulse) lookedJustNow() bool {
	looked := p.looked.Load()
	return looked != nil && elapsed(*looked) < sureFor
}

// heldSince reports whether something was held since a time, by this process's clock.
func (p *pulse) heldSince(t time.Time) bool {
	holding := p.holding.Load()
	return holding != nil && holding.After(t)
}

func (p *pulse) lookNow(ctx context.Context) error {
	began := time.Now()
	p.trouble = p.compare(ctx)
	if p.tried = time.Now(); p.trouble == nil {
		p.looked.Store(&began)
	}
	return p.trouble
}

// use is what the database says of its use.
type use struct {
	beats     bool // there is a heartbeat
	heartbeat heartbeatNote
	hold      hold
}

func readUse(ctx context.Context, in store.Executor) (read use, err error) {
	if read.beats, err = store.ReadState(ctx, in, stateHeartbeat, &read.heartbeat); err != nil {
		return read, err
	}
	_, err = store.ReadState(ctx, in, stateHeld, &read.hold)
	return read, err
}

func (p *pulse) compare(ctx context.Context) error {
	now, err := p.now(ctx, p.store.Reader())
	if err != nil {
		return err
	}
	found, err := readUse(ctx, p.store.Reader())
	if err != nil {
		return err
	}
	p.learn(found.hold)
	switch age := now.Sub(found.heartbeat.At); {
	case found.beats && p.stale(found.heartbeat, now), found.hold.unfinished():
		return p.begin(ctx, found.heartbeat)
	case p.last.At.IsZero(), age < 0, age >= p.interval():
		return p.note(ctx)
	}
	if found.heartbeat.Count >= p.last.Count {
		p.last = found.heartbeat
	}
	return nil
}

// learn has this process send nothing that it took before another one held it.
func (p *pulse) learn(why hold) {
	if why.At.IsZero() || why.At.Equal(p.known) {
		return
	}
	if p.known = why.At; !p.last.At.IsZero() {
		p.holds()
	}
}

// holds notes that something is held, by the clock of this process.
func (p *pulse) holds() {
	at := time.Now()
	p.holding.Store(&at)
}

// begin notes the use of a database that was not in use.
func (p *pulse) begin(ctx context.Context, noted heartbeatNote) error {
	if p.last.At.IsZero() && noted.Node != p.node {
		if used, err := p.lives(ctx, noted.Node); err != nil || used { // Its clock was set, for instance.
			return errors.Join(err, errUsedByOther)
		}
	}
	if err := p.rescue(ctx); err != nil { // Those that were sending have died long ago.
		return err
	}
	if err := store.DoubtGrants(ctx, p.store.DB()); err != nil {
		return err
	}
	return p.note(ctx)
}

// longestLook is how long one look holds what waits: the claim has to be kept, and to stop must not take long.
const longestLook = time.Second

// note notes the use, and holds what waits where there was none. That is noted first, so that what is accepted
// afterwards is not held; then it is held part by part, and the use is noted last: nobody delivers before. Several
// processes may do so at once, and each goes on where another one has ended.
func (p *pulse) note(ctx context.Context) error {
	var some portion
	for began, first := time.Now(), true; ; first = false {
		stepped := time.Now()
		why, err := p.step(ctx, some)
		if err != nil || !why.unfinished() {
			return err
		}
		p.holds()
		if !first && time.Since(began) >= p.look || p.ending() {
			return errHolding
		}
		leaveToOthers(ctx, p.store, time.Since(stepped))
		if some, err = p.queue.nextToHold(ctx, why); err != nil {
			return err
		}
	}
}

// step goes one step of note, and returns the hold that it is about.
func (p *pulse) step(ctx context.Context, some portion) (why hold, err error) {
	var next heartbeatNote
	ended := false
	err = p.store.Together(ctx, true, func(transaction *sql.Tx) error {
		now, err := p.now(ctx, transaction)
		if err != nil {
			return err
		}
		found, err := readUse(ctx, transaction)
		if err != nil {
			return err
		}
		if why, err = p.toHold(ctx, transaction, found, now); err != nil {
			return err
		}
		if why.unfinished() {
			if why, err = p.queue.hold(ctx, transaction, why, some, now); err != nil || why.unfinished() {
				return err
			}
			ended = true
		}
		next = heartbeatNote{At: now, Count: max(found.heartbeat.Count, p.last.Count) + 1, Node: p.node}
		return store.WriteState(ctx, transaction, stateHeartbeat, next)
	})
	if err != nil {
		return hold{}, err
	}
	if p.known = why.At; why.unfinished() {
		return why, nil
	}
	if p.last = next; ended {
		p.holds()
		p.held(why)
	}
	return why, nil
}

// toHold is the hold that goes on, or begins because the database was not in use; it is not unfinished when there is
// none of both. One that has begun is done with when the database was not in use since: what was accepted meanwhile may
// have been delivered from another state of it, and is held as well.
func (p *pulse) toHold(ctx context.Context, transaction *sql.Tx, found use, now time.Time) (hold, error) {
	before, stale := found.hold, found.beats && p.stale(found.heartbeat, now)
	running := !p.last.At.IsZero()
	switch {
	case !before.unfinished() && !stale:
		return before, nil
	case !before.unfinished():
		begun, err := p.queue.beginHold(ctx, transaction, hold{Since: found.heartbeat.At, At: now, Running: running})
		if err != nil || !begun.unfinished() {
			return before, err
		}
		return begun, nil
	case p.margin > 0 && now.Sub(before.Seen) > p.margin, stale && running && !before.Running:
		before.At, before.Running = now, before.Running || stale && running
		again, err := p.queue.beginHold(ctx, transaction, before)
		if err == nil && !again.unfinished() {
			err = store.WriteState(ctx, transaction, stateHeld, again)
		}
		return again, err
	default:
		return before, nil
	}
}

// stale reports whether the database has not been in use until now. A process that has used it itself knows what was
// noted last: what was noted before that was put back under it, and a process that was without its database for long is
// no stop.
func (p *pulse) stale(noted heartbeatNote, now time.Time) bool {
	if p.margin <= 0 {
		return false
	}
	if !p.last.At.IsZero() {
		return noted.Count < p.last.Count && p.last.At.Sub(noted.At) > p.margin
	}
	return now.Sub(noted.At) > p.margin
}

// interval is how often the database is noted to be in use: often enough for the margin.
func (p *pulse) interval() time.Duration {
	if p.margin <= 0 {
		return beatEvery
	}
	return min(beatEvery, p.margin/4)
}

func (s *Service) newPulse() *pulse {
	p := &pulse{
		store: s.configuration.Store, node: s.node, margin: time.Duration(s.configuration.RestoreMargin),
		now: clockOfProcess, queue: s.queue, ending: s.drain.stopping, look: longestLook,
		lives:  func(context.Context, string) (bool, error) { return false, nil }, // This process has the claim,
		rescue: func(context.Context) error { return nil },                        // and has done so before.
		held: func(why hold) {
			if !why.Moved {
				s.configuration.Logger.Warn("notifications are held, because the database has not been in use for long: it may be "+
					"a backup that was restored", "notifications", why.Count, "last_used", why.Since)
			}
		},
	}
	if s.configuration.Store.Pool() != nil {
		p.now = s.clock.read
		p.lives = func(ctx context.Context, node string) (bool, error) {
			return nodeLives(ctx, s.configuration.Store.DB(), node)
		}
		p.rescue = func(ctx context.Context) error {
			return s.queue.recover(ctx, s.queue.silentOwner(lease), s.abandoned)
		}
	}
	return p
}

// clockOfProcess is the clock of an embedded database.
func clockOfProcess(context.Context, store.Executor) (time.Time, error) { return time.Now().UTC(), nil }
