package filestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestSavers has many save at once: exactly one wins each revision, and none is overwritten.
func TestSavers(t *testing.T) {
	directory := t.TempDir()
	const savers, rounds = 8, 80
	var won, lost atomic.Int64
	for round := range int64(rounds) {
		var wg sync.WaitGroup
		for saver := range savers {
			wg.Go(func() {
				store, err := Open[string](directory) // as another process does
				if err != nil {
					t.Error(err)
					return
				}
				switch _, err := store.Append(round, fmt.Sprint(saver), fmt.Sprint(saver)); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, ErrConflict):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		store, _ := Open[string](directory)
		document, revision, err := store.Current()
		if err != nil || revision.Number != round+1 || revision.Author != document {
			t.Fatalf("%q, %+v, %v", document, revision, err)
		}
	}
	if won.Load() != rounds || lost.Load() != rounds*(savers-1) {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != kept {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", entry.Name(), info.Mode(), err)
		}
	}
}

func TestDamagedFile(t *testing.T) {
	store, err := Open[string](t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(0, "anna", "x"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.path(1), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Current(); err == nil || !strings.Contains(err.Error(), store.path(1)) ||
		!strings.Contains(err.Error(), "remove it") {
		t.Errorf("a damaged file: %v", err)
	}
}

// TestOpenRevisions makes private what a restore has left open, and refuses a directory that others can write.
func TestOpenRevisions(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "data")
	store, err := Open[string](directory)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(0, "anna", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(store.path(1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open[string](directory); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(store.path(1)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Chmod(directory, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open[string](directory); err == nil || !strings.Contains(err.Error(), "run chmod go-w "+directory) {
		t.Errorf("a directory that others can write: %v", err)
	}
}
