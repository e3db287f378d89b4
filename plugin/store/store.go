// Package store keeps the settings: every save is a new revision that is only ever inserted, never changed. The table is
// the audit trail, and its primary key decides which of two simultaneous savers wins.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the embedded engine

	"github.com/smtp-settings/smtp-settings/plugin/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Document is the content of one revision.
type Document struct {
	Values  shared.Values           `json:"values"`
	Secrets map[string]SealedSecret `json:"secrets,omitempty"`
}

// SealedSecret is a secret as it is stored. The destination stands beside it in clear, so that a refusal can name what
// has changed; opening it needs the destination in any case.
type SealedSecret struct {
	Sealed      []byte             `json:"sealed"`
	Destination secret.Destination `json:"destination"`
	Since       time.Time          `json:"since"`
}

// Revision is one saved state.
type Revision struct {
	shared.Revision
	Document Document
}

// Verification is the last test that passed, with a fingerprint of each field's value at that time.
type Verification struct {
	At     time.Time     `json:"at"`
	Actor  string        `json:"actor"`
	Values shared.Values `json:"values"`
}

// ErrConflict means that another revision was saved since the one that a draft was made from.
var ErrConflict = errors.New("the settings were changed in the meantime")

// State is what is in force: the newest revision, whose Number is 0 when nothing has been saved yet, and the last test that
// passed, nil when none has. It is shared and must not be changed.
type State struct {
	Revision Revision
	Verified *Verification
}

// Store is the database. It may be used concurrently.
type Store struct {
	db      *sql.DB
	current *sql.Stmt

	mu    sync.Mutex
	known known
}

// known is what was last read. A revision never changes, so its number says whether it is still the newest one; of a
// verification the text does.
type known struct {
	state        State
	verification string
}

//go:embed schema.sql
var schemaFiles embed.FS

// DatabaseName is the file in the data directory that holds the embedded database.
const DatabaseName = "smtp-settings.db"

// OpenSQLite opens the embedded database in the directory, making both when they do not exist.
func OpenSQLite(ctx context.Context, directory string) (*Store, error) {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	path := filepath.Join(directory, DatabaseName)
	if err := createPrivately(path); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// WAL with synchronous=FULL loses nothing in a power cut; NORMAL does. One connection, because SQLite has one writer.
	source := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	store := &Store{db: db}
	if err := store.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return store, nil
}

// createPrivately makes the file readable for its owner only; SQLite gives the files beside it the same mode.
func createPrivately(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func (s *Store) prepare(ctx context.Context) error {
	statements, err := schemaFiles.ReadFile("schema.sql")
	if err != nil {
		return err
	}
	if _, err = s.db.ExecContext(ctx, string(statements)); err != nil {
		return err
	}
	s.current, err = s.db.PrepareContext(ctx, `
		SELECT COALESCE((SELECT MAX(revision) FROM settings_revision), 0),
		       COALESCE((SELECT document FROM last_verification WHERE id = 1), '')`)
	return err
}

// Close ends the use of the database.
func (s *Store) Close() error { return s.db.Close() }

// Current returns what is in force.
func (s *Store) Current(ctx context.Context) (State, error) {
	var newest int64
	var verification string
	if err := s.current.QueryRowContext(ctx).Scan(&newest, &verification); err != nil {
		return State{}, fmt.Errorf("read settings: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.known
	if now.state.Revision.Number != newest {
		revision, err := s.Revision(ctx, newest)
		if err != nil {
			return State{}, err
		}
		now.state.Revision = revision
	}
	if now.verification != verification {
		now.verification, now.state.Verified = verification, &Verification{}
		if err := json.Unmarshal([]byte(verification), now.state.Verified); err != nil {
			return State{}, fmt.Errorf("the last verification is damaged: %w", err)
		}
	}
	s.known = now
	return now.state, nil
}

// Revision returns the revision of the number. sql.ErrNoRows is wrapped when there is none.
func (s *Store) Revision(ctx context.Context, number int64) (Revision, error) {
	row := s.db.QueryRowContext(ctx, `SELECT revision, document, author, saved_at FROM settings_revision WHERE revision = $1`, number)
	revision, err := scanRevision(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("there is no settings revision %d: %w", number, err)
	}
	return revision, err
}

func scanRevision(row interface{ Scan(...any) error }) (Revision, error) {
	var revision Revision
	var document, savedAt string
	if err := row.Scan(&revision.Number, &document, &revision.Author, &savedAt); err != nil {
		return Revision{}, err
	}
	if err := json.Unmarshal([]byte(document), &revision.Document); err != nil {
		return Revision{}, fmt.Errorf("settings revision %d is damaged: %w", revision.Number, err)
	}
	at, err := time.Parse(time.RFC3339Nano, savedAt)
	if err != nil {
		return Revision{}, fmt.Errorf("settings revision %d is damaged: %w", revision.Number, err)
	}
	revision.At = at
	return revision, nil
}

// Append saves the document as the revision after base. It returns ErrConflict, and saves nothing, when base is not the
// newest revision any more.
func (s *Store) Append(ctx context.Context, base int64, document Document, author string, now time.Time) (Revision, error) {
	encoded, err := json.Marshal(document)
	if err != nil {
		return Revision{}, err
	}
	result, err := s.db.ExecContext(ctx, `
		INSERT INTO settings_revision (revision, document, author, saved_at)
		SELECT CAST($1 AS BIGINT) + 1, $2, $3, $4
		WHERE (SELECT COALESCE(MAX(revision), 0) FROM settings_revision) = $1
		ON CONFLICT DO NOTHING`,
		base, string(encoded), author, now.UTC().Format(time.RFC3339Nano))
	if err != nil {
		return Revision{}, fmt.Errorf("save settings: %w", err)
	}
	if saved, err := result.RowsAffected(); err != nil || saved == 0 {
		return Revision{}, errors.Join(ErrConflict, err)
	}
	return Revision{
		Revision: shared.Revision{Number: base + 1, Author: author, At: now.UTC()}, Document: document,
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
	return err
}
