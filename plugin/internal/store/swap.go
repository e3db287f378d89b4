package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// StateHealth is the name in database_state of whether the saved settings work.
const StateHealth = "health"

// StateDomain is the name in database_state of what was found about the sender's domain.
const StateDomain = "sender_domain"

// StateText returns what is known under the name, as it is stored; empty when nothing is.
func (s *Store) StateText(ctx context.Context, name string) (document string, err error) {
	err = s.reader.QueryRowContext(ctx, "SELECT document FROM database_state WHERE name = $1", name).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	case err != nil:
		return "", s.unreadable(err)
	}
	return document, nil
}

// SwapState replaces what is known under the name. It is false, and nothing is replaced, when that is not what it was
// before any more; empty means that nothing was known.
func (s *Store) SwapState(ctx context.Context, name, before, next string) (bool, error) {
	if before == "" {
		return s.changes(ctx, "INSERT INTO database_state (name, document) VALUES ($1, $2) ON CONFLICT DO NOTHING", name,
			next)
	}
	return s.changes(ctx, "UPDATE database_state SET document = $2 WHERE name = $1 AND document = $3", name, next, before)
}

// changes reports whether the statement has changed a row.
func (s *Store) changes(ctx context.Context, statement string, arguments ...any) (bool, error) {
	result, err := s.db.ExecContext(ctx, statement, arguments...)
	if err != nil {
		return false, s.unwritten(err)
	}
	count, err := result.RowsAffected()
	if err != nil {
		return false, s.unwritten(err)
	}
	return count > 0, nil
}

// Clock is the time of the database, which all its processes share; that of the machine where it is embedded.
func (s *Store) Clock(ctx context.Context) (time.Time, error) {
	if s.pool == nil {
		return time.Now().UTC(), nil
	}
	now, err := ClockOfPostgres(ctx, s.reader)
	if err != nil {
		return time.Time{}, s.unreadable(err)
	}
	return now, nil
}

// ClockOfPostgres is the clock of a shared database, which does not stand still in a transaction that waits.
func ClockOfPostgres(ctx context.Context, in Executor) (now time.Time, err error) {
	err = in.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&now)
	return now.UTC(), err
}
