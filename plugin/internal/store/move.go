package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Move is a database's going to another place. Its database has it under "moved", the other one under "origin".
type Move struct {
	// ID is the same in both databases.
	ID string `json:"id"`
	// From and To are the places, for people.
	From  string    `json:"from"`
	To    string    `json:"to"`
	Actor string    `json:"actor"`
	At    time.Time `json:"at"`
	// Complete is false while everything is copied, and for good when that was interrupted.
	Complete bool `json:"complete"`
}

// The names of moves in database_state.
const (
	stateMoved  = "moved"
	stateOrigin = "origin"
)

// MovedError means that the database was moved, or was to be, and must not be used any more.
type MovedError struct {
	Move
	Place string // of the database
}

func (e *MovedError) Error() string {
	at, by := e.At.UTC().Format(time.DateTime)+" UTC", ""
	if e.Actor != "" {
		by = " by " + e.Actor
	}
	if !e.Complete {
		return fmt.Sprintf("%s is being moved to %s since %s%s. If no testharness migrate runs any more: the same again "+
			"completes the move, testharness migrate --undo goes on with this database", e.Place, e.To, at, by)
	}
	return fmt.Sprintf("%s was moved to %s at %s%s, so it is not used any more: name that one with database or "+
		"data_dir in "+
		"plugin.hcl. testharness migrate --undo goes on with this database", e.Place, e.To, at, by)
}

// Moved returns a *MovedError when the database must not be used any more.
func (s *Store) Moved(ctx context.Context) error {
	var move Move
	found, err := ReadState(ctx, s.reader, stateMoved, &move)
	if err != nil {
		return s.unreadable(err)
	}
	if found {
		return &MovedError{Move: move, Place: s.place}
	}
	return nil
}

// Origin is the move that has filled the database; its ID is empty when none has.
func (s *Store) Origin(ctx context.Context) (move Move, err error) {
	_, err = ReadState(ctx, s.reader, stateOrigin, &move)
	return move, err
}

// The refusal of an engine to write. It is the same for every version, and so says no more than where to look.
const guardWords = "this database was moved to another place: testharness migrate --help"

// ErrRenewing means that a process renews a grant. What it gets is of use only where it is stored.
var ErrRenewing = errors.New("a sign-in is being renewed")

// Guard notes that the database is moved, and has the engine refuse what would change its guarded tables: other
// versions of this software do not look at the note. It returns ErrRenewing, and has changed nothing, while a process
// renews a grant.
func (s *Store) Guard(ctx context.Context, move Move, treatments map[string]Treatment) error {
	err := s.Together(ctx, true, func(transaction *sql.Tx) error {
		if err := WriteState(ctx, transaction, stateMoved, move); err != nil {
			return err
		}
		for _, statement := range s.guards(guardedOf(treatments)) {
			if _, err := transaction.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return s.checkRenewals(ctx, transaction) // Now nobody begins one.
	})
	if hasState(err, insufficientPrivilege) {
		return fmt.Errorf("%w; a database is moved by the owner of its tables, as only that one can keep others from "+
			"writing to them", err)
	}
	return err
}

func (s *Store) checkRenewals(ctx context.Context, in Executor) error {
	rows, err := in.QueryContext(ctx, s.selectGrant())
	if err != nil {
		return err
	}
	grants, err := scanGrants(rows)
	for _, one := range grants {
		if one.Leased {
			return ErrRenewing
		}
	}
	return err
}

func guardedOf(treatments map[string]Treatment) (guarded []string) {
	for table, treatment := range treatments {
		if treatment.Guarded {
			guarded = append(guarded, table)
		}
	}
	slices.Sort(guarded)
	return guarded
}

func (s *Store) guards(guarded []string) (statements []string) {
	statements = s.unguards(guarded)
	if s.pool != nil {
		statements = append(statements, "CREATE FUNCTION database_moved() RETURNS trigger LANGUAGE plpgsql AS "+
			"$$ BEGIN RAISE EXCEPTION '"+guardWords+"'; END $$")
		for _, table := range guarded {
			statements = append(statements, "CREATE TRIGGER database_moved BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "+
				table+" FOR EACH STATEMENT EXECUTE FUNCTION database_moved()")
		}
		return statements
	}
	for _, table := range guarded {
		for _, what := range []string{"insert", "update", "delete"} {
			statements = append(statements, fmt.Sprintf("CREATE TRIGGER database_moved_%s_%s BEFORE %s ON %s "+
				"BEGIN SELECT RAISE(ABORT, '%s'); END", table, what, what, table, guardWords))
		}
	}
	return statements
}

func (s *Store) unguards(guarded []string) (statements []string) {
	for _, table := range guarded {
		if s.pool != nil {
			statements = append(statements, "DROP TRIGGER IF EXISTS database_moved ON "+table)
			continue
		}
		for _, what := range []string{"insert", "update", "delete"} {
			statements = append(statements, fmt.Sprintf("DROP TRIGGER IF EXISTS database_moved_%s_%s", table, what))
		}
	}
	if s.pool != nil {
		statements = append(statements, "DROP FUNCTION IF EXISTS database_moved()")
	}
	return statements
}

// CompleteMove notes that the other database has everything.
func (s *Store) CompleteMove(ctx context.Context, move Move) error {
	move.Complete = true
	return WriteState(ctx, s.db, stateMoved, move)
}

// Unguard has the database used again, together with what do does to it.
func (s *Store) Unguard(ctx context.Context, treatments map[string]Treatment, do func(*sql.Tx) error) error {
	return s.Together(ctx, true, func(transaction *sql.Tx) error {
		for _, statement := range s.unguards(guardedOf(treatments)) {
			if _, err := transaction.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		if err := DropState(ctx, transaction, stateMoved); err != nil {
			return err
		}
		return do(transaction)
	})
}
