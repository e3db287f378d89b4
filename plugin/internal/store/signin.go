package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

// SignIn is a sign-in that was begun and waits for what comes of it, in any process. Its content is sealed.
type SignIn struct {
	// Expires is by the clock of the process that has begun it, and Until the same by that of the database, which all
	// processes share; zero in what an older version has stored.
	Expires time.Time `json:"expires"`
	Until   time.Time `json:"until,omitzero"`
	// Sealed goes when it is finished or has expired.
	Sealed []byte `json:"sealed,omitempty"`
	// Owner tells who has begun it, as a digest.
	Owner string `json:"owner,omitempty"`
	// Finished is when it was used; zero while it waits. A used one is known for a day, so that it can be told.
	Finished time.Time `json:"finished,omitzero"`

	// Expired is that it has, by the clock of the database.
	Expired bool `json:"-"`

	document string // as it is stored
}

const (
	// signInPrefix begins the names of sign-ins among what is known of the database.
	signInPrefix = "sign_in:"
	// signInMemory is for how long it is known of a sign-in that it was finished, or has expired.
	signInMemory = 24 * time.Hour
)

// until is when it expires by the clock of the database.
func (one SignIn) until() time.Time {
	if one.Until.IsZero() {
		return one.Expires
	}
	return one.Until
}

// AddSignIn keeps a sign-in under a name that nobody can guess, in the place of one with the same name, and forgets
// those that ended long ago. now is by the clock of its Expires; where it has an Until already, that stays.
func (s *Store) AddSignIn(ctx context.Context, name string, one SignIn, now time.Time) error {
	clock, err := s.Clock(ctx)
	if err != nil {
		return err
	}
	if err := s.forgetSignIns(ctx, clock); err != nil {
		return s.unwritten(err)
	}
	if one.Until.IsZero() {
		one.Until = clock.Add(one.Expires.Sub(now))
	}
	if err := WriteState(ctx, s.db, signInPrefix+name, one); err != nil {
		return s.unwritten(err)
	}
	return nil
}

// SignIn returns a sign-in, which may be finished or have expired; found is false where none is known.
func (s *Store) SignIn(ctx context.Context, name string) (one SignIn, found bool, err error) {
	row := s.db.QueryRowContext(ctx, "SELECT document FROM database_state WHERE name = $1", signInPrefix+name)
	switch err := row.Scan(&one.document); {
	case errors.Is(err, sql.ErrNoRows):
		return one, false, nil
	case err != nil:
		return one, false, err
	}
	if err := json.Unmarshal([]byte(one.document), &one); err != nil {
		return one, true, err
	}
	clock, err := s.Clock(ctx)
	one.Expired = !clock.Before(one.until())
	return one, true, err
}

// FinishSignIn notes that a sign-in, as it was read, is used now. It is true for one caller only, in whatever process.
func (s *Store) FinishSignIn(ctx context.Context, name string, one SignIn, now time.Time) (bool, error) {
	one.Sealed, one.Finished = nil, now.UTC()
	finished, err := json.Marshal(one)
	if err != nil {
		return false, err
	}
	return s.SwapState(ctx, signInPrefix+name, one.document, string(finished))
}

// UseOnce notes that what carries the name is used now, and expires then. It is true for the first caller only, in
// whatever process.
func (s *Store) UseOnce(ctx context.Context, name string, expires, now time.Time) (bool, error) {
	clock, err := s.Clock(ctx)
	if err != nil {
		return false, err
	}
	used, err := json.Marshal(SignIn{
		Expires: expires.UTC(), Until: clock.Add(expires.Sub(now)), Finished: now.UTC(),
	})
	if err != nil {
		return false, err
	}
	return s.SwapState(ctx, signInPrefix+name, "", string(used))
}

// Unused takes back what UseOnce has noted: nothing came of the use.
func (s *Store) Unused(ctx context.Context, name string) error {
	if err := DropState(ctx, s.db, signInPrefix+name); err != nil {
		return s.unwritten(err)
	}
	return nil
}

// SignInStates are the names in database_state of the sign-ins that wait, and of what was used once.
func (s *Store) SignInStates(ctx context.Context) ([]string, error) {
	return s.names(ctx, "SELECT name FROM database_state WHERE name LIKE $1 ORDER BY name", signInPrefix+"%")
}

// forgetSignIns keeps nothing sealed of what has expired, and nothing at all of what ended long ago. now is by the
// clock of the database: a process whose clock is ahead would take those of others.
func (s *Store) forgetSignIns(ctx context.Context, now time.Time) error {
	known, err := s.signIns(ctx)
	for name, one := range known {
		switch {
		case now.Before(one.until()):
		case one.until().Add(signInMemory).Before(now):
			err = errors.Join(err, DropState(ctx, s.db, name))
		case one.Sealed != nil:
			one.Sealed = nil
			err = errors.Join(err, WriteState(ctx, s.db, name, one))
		}
	}
	return err
}

// signIns are the sign-ins by the names of their states. One that cannot be read expired long ago.
func (s *Store) signIns(ctx context.Context) (map[string]SignIn, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name, document FROM database_state WHERE name LIKE $1", signInPrefix+"%")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]SignIn{}
	for rows.Next() {
		var name, document string
		if err := rows.Scan(&name, &document); err != nil {
			return nil, err
		}
		var one SignIn
		if json.Unmarshal([]byte(document), &one) != nil {
			one = SignIn{}
		}
		one.document = document
		known[name] = one
	}
	return known, rows.Err()
}

// ResealSignIns replaces what is sealed of the sign-ins that wait by what seal makes of it, and returns how many were
// replaced. One that has changed meanwhile is left for the next pass.
func (s *Store) ResealSignIns(
	ctx context.Context, seal func(sealed []byte) (again []byte, changed bool, err error),
) (count int64, err error) {
	known, err := s.signIns(ctx)
	if err != nil {
		return 0, s.unreadable(err)
	}
	for name, one := range known {
		if one.Sealed == nil {
			continue
		}
		again, changed, err := seal(one.Sealed)
		if err != nil {
			return count, err
		}
		if !changed {
			continue
		}
		one.Sealed = again
		document, err := json.Marshal(one)
		if err != nil {
			return count, err
		}
		if _, err := s.SwapState(ctx, name, one.document, string(document)); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
