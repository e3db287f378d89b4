package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Rewrite gives every revision, the oldest first, to rewrite and stores the documents that it returns with true, all in one
// transaction. It returns ErrResealed, and has changed nothing, when another process has rewritten one of them meanwhile. It
// is the one exception to the rule that a revision never changes: only how its secrets are sealed may.
func (s *Store) Rewrite(ctx context.Context, rewrite func(Revision) (Document, bool, error)) error {
	transaction, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.unwritten(err)
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	rows, err := transaction.QueryContext(ctx, selectRevision+`ORDER BY revision`)
	if err != nil {
		return s.unreadable(err)
	}
	revisions, err := scanRevisions(rows)
	if err != nil {
		return s.unreadable(err)
	}
	for _, revision := range revisions {
		document, changed, err := rewrite(revision)
		if err != nil {
			return fmt.Errorf("revision %d: %w", revision.Number, err)
		}
		if !changed {
			continue
		}
		encoded, err := json.Marshal(document)
		if err != nil {
			return err
		}
		result, err := transaction.ExecContext(ctx, `UPDATE settings_revision SET document = $1 WHERE revision = $2 AND document = $3`,
			string(encoded), revision.Number, revision.text)
		if err != nil {
			return s.unwritten(err)
		}
		if updated, err := result.RowsAffected(); err != nil || updated == 0 {
			return ErrResealed
		}
	}
	if err := transaction.Commit(); err != nil {
		return s.unwritten(err)
	}
	return nil
}

// maxRevisions bounds how many revisions are held in memory at once; a settings page is not saved a million times.
const maxRevisions = 1_000_000

// HasSecrets reports whether any revision holds a sealed secret.
func (s *Store) HasSecrets(ctx context.Context) (bool, error) { return s.anyHolds(ctx, `%"sealed":%`) }

// HasRecords reports whether any revision holds a record.
func (s *Store) HasRecords(ctx context.Context) (bool, error) { return s.anyHolds(ctx, `%"record":%`) }

func (s *Store) anyHolds(ctx context.Context, pattern string) (found bool, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM settings_revision WHERE document LIKE $1)`, pattern).Scan(&found)
	if err != nil {
		return false, s.unreadable(err)
	}
	return found, nil
}

// Compact overwrites what earlier states of the revisions have left behind in the database's own files. Copies of them,
// such as backups and the write-ahead log of PostgreSQL, are out of its reach.
func (s *Store) Compact(ctx context.Context) error {
	if s.pool != nil {
		return s.uncompacted(s.exec(ctx, `VACUUM FULL settings_revision`))
	}
	if err := s.exec(ctx, `VACUUM`); err != nil {
		return s.uncompacted(err)
	}
	var busy, written, copied int64
	err := s.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &written, &copied)
	if err == nil && busy != 0 {
		err = errors.New("another process is reading from it")
	}
	return s.uncompacted(err)
}

func (s *Store) exec(ctx context.Context, statement string) error {
	_, err := s.db.ExecContext(ctx, statement)
	return err
}

func (s *Store) uncompacted(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be compacted: %w", s.place, err)
}
