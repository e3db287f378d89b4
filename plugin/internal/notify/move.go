package notify

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// Moved is how much a move has copied.
type Moved struct{ Revisions, Notifications int64 }

// MoveProgress is told how much of a table is copied.
type MoveProgress func(table string, done, all int64)

// MoveTo copies everything into the database of another service and has this one not used any more. Neither service was
// started. It refuses, and changes nothing, while a process delivers from one of the databases, and when the other one
// holds something else. What was interrupted is completed by the same call; what is complete is left as it is.
func (s *Service) MoveTo(ctx context.Context, other *Service, actor string, progress MoveProgress) (Moved, error) {
	source, target := s.configuration.Store, other.configuration.Store
	if source.Place() == target.Place() {
		return Moved{}, fmt.Errorf("%s is where everything is already", target.Place())
	}
	for _, one := range []*Service{s, other} {
		release, err := one.Quiesce(ctx)
		if err != nil {
			return Moved{}, err
		}
		defer release()
	}
	move, resumed, err := s.planMove(ctx, other, actor)
	if err != nil {
		return Moved{}, err
	}
	if origin, err := target.Origin(ctx); err != nil || origin.ID == move.ID {
		return Moved{}, errors.Join(err, source.CompleteMove(ctx, move))
	}
	if !resumed {
		if err := s.beginMove(ctx, move); err != nil {
			return Moved{}, err
		}
	}
	if err := s.copyStates(ctx, target); err != nil {
		return Moved{}, s.giveUpMove(ctx, target, move, resumed, err)
	}
	copied, err := source.CopyTo(ctx, target, move, treatments(), progress)
	if err != nil {
		return Moved{}, s.giveUpMove(ctx, target, move, resumed, err)
	}
	return Moved{Revisions: copied["settings_revision"], Notifications: copied[jobTable]}, source.CompleteMove(ctx, move)
}

// planMove is the move that is to be made, or that was interrupted, which resumed tells.
func (s *Service) planMove(ctx context.Context, other *Service,
	actor string) (move store.Move, resumed bool, err error) {
	source, target := s.configuration.Store, other.configuration.Store
	var before *store.MovedError
	if err := source.Moved(ctx); err != nil && (!errors.As(err, &before) || before.To != target.Place()) {
		return move, false, err
	}
	if err := target.Moved(ctx); err != nil {
		return move, false, err
	}
	origin, err := target.Origin(ctx)
	if err != nil {
		return move, false, err
	}
	if before != nil && origin.ID == before.ID {
		return before.Move, true, nil
	}
	newest, err := target.Current(ctx)
	if err != nil {
		return move, false, err
	}
	jobs, err := other.queue.hasJobs(ctx)
	if err != nil {
		return move, false, err
	}
	if jobs || newest.Revision.Number > 0 || origin.ID != "" {
		return move, false, fmt.Errorf("%s holds settings or notifications already, and a move needs an empty database; "+
			"nothing was changed", target.Place())
	}
	if before != nil {
		return before.Move, true, nil
	}
	return store.Move{
		ID: rand.Text(), From: source.Place(), To: target.Place(), Actor: actor, At: s.clock.Now().UTC(),
	}, false, nil
}

// beginMove has nobody use the database any more.
func (s *Service) beginMove(ctx context.Context, move store.Move) error {
	// What a dead process was sending is done again by the other database.
	if err := s.queue.recover(ctx, anyOwner, s.abandoned); err != nil {
		return fmt.Errorf("what was under way when the last process died cannot be taken over: %w", err)
	}
	if err := s.guard(ctx, move); err != nil {
		return err
	}
	if s.configuration.Store.Pool() == nil {
		return nil // This process has the claim.
	}
	if _, err := s.Quiesce(ctx); err != nil { // A process has begun just before the guard.
		return errors.Join(err, s.unguard(ctx, nothing))
	}
	return nil
}

// renewalWait is after how long a move looks again whether a sign-in is still being renewed.
const renewalWait = 200 * time.Millisecond

