// Package filestore keeps the settings of a small page in a directory: one file for each revision. Several processes
// may use one directory, such as a Console and the command line: the second of two that save a revision of the same
// number is told so, and overwrites nothing.
//
// Only the newest revision holds secrets. A revision that another one supersedes is rewritten: a document with a method
// WithoutSecrets() Document stays as that returns it, [shared.Values] as they are, and of any other document nothing
// stays but the revision's number, author and time. So no file of the directory holds a secret that was replaced or
// removed; copies of the directory, such as backups and snapshots of the file system, may.
//
// The files are readable for their owner only. Secrets in them are in clear and as safe as the directory is; a page
// whose secrets must survive a stolen backup seals them.
package filestore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/durable"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// Store holds documents of one type. It may be used concurrently.
type Store[Document any] struct{ directory string }

// saved is what a file holds.
type saved[Document any] struct {
	Revision shared.Revision `json:"revision"`
	// Superseded tells that there is, or was, a newer revision: the secrets are gone from this one.
	Superseded bool `json:"superseded,omitempty"`
	// Document is nil in a superseded revision when nothing of it may stay.
	Document *Document `json:"document,omitempty"`
}

// ErrConflict means that another revision was saved since the one that a document was made from.
var ErrConflict = errors.New("the settings were changed in the meantime")

// Open makes the directory if it does not exist. One that others can write is an error. Revisions that others can read,
// as they are after a restore, are made private, with a warning in the log. Secrets that an earlier version of this
// package, or a crash, has left in superseded revisions are removed.
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
	store := &Store[Document]{directory: directory}
	if err := store.supersede(); err != nil {
		return nil, err
	}
	return store, nil
}

// Current returns the newest document; the zero value, with revision number 0, when nothing has been saved yet. When
// the newest file was removed by hand, the revision before it is in force, without its secrets; it is an error when
// nothing of that one was kept.
func (s *Store[Document]) Current() (Document, shared.Revision, error) {
	for {
		var none Document
		number, err := s.newest()
		if err != nil || number == 0 {
			return none, shared.Revision{}, err
		}
		content, err := s.read(number)
		if err != nil || content.Superseded {
			// Meanwhile others may have saved, and this one was superseded or removed.
			if now, again := s.newest(); again == nil && now != number {
				continue
			}
		}
		switch {
		case err != nil:
			return none, shared.Revision{}, fmt.Errorf(
				"%s cannot be read: %w; remove it to go back to the revision before, without its secrets", s.path(number), err)
		case content.Document == nil:
			return none, content.Revision, fmt.Errorf("%s holds no settings any more, since a newer revision was saved: "+
				"restore %s from a backup, or remove it to begin anew", s.path(number), s.directory)
		}
		return *content.Document, content.Revision, nil
	}
}

// Append saves the document as the revision after base; ErrConflict when there is one already. When it returns without
// an error, a power cut loses nothing, and the secrets of the revisions before are no longer in the directory. An error
// together with a revision number means that the document was saved, and that one of the two is not certain.
func (s *Store[Document]) Append(base int64, author string, document Document) (shared.Revision, error) {
	number, err := s.newest()
	switch {
	case err != nil:
		return shared.Revision{}, err
	case number != base:
		return shared.Revision{}, ErrConflict
	}
	next := saved[Document]{Revision: shared.Revision{Number: base + 1, Author: author, At: time.Now().UTC()},
		Document: &document}
	temporary, err := s.write(next)
	if err != nil {
		return shared.Revision{}, err
	}
	defer os.Remove(temporary)
	if err := durable.Place(temporary, s.path(next.Revision.Number)); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return shared.Revision{}, ErrConflict
		}
		return shared.Revision{}, err
	}
	if err := durable.Sync(s.directory); err != nil {
		return next.Revision, err
	}
	return next.Revision, s.supersede()
}

// read reads one revision.
func (s *Store[Document]) read(number int64) (saved[Document], error) {
	var content saved[Document]
	encoded, err := durable.Read(s.path(number))
	if err == nil {
		err = json.Unmarshal(encoded, &content)
	}
	if err == nil && content.Document == nil && !content.Superseded {
		content.Document = new(Document) // A document that is null in JSON, such as a nil map.
	}
	return content, err
}

// write writes a file that nobody reads yet.
func (s *Store[Document]) write(content saved[Document]) (path string, err error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	file, err := filemode.CreateTemp(s.directory, saving)
	if err != nil {
		return "", err
	}
	_, err = file.Write(encoded)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		_ = os.Remove(file.Name())
	}
	return file.Name(), err
}

// newest returns the number of the newest revision, 0 when there is none.
func (s *Store[Document]) newest() (int64, error) {
	numbers, err := s.numbers()
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	return slices.Max(numbers), nil
}

// numbers returns the numbers of all revisions, in no order.
func (s *Store[Document]) numbers() ([]int64, error) {
	entries, err := os.ReadDir(s.directory)
	var numbers []int64
	for _, entry := range entries {
		digits, isRevision := strings.CutSuffix(entry.Name(), suffix)
		if number, err := strconv.ParseInt(digits, 10, 64); isRevision && err == nil && number > 0 {
			numbers = append(numbers, number)
		}
	}
	return numbers, err
}

// How files are called: revisions by their number and the suffix, those that are being written with a prefix.
const (
	suffix = ".settings.json"
	saving = "saving-"
)

func (s *Store[Document]) path(number int64) string {
	return filepath.Join(s.directory, strconv.FormatInt(number, 10)+suffix)
}
