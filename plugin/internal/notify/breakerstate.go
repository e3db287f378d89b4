package notify

import (
	"bytes"
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

// Bounds of what a service that holds keys is asked for, which costs a pause nothing but that other processes do not
// notice as soon that settings were saved.
const (
	sealLimit     = 5 * time.Second
	identifyLimit = time.Second // The claim has to be kept meanwhile.
	identifyAgain = 10 * time.Second
)

// lock holds the pause until unlock, even if ctx has ended: what was found out is not to be lost.
func (b *breaker) lock(ctx context.Context) { _ = b.storing.Acquire(context.WithoutCancel(ctx), 1) }

func (b *breaker) unlock() { b.storing.Release(1) }

// beginProbe writes down that this process probes. It is false when another one does, the pause is over, or ctx has
// ended.
func (b *breaker) beginProbe(ctx context.Context) (let permit, mine bool) {
	if b.storing.Acquire(ctx, 1) == nil {
		defer b.unlock()
		next := b.current()
		if next.Cause != nil {
			next.Next, next.Looks = time.Now().Add(b.backoffOf(next).after(next.Looks)), next.Looks+1
			mine = b.store(ctx, next, !b.isLocal())
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = mine
	if !mine {
		b.announce()
	}
	return permit{trips: b.trips, probe: true}, mine
}

// reset closes the breaker, whatever it was open for. It reports whether it was open.
func (b *breaker) reset(ctx context.Context) bool {
	b.lock(ctx)
	defer b.unlock()
	for {
		b.mu.Lock()
		open, kept := b.pause.Cause != nil, b.kept
		b.mu.Unlock()
		if !open {
			return false
		}
		if b.store(ctx, pause{Since: time.Now()}, kept) {
			return true
		}
	}
}

// trip opens the breaker for the cause, which a delivery with the settings of the version has met. An empty version is
// that of a process without settings, which is its own affair.
func (b *breaker) trip(ctx context.Context, p permit, cause finding.Finding, loginRefused bool, version string) {
	if b.open(ctx, p, cause, loginRefused, version) && version != "" {
		b.addVersion(ctx, version)
	}
}

// open reports whether the pause lacks the sealed version afterwards.
func (b *breaker) open(ctx context.Context, p permit, cause finding.Finding, loginRefused bool, version string) bool {
	b.lock(ctx)
	defer b.unlock()
	for {
		before := b.current()
		if before.Cause != nil && !b.isProbe(p) {
			return false // Others have met the same at the same time.
		}
		next := b.opening(cause, loginRefused)
		next.version, next.Version = version, nil
		if before.version == version {
			next.Version = before.Version
		}
		if b.store(ctx, next, version != "") {
			return len(next.Version) == 0
		}
	}
}

// addVersion writes down which settings the pause is for, after it has begun: a service that holds keys may take its
// time to seal that, and meanwhile nothing is to be tried. Without it the pause is as good for this process, and holds
// until the next probe for the others.
func (b *breaker) addVersion(ctx context.Context, version string) {
	limited, cancel := context.WithTimeout(ctx, sealLimit)
	defer cancel()
	sealed, err := b.rows.seal(limited, version)
	if err != nil {
		b.logger.Warn("the settings that a pause is for could not be written down with it", "error", err)
		return
	}
	b.lock(ctx)
	defer b.unlock()
	b.mu.Lock()
	turn, unsaved, next := b.turn, b.unsaved, b.pause
	b.mu.Unlock()
	if next.Cause == nil || next.version != version || len(next.Version) > 0 {
		return
	}
	next.Version = sealed
	swapped := false
	if !unsaved { // Otherwise sync writes it down.
		if swapped, err = b.rows.swap(context.WithoutCancel(ctx), turn, next); err != nil || !swapped {
			return // Another process has changed the pause, or the next sync finds out what is the matter.
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pause.Version = sealed
	if swapped {
		b.turn++
	}
}

// release takes back a probe that has found out nothing about the server.
func (b *breaker) release(ctx context.Context, p permit) {
	if !b.isProbe(p) {
		return
	}
	b.lock(ctx)
	defer b.unlock()
	if !b.isProbe(p) {
		return
	}
	next := b.current()
	next.Next, next.Looks = time.Now(), max(next.Looks-1, 1)
	b.store(ctx, next, !b.isLocal())
}

// sync takes over what other processes have found out, and writes down what could not be written before.
func (b *breaker) sync(ctx context.Context) error {
	if err := b.reconcile(ctx); err != nil {
		return err
	}
	b.identifyVersion(ctx)
	return nil
}

func (b *breaker) reconcile(ctx context.Context) error {
	if err := b.storing.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.unlock()
	b.mu.Lock()
	unsaved, now, known := b.unsaved, b.pause, b.turn
	b.mu.Unlock()
	if unsaved {
		swapped, err := b.rows.swap(ctx, known, now)
		if swapped {
			b.mu.Lock()
			b.turn, b.unsaved = known+1, false
			b.mu.Unlock()
		}
		if err != nil || swapped {
			return err
		}
	}
	return b.adopt(ctx)
}

// store makes next the pause, in the database as well if it is durable. It is false when another process has changed
// the pause meanwhile; then that one is adopted. storing is held.
func (b *breaker) store(ctx context.Context, next pause, durable bool) bool {
	b.mu.Lock()
	turn, unsaved := b.turn, false
	b.mu.Unlock()
	if durable {
		ctx = context.WithoutCancel(ctx)
		swapped, err := b.rows.swap(ctx, turn, next)
		if err == nil && !swapped {
			if err = b.adopt(ctx); err == nil {
				return false
			}
		}
		if unsaved = err != nil; unsaved {
			b.logger.Warn("the pause of the deliveries could not be written to the database", "error", err)
		} else {
			turn++
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn, b.unsaved = turn, unsaved
	if durable {
		b.kept = next.Cause != nil
	}
	b.become(next, !durable && next.Cause != nil)
	return true
}

// adopt makes what the database has the pause. Its times are made those of this process's clock, so that a clock that
// was set back makes no delivery wait longer than the longest pause. storing is held.
func (b *breaker) adopt(ctx context.Context) error {
	turn, next, err := b.rows.load(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if turn == b.turn {
		return nil
	}
	if next.Cause != nil {
		next.Next = time.Now().Add(min(time.Until(next.Next), b.backoffOf(next).longest))
	}
	if len(next.Version) > 0 && bytes.Equal(next.Version, b.pause.Version) {
		next.version = b.pause.version
	}
	b.turn, b.unsaved, b.kept, b.identify = turn, false, next.Cause != nil, time.Time{}
	b.become(next, false)
	return nil
}

// identifyVersion opens the version of the settings that a pause of another process is for. One that cannot be opened,
// after the key was lost, is compared with nothing: the pause goes on until its next probe. No lock is held meanwhile:
// a service that holds the key may not answer.
func (b *breaker) identifyVersion(ctx context.Context) {
	b.mu.Lock()
	turn, sealed := b.turn, b.pause.Version
	due := len(sealed) > 0 && b.pause.version == "" && !time.Now().Before(b.identify)
	if due {
		b.identify = time.Now().Add(identifyAgain)
	}
	b.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, identifyLimit)
	defer cancel()
	version, err := b.rows.open(ctx, sealed)
	if err != nil {
		b.logger.Debug("the settings that a pause is for cannot be told", "error", err)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.turn == turn {
		b.pause.version = version
	}
}

func (b *breaker) become(next pause, local bool) {
	if next.Cause != nil {
		b.trips++
	}
	b.pause, b.local, b.probing = next, local, false
	b.announce()
}

func (b *breaker) announce() {
	close(b.changed)
	b.changed = make(chan struct{})
}
