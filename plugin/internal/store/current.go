package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// State is what is in force: the newest revision, whose Number is 0 when nothing has been saved yet, and the last test
// that passed, nil when none has. It is shared and must not be changed.
type State struct {
	Revision Revision
	Verified *Verification
	// Reading tells two states apart: what was made from one is good as long as the number is the
	// same. The revision's number does not do: sealing anew and restoring a backup leave it as it is.
	Reading uint64
}

// stored is what is in force as it is stored. The whole of it is compared with what is known: sealing anew under
// another key and restoring a backup change a document without changing its number.
type stored struct {
	number                             int64
	document, author, at, verification string
}

// known is what was last read, the version of the database that it was read from, and what it means.
type known struct {
	stored  stored
	version version
	state   State
}

// Current returns what is in force.
func (s *Store) Current(ctx context.Context) (State, error) {
	newest, version, err := s.readCurrent(ctx)
	if err != nil {
		return State{}, err
	}
	s.mu.Lock()
	overtaken := newest.number < s.known.state.Revision.Number
	s.mu.Unlock()
	if overtaken {
		// Another call has read a newer revision in the meantime. If it is still not there, the database was put back to an
		// older state, and that is what is in force.
		if newest, version, err = s.readCurrent(ctx); err != nil {
			return State{}, err
		}
	}
	return s.remember(newest, version)
}

// selectCurrent is what readCurrent reads. Both engines keep it prepared, by its text.
const selectCurrent = `
	SELECT revision, document, author, saved_at, COALESCE((SELECT document FROM last_verification WHERE id = 1), '')
	FROM settings_revision ORDER BY revision DESC LIMIT 1`

// readCurrent reads what is in force, unless the version of the database says that it is what is known.
func (s *Store) readCurrent(ctx context.Context) (stored, version, error) {
	conn, err := s.reader.Conn(ctx)
	if err != nil {
		return stored{}, version{}, s.unreadable(err)
	}
	defer conn.Close() //nolint:errcheck // it only goes back to the pool
	// The version is read first: what is written in between counts as written later.
	now, err := versionOf(conn)
	if err != nil {
		return stored{}, version{}, s.unreadable(err)
	}
	if newest, same := s.knownAt(now); same {
		return newest, now, nil
	}
	if s.pool == nil {
		ctx = context.WithoutCancel(ctx) // As dataVersion does.
	}
	var newest stored
	err = conn.QueryRowContext(ctx, selectCurrent).Scan(&newest.number, &newest.document, &newest.author, &newest.at,
		&newest.verification)
	if errors.Is(err, sql.ErrNoRows) { // Nothing is saved, but something may have been tested.
		err = conn.QueryRowContext(ctx,
			`SELECT COALESCE(MAX(document), '') FROM last_verification`).Scan(&newest.verification)
	}
	if err != nil {
		return stored{}, version{}, s.unreadable(err)
	}
	return newest, now, nil
}

// knownAt returns what was read from that version of the database, if it was the last one read from.
func (s *Store) knownAt(now version) (stored, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known.stored, now != version{} && s.known.version == now
}

// remember returns the state of what is stored, and parses it only when it is not the one that is known.
func (s *Store) remember(newest stored, now version) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known.stored == newest {
		s.known.version = now
		return s.known.state, nil
	}
	state := State{Reading: s.known.state.Reading + 1}
	if newest.number > 0 {
		var err error
		if state.Revision, err = newest.revision(); err != nil {
			return State{}, s.unreadable(err)
		}
	}
	if newest.verification != "" {
		state.Verified = &Verification{}
		if err := json.Unmarshal([]byte(newest.verification), state.Verified); err != nil {
			return State{}, s.unreadable(fmt.Errorf("the last verification is damaged: %w", err))
		}
	}
	s.known = known{stored: newest, version: now, state: state}
	return state, nil
}

func (s stored) revision() (Revision, error) {
	revision := Revision{Revision: shared.Revision{Number: s.number, Author: s.author}, text: s.document}
	if err := json.Unmarshal([]byte(s.document), &revision.Document); err != nil {
		return Revision{}, fmt.Errorf("settings revision %d is damaged: %w", s.number, err)
	}
	var err error
	if revision.At, err = time.Parse(time.RFC3339Nano, s.at); err != nil {
		return Revision{}, fmt.Errorf("settings revision %d is damaged: %w", s.number, err)
	}
	return revision, nil
}
