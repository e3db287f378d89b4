// Package filestore keeps the settings of a small page in a directory: one file for each revision, which is never
// changed. Several processes may use one directory, such as a Console and the command line: the second of two that save
// a revision of the same number is told so, and overwrites nothing.
//
// The files are readable for their owner only. Secrets in them are as safe as the directory is; a page whose secrets
// must survive a stolen backup seals them.
package filestore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// Store holds documents of one type. It may be used concurrently.
type Store[Document any] struct{ directory string }

// saved is what a file holds.
type saved[Document any] struct {
	Revision shared.Revision `json:"revision"`
	Document Document        `json:"document"`
}

// kept is how many revisions stay.
const kept = 50

// ErrConflict means that another revision was saved since the one that a document was made from.
var ErrConflict = errors.New("the settings were changed in the meantime")

// Open makes the directory if it does not exist. One that others can write is an error. Revisions that others can read,
// as they are after a restore, are made private, with a warning in the log.
func Open[Document any](directory string) (*Store[Document], error) {
	if err := filemode.Directory(directory); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), suffix) {
			continue
		}
		path := filepath.Join(directory, entry.Name())
		tightened, err := filemode.Tighten(path)
		if err != nil {
			return nil, err
		}
		if tightened {
			hclog.Default().Warn("others could read a file with settings; it is private now", "file", path)
		}
	}
	return &Store[Document]{directory: directory}, nil
}

// Current returns the newest document; the zero value, with revision number 0, when nothing has been saved yet.
func (s *Store[Document]) Current() (Document, shared.Revision, error) {
	for {
		var newest saved[Document]
		number, err := s.newest()
		if err != nil || number == 0 {
			return newest.Document, newest.Revision, err
		}
		content, err := os.ReadFile(s.path(number))
		if errors.Is(err, fs.ErrNotExist) {
			continue // So many have been saved meanwhile that this one is gone.
		}
		if err == nil {
			err = json.Unmarshal(content, &newest)
		}
		if err != nil {
			return newest.Document, newest.Revision,
				fmt.Errorf("%s cannot be read: %w; remove it to go back to the revision before", s.path(number), err)
		}
		return newest.Document, newest.Revision, nil
	}
}

// Append saves the document as the revision after base; ErrConflict when there is one already. When it returns without
// an error, a power cut loses nothing.
func (s *Store[Document]) Append(base int64, author string, document Document) (shared.Revision, error) {
	number, err := s.newest()
	switch {
	case err != nil:
		return shared.Revision{}, err
	case number != base:
		return shared.Revision{}, ErrConflict
	}
	next := saved[Document]{Revision: shared.Revision{Number: base + 1, Author: author, At: time.Now().UTC()},
		Document: document}
	temporary, err := s.write(next)
	if err != nil {
		return shared.Revision{}, err
	}
	defer os.Remove(temporary)
	// A link, unlike a renamed file, does not take the place of one that is there.
	if err := os.Link(temporary, s.path(next.Revision.Number)); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return shared.Revision{}, ErrConflict
		}
		return shared.Revision{}, err
	}
	if old := next.Revision.Number - kept; old > 0 {
		_ = os.Remove(s.path(old)) // One that stays does no harm.
	}
	return next.Revision, s.sync()
}

// write writes a file that nobody reads yet.
func (s *Store[Document]) write(content saved[Document]) (path string, err error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(s.directory, "saving-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(encoded)
	if err = errors.Join(err, file.Chmod(0o600), file.Sync(), file.Close()); err != nil { // Whatever the umask is.
		_ = os.Remove(file.Name())
	}
	return file.Name(), err
}

// sync makes the names in the directory durable.
func (s *Store[Document]) sync() error {
	directory, err := os.Open(s.directory)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// newest returns the number of the newest revision, 0 when there is none.
func (s *Store[Document]) newest() (int64, error) {
	entries, err := os.ReadDir(s.directory)
	newest := int64(0)
	for _, entry := range entries {
		digits, isRevision := strings.CutSuffix(entry.Name(), suffix)
		if number, err := strconv.ParseInt(digits, 10, 64); isRevision && err == nil && number > newest {
			newest = number
		}
	}
	return newest, err
}

const suffix = ".settings.json"

func (s *Store[Document]) path(number int64) string {
	return filepath.Join(s.directory, strconv.FormatInt(number, 10)+suffix)
}
