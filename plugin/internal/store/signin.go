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
	Expires time.Time `json:"expires"`
	Sealed  []byte    `json:"sealed"`
}

// signInPrefix begins the names of sign-ins among what is known of the database.
const signInPrefix = "sign_in:"

// AddSignIn keeps a sign-in under a name that nobody can guess, in the place of one with the same name, and forgets
// those that have expired.
func (s *Store) AddSignIn(ctx context.Context, name string, one SignIn, now time.Time) error {
	if err := s.forgetSignIns(ctx, now); err != nil {
		return s.unwritten(err)
	}
	if err := WriteState(ctx, s.db, signInPrefix+name, one); err != nil {
		return s.unwritten(err)
	}
	return nil
}

// SignIn returns a sign-in that has not expired; found is false where there is none.
func (s *Store) SignIn(ctx context.Context, name string, now time.Time) (one SignIn, found bool, err error) {
	found, err = ReadState(ctx, s.db, signInPrefix+name, &one)
	return one, found && now.Before(one.Expires), err
}

// TakeSignIn takes a sign-in out. It is true for one caller only, in whatever process.
func (s *Store) TakeSignIn(ctx context.Context, name string) (bool, error) {
	result, err := s.db.ExecContext(ctx, "DELETE FROM database_state WHERE name = $1", signInPrefix+name)
	if err != nil {
		return false, s.unwritten(err)
	}
	count, err := result.RowsAffected()
	return count == 1, err
}

func (s *Store) forgetSignIns(ctx context.Context, now time.Time) error {
	rows, err := s.db.QueryContext(ctx, "SELECT name, document FROM database_state WHERE name LIKE $1", signInPrefix+"%")
	if err != nil {
		return err
	}
	expired, err := expiredSignIns(rows, now)
	for _, name := range expired {
		err = errors.Join(err, DropState(ctx, s.db, name))
	}
	return err
}

func expiredSignIns(rows *sql.Rows, now time.Time) ([]string, error) {
	defer rows.Close()
	var expired []string
	for rows.Next() {
		var name, document string
		if err := rows.Scan(&name, &document); err != nil {
			return nil, err
		}
		var one SignIn
		if json.Unmarshal([]byte(document), &one) != nil || !now.Before(one.Expires) {
			expired = append(expired, name)
		}
	}
	return expired, rows.Err()
}
