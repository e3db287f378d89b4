package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Rewrite gives every revision, the oldest first, to rewrite and stores the documents that it returns with true, all in
// one transaction. It returns ErrResealed, and has changed nothing, when one of them was rewritten meanwhile. A
// revision that is appended meanwhile stays as it is. It is the one exception to the rule that a revision never
// changes: only how its secrets are sealed may.
//
// The database is not held while rewrite runs: it may ask a service that holds keys, however long that takes.
func (s *Store) Rewrite(ctx context.Context, rewrite func(Revision) (Document, bool, error)) error {
	revisions, err := s.Revisions(ctx, 0, maxRevisions)
	if err != nil {
		return err
	}
	var changes []rewritten
	for _, revision := range slices.Backward(revisions) {
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
		changes = append(changes, rewritten{number: revision.Number, before: revision.text, after: string(encoded)})
	}
	if len(changes) == 0 {
		return nil
	}
	return s.replace(ctx, changes)
}

// rewritten is a revision whose document is replaced.
type rewritten struct {
	number        int64
	before, after string // the document
}

// replace stores all changes, or none and returns ErrResealed.
func (s *Store) replace(ctx context.Context, changes []rewritten) error {
	transaction, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.unwritten(err)
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	for _, one := range changes {
		result, err := transaction.ExecContext(ctx,
			`UPDATE settings_revision SET document = $1 WHERE revision = $2 AND document = $3`,
			one.after, one.number, one.before)
		if err != nil {
			return s.unwritten(err)
		}
		updated, err := result.RowsAffected()
		if err != nil {
			return s.unwritten(err)
		}
		if updated == 0 {
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

// HasSecrets reports whether any revision holds a sealed secret, or there is a grant.
func (s *Store) HasSecrets(ctx context.Context) (bool, error) {
	if held, err := s.anyHolds(ctx, `%"sealed":%`); err != nil || held {
		return held, err
	}
	granted, err := s.Grants(ctx)
	return len(granted) > 0, err
}

// HasRecords reports whether any revision holds a record.
func (s *Store) HasRecords(ctx context.Context) (bool, error) { return s.anyHolds(ctx, `%"record":%`) }

func (s *Store) anyHolds(ctx context.Context, pattern string) (found bool, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM settings_revision WHERE document LIKE $1)`,
		pattern).Scan(&found)
	if err != nil {
		return false, s.unreadable(err)
	}
	return found, nil
}

// Compact overwrites what earlier states of the revisions have left behind in the database's own files. Copies of them,
// such as backups and the write-ahead log of PostgreSQL, are out of its reach.
func (s *Store) Compact(ctx context.Context) error {
	if s.pool != nil {
		return s.uncompacted(s.compactPostgres(ctx))
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

// compactPostgres asks before, because PostgreSQL only warns of a table that it leaves as it is.
func (s *Store) compactPostgres(ctx context.Context) error {
	owner, err := s.Owns(ctx, "settings_revision")
	if err != nil {
		return err
	}
	if !owner {
		return errors.New("only the owner of the table may do that; an administrator of the database executes " +
			"VACUUM FULL settings_revision")
	}
	return s.exec(ctx, `VACUUM FULL settings_revision`)
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
