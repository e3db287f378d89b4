package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/durable"
)

const (
	// kept is how many revisions stay.
	kept = 50
	// abandoned is the age from which on a file that is being written belongs to a process that crashed.
	abandoned = time.Hour
)

// supersede removes the secrets of all revisions but the newest, and the revisions that are too many. Their names stay,
// so that a save that began with one of them is a conflict and not the first of its number.
func (s *Store[Document]) supersede() error {
	numbers, err := s.numbers()
	if err != nil {
		return err
	}
	newest := slices.Max(append(numbers, 0))
	for _, number := range numbers {
		switch {
		case number == newest:
		case number <= newest-kept:
			err = errors.Join(err, gone(os.Remove(s.path(number))))
		default:
			err = errors.Join(err, s.scrub(number))
		}
	}
	if err = errors.Join(err, s.sweep()); err != nil {
		return fmt.Errorf("an older revision may still hold its secrets: %w", err)
	}
	return durable.Sync(s.directory)
}

// scrub rewrites one revision without its secrets. A damaged one may have some in it, so nothing of it stays.
func (s *Store[Document]) scrub(number int64) error {
	content, err := s.read(number)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && content.Superseded:
		return nil
	case err != nil:
		content = saved[Document]{Revision: shared.Revision{Number: number}}
	}
	content.Superseded, content.Document = true, withoutSecrets(content.Document)
	temporary, err := s.write(content)
	if err != nil {
		return err
	}
	if err := durable.Replace(temporary, s.path(number)); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

// withoutSecrets is what of a document stays, nil when the document does not say.
func withoutSecrets[Document any](document *Document) *Document {
	if document == nil {
		return nil
	}
	switch known := any(*document).(type) {
	case interface{ WithoutSecrets() Document }:
		rest := known.WithoutSecrets()
		return &rest
	case shared.Values: // Secrets are never among them.
		return document
	default:
		return nil
	}
}

// sweep removes what a crash has left of a save.
func (s *Store[Document]) sweep() error {
	entries, err := os.ReadDir(s.directory)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), saving) {
			continue
		}
		info, failed := entry.Info()
		if failed == nil && time.Since(info.ModTime()) > abandoned {
			failed = os.Remove(filepath.Join(s.directory, entry.Name()))
		}
		err = errors.Join(err, gone(failed))
	}
	return err
}

// gone is the error of a removal, nil when another process was faster.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
