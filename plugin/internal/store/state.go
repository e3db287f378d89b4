package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// Executor is a database or a transaction.
type Executor interface {
	ExecContext(ctx context.Context, query string, arguments ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
	QueryContext(ctx context.Context, query string, arguments ...any) (*sql.Rows, error)
}

// ReadState reads what is known of the database under the name; found is false when nothing is.
func ReadState(ctx context.Context, database Executor, name string, into any) (found bool, err error) {
	var document string
	err = database.QueryRowContext(ctx, "SELECT document FROM database_state WHERE name = $1", name).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal([]byte(document), into)
}

// WriteState replaces what is known under the name.
func WriteState(ctx context.Context, database Executor, name string, value any) error {
	document, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = database.ExecContext(ctx, `INSERT INTO database_state (name, document) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET document = excluded.document`, name, string(document))
	return err
}

// DropState forgets what is known under the name.
func DropState(ctx context.Context, database Executor, name string) error {
	_, err := database.ExecContext(ctx, "DELETE FROM database_state WHERE name = $1", name)
	return err
}

// Together commits what do does, or nothing where that fails. Where exclusively is true, no other process is in such a
// transaction at the same time.
func (s *Store) Together(ctx context.Context, exclusively bool, do func(*sql.Tx) error) error {
	transaction, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	if exclusively && s.pool != nil {
		if _, err := transaction.ExecContext(ctx, lockSchema); err != nil {
			return err
		}
	}
	if err := do(transaction); err != nil {
		return err
	}
	return transaction.Commit()
}
