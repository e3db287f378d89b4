// Package store keeps the settings: every save is a new revision that is only ever inserted, never changed. The table
// is the audit trail, and its primary key decides which of two simultaneous savers wins. The same statements run on
// SQLite, embedded, and on PostgreSQL, shared by several Consoles.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Document is the content of one revision.
type Document struct {
	Values  shared.Values           `json:"values"`
	Secrets map[string]SealedSecret `json:"secrets,omitempty"`
	// RestoredFrom is the revision that was restored; 0 for an ordinary save.
	RestoredFrom int64 `json:"restored_from,omitempty"`
	// Record says, sealed, which secrets belong to the revision; empty when there never was one.
	Record []byte `json:"record,omitempty"`
}

// SealedSecret is a secret as it is stored. The destination stands beside it in clear, so that a refusal can name what
// has changed; opening it needs the destination in any case. Of a secret that was purged only Since is left.
type SealedSecret struct {
	Sealed      []byte             `json:"sealed,omitempty"`
	Destination secret.Destination `json:"destination,omitzero"`
	Since       time.Time          `json:"since"`
}

// Revision is one saved state.
type Revision struct {
	shared.Revision
	Document Document

	text string // of the document, as it was read
}

// Verification is the last test that passed, with a fingerprint of each field's value at that time.
type Verification struct {
	At       time.Time     `json:"at"`
	Actor    string        `json:"actor"`
	Revision int64         `json:"revision"`
	Values   shared.Values `json:"values"`
}

// ErrConflict means that another revision was saved since the one that a draft was made from.
var ErrConflict = errors.New("the settings were changed in the meantime")

// ErrResealed means that the secrets of the revision that a document was made from were sealed anew since it was read:
// what the document keeps of them is sealed under a key that may be forgotten.
var ErrResealed = errors.New("the secrets were sealed anew in the meantime")

// ErrNoRevision means that there is no revision of the number.
var ErrNoRevision = errors.New("there is no such revision")

// Store is the database. It may be used concurrently.
type Store struct {
	db     *sql.DB
	reader *sql.DB       // for what only reads
	bulk   *sql.DB       // for what reads for long
	pool   *pgxpool.Pool // nil for the embedded database
	pooled bool
	close  func() error
	place  string // for people

	mu    sync.Mutex
	known known
}

// prepare makes the tables that are missing and makes sure that what is there can be read.
func (s *Store) prepare(ctx context.Context) error {
	statements, err := schemaFiles.ReadFile("schema.sql")
	if err != nil {
		return err
	}
	there, err := s.has(ctx, "database_state")
	if err != nil {
		return err
	}
	if there { // Before anything is made.
		if err := s.CheckFormat(ctx); err != nil {
			return err
		}
	}
	if err := s.Make(ctx, string(statements)); err != nil {
		return err
	}
	if err := s.CheckPrivileges(ctx, patternsOf(string(statements))...); err != nil {
		return err
	}
	_, err = s.Current(ctx)
	return err
}

// Place says where the database is, for people.
func (s *Store) Place() string { return s.place }

// DB returns the database for others who keep something in it.
func (s *Store) DB() *sql.DB { return s.db }

// Reader returns the database for others who only read in it: they wait for no writer.
func (s *Store) Reader() *sql.DB { return s.reader }

// Bulk returns the database for what reads for so long that other readers should not wait for it.
func (s *Store) Bulk() *sql.DB { return s.bulk }

// Pool returns the connections to PostgreSQL, nil for the embedded database.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Pooled reports whether a pooler such as PgBouncer is between this process and PostgreSQL, so that nothing may be
// expected of a connection beyond the transaction.
func (s *Store) Pooled() bool { return s.pooled }

// Close ends the use of the database.
func (s *Store) Close() error { return s.close() }

// unreadable explains a failure to read.
func (s *Store) unreadable(err error) error {
	return fmt.Errorf("the settings cannot be read from %s: %w", s.place, err)
}

// unwritten explains a failure to write.
func (s *Store) unwritten(err error) error {
	return fmt.Errorf("nothing was changed, because %s cannot be written: %w", s.place, err)
}

// selectRevision are what scanRevision reads.
const selectRevision = `SELECT revision, document, author, saved_at FROM settings_revision `

// Revision returns the revision of the number; ErrNoRevision when there is none.
func (s *Store) Revision(ctx context.Context, number int64) (Revision, error) {
	revision, err := scanRevision(s.reader.QueryRowContext(ctx, selectRevision+`WHERE revision = $1`, number))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Revision{}, ErrNoRevision
	case err != nil:
		return Revision{}, s.unreadable(err)
	}
	return revision, nil
}

// Revisions returns at most limit revisions with numbers below before, newest first; 0 begins with the newest.
func (s *Store) Revisions(ctx context.Context, before int64, limit int) ([]Revision, error) {
	rows, err := s.reader.QueryContext(ctx,
		selectRevision+`WHERE $1 = 0 OR revision < $1 ORDER BY revision DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, s.unreadable(err)
	}
	found, err := scanRevisions(rows)
	if err != nil {
		return nil, s.unreadable(err)
	}
	return found, nil
}

func scanRevisions(rows *sql.Rows) ([]Revision, error) {
	defer rows.Close()
	var found []Revision
	for rows.Next() {
		revision, err := scanRevision(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, revision)
	}
	return found, rows.Err()
}

func scanRevision(row interface{ Scan(...any) error }) (Revision, error) {
	var one stored
	if err := row.Scan(&one.number, &one.document, &one.author, &one.at); err != nil {
		return Revision{}, err
	}
	return one.revision()
}

// Append saves the document as the revision after base. It saves nothing and returns ErrConflict when base is not the
// newest revision any more, ErrResealed when it is not the same any more.
func (s *Store) Append(
	ctx context.Context, base Revision, document Document, author string, now time.Time) (Revision, error,
) {
	encoded, err := json.Marshal(document)
	if err != nil {
		return Revision{}, err
	}
	result, err := s.db.ExecContext(ctx, `
		INSERT INTO settings_revision (revision, document, author, saved_at)
		SELECT CAST($1 AS BIGINT) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT)
		WHERE (SELECT COALESCE(MAX(revision), 0) FROM settings_revision) = CAST($1 AS BIGINT)
		  AND (CAST($5 AS TEXT) = ''
		    OR (SELECT document FROM settings_revision WHERE revision = CAST($1 AS BIGINT)) = CAST($5 AS TEXT))
		ON CONFLICT DO NOTHING`,
		base.Number, string(encoded), author, now.UTC().Format(time.RFC3339Nano), base.text)
	if err != nil {
		return Revision{}, s.unwritten(err)
	}
	switch saved, err := result.RowsAffected(); {
	case err != nil:
		return Revision{}, s.unwritten(err)
	case saved == 0:
		if newest, err := s.Current(ctx); err == nil && newest.Revision.Number == base.Number {
			return Revision{}, ErrResealed
		}
		return Revision{}, ErrConflict
	}
	return Revision{
		Revision: shared.Revision{Number: base.Number + 1, Author: author, At: now.UTC()}, Document: document,
	}, nil
}

// SetVerified remembers a test that passed.
func (s *Store) SetVerified(ctx context.Context, verification Verification) error {
	encoded, err := json.Marshal(verification)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `
		INSERT INTO last_verification (id, document) VALUES (1, $1)
		ON CONFLICT (id) DO UPDATE SET document = excluded.document`, string(encoded))
	if err != nil {
		return s.unwritten(err)
	}
	return nil
}
