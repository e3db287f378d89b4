package notify

import (
	"bytes"
	"context"
	"reflect"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/shared"
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

// preferTime is how long a better probe is waited for, and preferAgain when it is looked for again.
const (
	preferTime  = 10 * time.Second
	preferAgain = time.Second
)

// beginProbe writes down that this process probes, with a message that is the best for it. It is false when another one
// does, the pause is over, or ctx has ended.
func (b *breaker) beginProbe(ctx context.Context, let permit) (permit, bool) {
	mine := false
	best := b.isBest(ctx, let.attempt.Message)
	if best && b.storing.Acquire(ctx, 1) == nil {
		defer b.unlock()
		if before := b.current(); before.Cause != nil {
			state, admission := b.policy.Admit(before.State, b.clock.Now(), let.attempt.Message, true)
			mine = admission.Probe && b.store(ctx, before.after(state, nil, ""), !b.isLocal())
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = mine
	if !best {
		b.prefer = b.clock.Now().Add(preferAgain)
	}
	if !mine {
		b.announce()
	}
	let.trips, let.probe, let.attempt.Probe, let.attempt.Trips = b.trips, mine, mine, b.pause.Trips
	return let, mine
}

// isBest reports whether no message waits that is a better probe.
func (b *breaker) isBest(ctx context.Context, m policy.Message) bool {
	b.mu.Lock()
	state := b.pause.State
	rank, least := state.Rank(m), state.Rank(m)
	for other := range b.waiting {
		least = min(least, state.Rank(*other))
	}
	b.mu.Unlock()
	switch {
	case rank == 0 || b.clock.Now().Sub(state.Next) > preferTime:
		return true
	case least < rank:
		return false
	default:
		return b.better == nil || !b.better(ctx, state, m)
	}
}

// askHeld decides about a message while some recipients' messages wait. The permit has no attempt if this one's do.
func (b *breaker) askHeld(ctx context.Context, let permit) permit {
	var admission policy.Admission
	b.update(ctx, nil, "", func(state policy.State, now time.Time) policy.State {
		state, admission = b.policy.Admit(state, now, let.attempt.Message, false)
		return state
	})
	if !admission.Go {
		return permit{until: admission.Until}
	}
	return let
}

// update changes the state, in the database as well where it does change.
func (b *breaker) update(
	ctx context.Context, cause *finding.Finding, version string, change func(policy.State, time.Time) policy.State,
) {
	state := b.current().State
	if reflect.DeepEqual(change(state, b.clock.Now()), state) {
		return
	}
	b.lock(ctx)
	defer b.unlock()
	for {
		before := b.current()
		next := change(before.State, b.clock.Now())
		if reflect.DeepEqual(next, before.State) || b.store(ctx, before.after(next, cause, version), !b.isLocal()) {
			return
		}
	}
}

// delivered tells that the server has taken a message.
func (b *breaker) delivered(ctx context.Context, p permit) (verdict policy.Verdict) {
	defer b.endProbe(p)
	b.update(ctx, nil, "", func(state policy.State, now time.Time) policy.State {
		state, verdict = b.policy.Delivered(state, now, p.attempt)
		return state
	})
	return verdict
}

// unanswered tells that a message was sent, and not answered.
func (b *breaker) unanswered(ctx context.Context, p permit) (verdict policy.Verdict) {
	defer b.endProbe(p)
	b.update(ctx, nil, "", func(state policy.State, now time.Time) policy.State {
		state, verdict = b.policy.Unanswered(state, now, p.attempt)
		return state
	})
	return verdict
}

// refused tells that a delivery with the settings of the version has failed for the cause, which the refusal sums up.
func (b *breaker) refused(
	ctx context.Context, p permit, refusal policy.Refusal, cause finding.Finding, version string,
) (verdict policy.Verdict) {
	defer b.endProbe(p)
	b.judging.Lock()
	b.update(ctx, &cause, version, func(state policy.State, now time.Time) policy.State {
		state, verdict = b.policy.Refused(state, now, p.attempt, refusal)
		return state
	})
	b.judging.Unlock()
	if now := b.current(); now.Cause != nil && now.version == version && len(now.Version) == 0 {
		b.addVersion(ctx, version)
	}
	return verdict
}

// endProbe lets another probe begin.
func (b *breaker) endProbe(p permit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probes(p) {
		b.probing = false
		b.announce()
	}
}

// reset closes the breaker, whatever it was open for, and forgets what was known.
func (b *breaker) reset(ctx context.Context) {
	b.lock(ctx)
	defer b.unlock()
	for {
		b.mu.Lock()
		before, kept := b.pause, b.kept
		b.mu.Unlock()
		next := pause{State: b.policy.Resume(before.State, b.clock.Now())}
		if before.Cause == nil && !before.Remembers() {
			return
		}
		if b.store(ctx, next, kept || before.Cause == nil) {
			return
		}
	}
}

// tripAlone opens the breaker for a cause that is this process's own affair.
func (b *breaker) tripAlone(ctx context.Context, p permit, cause finding.Finding) {
	defer b.endProbe(p)
	b.lock(ctx)
	defer b.unlock()
	before := b.current()
	if before.Cause != nil && !b.isProbe(p) {
		return // Others have met the same at the same time.
	}
	refusal := policy.Refusal{
		Code: cause.Code, Scope: shared.ScopeServer, Lasting: shared.LastingTemporary, Stage: policy.Opening,
	}
	state, _ := b.policy.Refused(before.State, b.clock.Now(), p.attempt, refusal)
	b.store(ctx, before.after(state, &cause, ""), false)
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
	before := b.current()
	b.store(ctx, before.after(b.policy.Release(before.State, b.clock.Now(), p.attempt), nil, ""), !b.isLocal())
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

// adopt makes what the database has the pause. A clock that was set back makes no delivery wait longer than the longest
// pause. storing is held.
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
	if longest := b.policy.LongestPause(next.State); next.Next.Sub(b.clock.Now()) > longest {
		next.Next = b.clock.Now().Add(longest)
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
	same := b.pause.sameProbe(next.State) // Only what was found out about the messages is another.
	if next.Cause != nil && !same {
		b.trips++
	}
	b.pause, b.local, b.probing = next, local, b.probing && same
	b.announce()
}

func (b *breaker) announce() {
	close(b.changed)
	b.changed = make(chan struct{})
}
