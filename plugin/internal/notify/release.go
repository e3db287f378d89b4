package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// errHeldAnew means that what is held is not what was to be released, or not in this way any more.
var errHeldAnew = errors.New("notifications were held anew, or another user has released them otherwise")

// heldRelease releases all that is held, part by part: what is released is delivered while the others still are held.
// What was interrupted leaves them held, and the next release goes on with them.
type heldRelease struct {
	queue *queue
	store *store.Store
	what  shared.Operation
	by    operated
	note  hold // of what is released
	noted bool // there is one
	count int64
}

// ReleaseHeld delivers or discards what is held, and returns how many notifications it were. What is still being held
// is held first.
func (s *Service) ReleaseHeld(ctx context.Context,
	request shared.ReleaseHeldRequest) (shared.ReleaseHeldResult, error) {
	one := heldRelease{queue: s.queue, store: s.configuration.Store, what: shared.OperationDiscardHeld}
	if request.Deliver {
		one.what = shared.OperationDeliverHeld
	}
	one.by = s.newOperated(request.Actor, one.what)
	_, err := s.finishHold(ctx)
	if err == nil {
		err = one.begin(ctx)
	}
	for last := int64(0); err == nil && last < math.MaxInt64; {
		last, err = one.next(ctx, last)
	}
	if one.count > 0 || err == nil {
		s.configuration.Logger.Info("notifications that were held are released", "actor", request.Actor,
			"delivered", request.Deliver, "notifications", one.count)
	}
	if err != nil && one.count > 0 {
		err = fmt.Errorf("%d notifications were released, and the others are still held: %w", one.count, err)
	}
	return shared.ReleaseHeldResult{Count: one.count}, err
}

// begin notes what is being done. A release that does something else ends with it.
func (r *heldRelease) begin(ctx context.Context) error {
	return r.store.Together(ctx, true, func(transaction *sql.Tx) (err error) {
		r.note = hold{}
		if r.noted, err = store.ReadState(ctx, transaction, stateHeld, &r.note); err != nil || !r.noted {
			return err
		}
		if r.note.unfinished() {
			return errHolding
		}
		r.note.Release = r.what
		return store.WriteState(ctx, transaction, stateHeld, r.note)
	})
}

// next releases the part that follows an id, and returns the id up to which everything is released then.
func (r *heldRelease) next(ctx context.Context, after int64) (last int64, err error) {
	some, err := r.queue.nextHeld(ctx, after)
	if err != nil {
		return after, err
	}
	began, count := time.Now(), int64(0)
	err = r.store.Together(ctx, true, func(transaction *sql.Tx) error {
		if err := r.check(ctx, transaction); err != nil {
			return err
		}
		if count, err = r.queue.releasePart(ctx, transaction, r.what, some.ids, r.by); err != nil {
			return err
		}
		if some.upTo < math.MaxInt64 {
			return nil
		}
		holds, err := r.queue.holdsAny(ctx, transaction)
		if err != nil || holds {
			return err
		}
		return store.DropState(ctx, transaction, stateHeld)
	})
	if err != nil {
		return after, err
	}
	if r.count += count; some.upTo < math.MaxInt64 {
		leaveToOthers(ctx, r.store, time.Since(began))
	}
	return some.upTo, nil
}

// check holds that what is held is still that which is released, and in the same way.
func (r *heldRelease) check(ctx context.Context, transaction *sql.Tx) error {
	var note hold
	noted, err := store.ReadState(ctx, transaction, stateHeld, &note)
	if err != nil {
		return err
	}
	if !noted && r.noted {
		return nil // Another process that does the same has just ended.
	}
	if noted != r.noted || !note.At.Equal(r.note.At) || note.Release != r.note.Release {
		return errHeldAnew
	}
	return nil
}
