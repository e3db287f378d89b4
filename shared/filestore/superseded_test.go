package filestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// account is a document that says what of it may stay.
type account struct {
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
}

func (a account) WithoutSecrets() account { a.Password = ""; return a }

// plain is one that does not.
type plain struct {
	Password string `json:"password,omitempty"`
}

// holds names the files of the directory in which the text stands.
func holds(t *testing.T, directory, text string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), text) {
			names = append(names, entry.Name())
		}
	}
	return names
}

func opened[Document any](t *testing.T, directory string) *Store[Document] {
	t.Helper()
	store, err := Open[Document](directory)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func appendTo[Document any](t *testing.T, store *Store[Document], base int64, document Document) {
	t.Helper()
	if _, err := store.Append(base, "anna", document); err != nil {
		t.Fatal(err)
	}
}

// TestSupersededSecrets holds that no file has a secret any more once it was replaced or removed, whatever the document
// says of itself, and that the present one stays.
func TestSupersededSecrets(t *testing.T) {
	t.Run("says what may stay", func(t *testing.T) {
		directory := t.TempDir()
		store := opened[account](t, directory)
		for number, password := range []string{"first0", "first0", "second1", ""} {
			appendTo(t, store, int64(number), account{fmt.Sprint("name", number), password})
			for _, old := range []string{"first0", "second1"} {
				files := holds(t, directory, old)
				if old != password && len(files) != 0 || old == password && len(files) != 1 {
					t.Errorf("after revision %d with %q, %q stands in %v", number+1, password, old, files)
				}
			}
		}
		if files := holds(t, directory, "name0"); len(files) != 1 {
			t.Errorf("what is no secret stands in %v", files)
		}
	})
	t.Run("says nothing", func(t *testing.T) {
		directory := t.TempDir()
		store := opened[plain](t, directory)
		appendTo(t, store, 0, plain{"first0"})
		appendTo(t, store, 1, plain{"second1"})
		if files := holds(t, directory, "first0"); len(files) != 0 {
			t.Errorf("it stands in %v", files)
		}
		if document, revision, err := store.Current(); err != nil || document.Password != "second1" || revision.Number != 2 {
			t.Errorf("%+v, %+v, %v", document, revision, err)
		}
	})
}

// TestEarlierDirectory opens a directory as earlier versions left it, with the secrets of all revisions, a damaged one
// and a file that was being saved when the power went.
func TestEarlierDirectory(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{
		"1": `{"revision":{"number":1,"author":"anna","at":"2026-01-02T00:00:00Z"},` +
			`"document":{"name":"a","password":"first0"}}`,
		"2": `{"revision":{"number":2,"author":"bert"},"document":{"password":"first0`,
		"3": `{"revision":{"number":3,"author":"anna","at":"2026-01-02T00:00:00Z"},` +
			`"document":{"name":"c","password":"third2"}}`,
	} {
		if err := os.WriteFile(filepath.Join(directory, name+suffix), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	left, fresh := filepath.Join(directory, "saving-1"), filepath.Join(directory, "saving-2")
	for _, path := range []string{left, fresh} {
		if err := os.WriteFile(path, []byte("third2"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(left, time.Time{}, time.Now().Add(-2*abandoned)); err != nil {
		t.Fatal(err)
	}
	store := opened[account](t, directory)
	if files := holds(t, directory, "first0"); len(files) != 0 {
		t.Errorf("after opening, an old secret stands in %v", files)
	}
	document, revision, err := store.Current()
	if err != nil || document != (account{"c", "third2"}) || revision.Number != 3 || revision.At.Year() != 2026 {
		t.Errorf("in force: %+v, %+v, %v", document, revision, err)
	}
	if files := holds(t, directory, "third2"); fmt.Sprint(files) != "[3.settings.json saving-2]" {
		t.Errorf("the secret in force stands in %v", files)
	}
	if _, err := store.Append(2, "bert", account{}); !errors.Is(err, ErrConflict) {
		t.Errorf("a revision that was superseded is no longer a conflict: %v", err)
	}
}

// TestGoBackByHand removes the newest revision: the one before is in force without its secret, or says that it holds
// nothing, and is never taken for an empty one.
func TestGoBackByHand(t *testing.T) {
	directory := t.TempDir()
	store := opened[account](t, directory)
	appendTo(t, store, 0, account{"a", "first0"})
	appendTo(t, store, 1, account{"b", "second1"})
	if err := os.Remove(store.path(2)); err != nil {
		t.Fatal(err)
	}
	document, revision, err := store.Current()
	if err != nil || document != (account{Name: "a"}) || revision.Number != 1 || revision.Author != "anna" {
		t.Errorf("%+v, %+v, %v", document, revision, err)
	}
	appendTo(t, store, 1, account{"c", "third2"})

	other := opened[plain](t, t.TempDir())
	appendTo(t, other, 0, plain{"first0"})
	appendTo(t, other, 1, plain{"second1"})
	if err := os.Remove(other.path(2)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.Current(); err == nil || !strings.Contains(err.Error(), other.path(1)) {
		t.Errorf("a revision that holds nothing: %v", err)
	}
}
