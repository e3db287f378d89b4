package store

import (
	"context"
	"database/sql"
	"fmt"

	build "github.com/smtp-settings/smtp-settings/shared/version"
)

// The format of a database is a number that is raised with every change of what is written that earlier versions would
// misread. needed is the least format whose versions may go on using a database of this one: raising it ends rolling
// upgrades from the versions before, which a change should avoid.
const (
	ownFormat = 1
	needed    = 1
)

// format is the highest that was ever used, as the database has it. Members may be added, and none is removed.
type format struct {
	Format int `json:"format"`
	Needs  int `json:"needs"`
	// Version is that of the software that has brought the database to the format.
	Version string `json:"version"`
}

// stateFormat is the name in database_state.
const stateFormat = "format"

// FormatError means that a later version has brought the database to a format that this one does not know.
type FormatError struct {
	Place   string // of the database
	Version string // that brought it there
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s was brought to the format of version %s, which this version, %s, does not know: it needs "+
		"version %s or a later one; nothing was changed", e.Place, e.Version, build.Current().Version, e.Version)
}

// CheckFormat returns a *FormatError when the database must not be used by this version.
func (s *Store) CheckFormat(ctx context.Context) error {
	var found format
	if _, err := ReadState(ctx, s.reader, stateFormat, &found); err != nil {
		return s.unreadable(err)
	}
	if found.Needs > ownFormat {
		return &FormatError{Place: s.place, Version: found.Version}
	}
	return nil
}

// NoteFormat has the database know that this version uses it.
func (s *Store) NoteFormat(ctx context.Context) error {
	var found format
	if _, err := ReadState(ctx, s.reader, stateFormat, &found); err != nil || found.Format >= ownFormat {
		return err
	}
	return s.Together(ctx, true, func(transaction *sql.Tx) error {
		var found format // Perhaps another process has noted a later one.
		if _, err := ReadState(ctx, transaction, stateFormat, &found); err != nil || found.Format >= ownFormat {
			return err
		}
		return WriteState(ctx, transaction, stateFormat,
			format{Format: ownFormat, Needs: needed, Version: build.Current().Version})
	})
}
