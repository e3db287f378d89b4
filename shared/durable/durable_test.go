package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// holds fails the test unless the file has the content.
func holds(t *testing.T, path, content string) {
	t.Helper()
	if found, err := Read(path); err != nil || string(found) != content {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), found, err, content)
	}
}

func TestPlace(t *testing.T) {
	directory := t.TempDir()
	path, first, second := filepath.Join(directory, "a b"), filepath.Join(directory, "1"), filepath.Join(directory, "2")
	write(t, first, "first")
	write(t, second, "second")
	if err := errors.Join(Place(first, path), Sync(directory)); err != nil {
		t.Fatal(err)
	}
	if err := Place(second, path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	holds(t, path, "first")
	holds(t, second, "second")
	if err := Place(filepath.Join(directory, "none"), filepath.Join(directory, "x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing to place: %v", err)
	}
}

func TestReplace(t *testing.T) {
	directory := t.TempDir()
	path, next := filepath.Join(directory, "file"), filepath.Join(directory, "next")
	for _, content := range []string{"one", "two"} {
		write(t, next, content)
		if err := errors.Join(Replace(next, path), Sync(directory)); err != nil {
			t.Fatal(err)
		}
		holds(t, path, content)
	}
	write(t, next, "at last")
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := Replace(next, path); err != nil {
		t.Errorf("a file that may only be read: %v", err)
	}
	holds(t, path, "at last")
}