// guard has nobody write to the database any more. A sign-in that is being renewed is waited for: what comes of it
// could not be stored any more, and the provider takes the token of before only once.
func (s *Service) guard(ctx context.Context, move store.Move) error {
	for {
		if err := s.configuration.Store.Guard(ctx, move, treatments()); !errors.Is(err, store.ErrRenewing) {
			return err
		}
		select {
		case <-time.After(renewalWait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func nothing(*sql.Tx) error { return nil }

func (s *Service) unguard(ctx context.Context, do func(*sql.Tx) error) error {
	return s.configuration.Store.Unguard(context.WithoutCancel(ctx), treatments(), do)
}

// giveUpMove has a database used again of which nothing has reached the other one. Where that cannot be told, or the
// move was interrupted before, it stays as it is.
func (s *Service) giveUpMove(
	ctx context.Context, target *store.Store, move store.Move, resumed bool, failure error,
) error {
	if resumed {
		return failure
	}
	origin, err := target.Origin(context.WithoutCancel(ctx))
	if err != nil {
		return errors.Join(failure, err)
	}
	if origin.ID == move.ID {
		return s.configuration.Store.CompleteMove(ctx, move) // Only the answer to the commit was lost.
	}
	return errors.Join(fmt.Errorf("nothing was moved: %w", failure), s.unguard(ctx, nothing))
}

// UndoMove has a database used again that was moved, or was to be. What waits in it is held where the other database
// may have delivered it; held is how much that is. What was interrupted is completed by the same call, or by the
// process that delivers next.
func (s *Service) UndoMove(ctx context.Context, actor string) (held int64, err error) {
	release, err := s.Quiesce(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	var moved *store.MovedError
	if err := s.configuration.Store.Moved(ctx); !errors.As(err, &moved) {
		return s.undoRest(ctx, err)
	}
	var begun hold
	err = s.unguard(ctx, func(transaction *sql.Tx) error {
		if !moved.Complete {
			return nil
		}
		if err := store.DoubtGrants(ctx, transaction); err != nil {
			return err
		}
		begun, err = s.beginHoldOfMove(ctx, transaction, moved.At)
		return err
	})
	if err != nil {
		return 0, err
	}
	if begun.unfinished() {
		begun, err = s.finishHold(ctx)
	}
	s.configuration.Logger.Warn("a move to another database was undone", "actor", actor, "to", moved.To, "held",
		begun.Count)
	return begun.Count, err
}

// undoRest completes what an undoing that was interrupted has left. refused is why the database was not moved; nil when
// it simply was not.
func (s *Service) undoRest(ctx context.Context, refused error) (held int64, err error) {
	var why hold
	if refused == nil {
		_, err = store.ReadState(ctx, s.configuration.Store.Reader(), stateHeld, &why)
	}
	if refused != nil || err != nil || !why.Moved || !why.unfinished() {
		return 0, errors.Join(refused, err, fmt.Errorf("%s was not moved", s.configuration.Store.Place()))
	}
	why, err = s.finishHold(ctx)
	return why.Count, err
}

func (s *Service) beginHoldOfMove(ctx context.Context, transaction *sql.Tx, at time.Time) (hold, error) {
	now, err := s.pulse.now(ctx, transaction)
	if err != nil {
		return hold{}, err
	}
	begun, err := s.queue.beginHold(ctx, transaction, hold{Since: at, At: now, Moved: true, Seen: now})
	if err != nil || !begun.unfinished() {
		return hold{}, err
	}
	return begun, store.WriteState(ctx, transaction, stateHeld, begun)
}

// movedStates are what database_state has that goes with the notifications: why what is held is, and the hold that is
// not complete; who has purged what; whether the settings work, so that a login that was refused is not tried again;
// and what was learned of how much the server takes.
var movedStates = []string{stateHeld, statePurges, store.StateHealth, stateFlow}

// copyStates copies them, and the sign-ins: a ticket that was used is not to be used again beside the grant that it has
// brought, and who is at the provider comes back to the other database.
func (s *Service) copyStates(ctx context.Context, target *store.Store) error {
	signIns, err := s.configuration.Store.SignInStates(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(movedStates, signIns) {
		var document json.RawMessage
		found, err := store.ReadState(ctx, s.configuration.Store.Reader(), name, &document)
		switch {
		case err != nil:
		case found:
			err = store.WriteState(ctx, target.DB(), name, document)
		default:
			err = store.DropState(ctx, target.DB(), name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
