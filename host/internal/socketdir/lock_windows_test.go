package socketdir

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestStale holds which directories count as left behind: those with the marker that nobody has open. What cannot be
// removed yet keeps the marker, and goes the next time.
func TestStale(t *testing.T) {
	base := t.TempDir()
	held, err := newIn([]string{base})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sp-1", "sp-2", "sp-x", "sp-3"} {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, inside := range []string{marker, "smtp-plugin.exe"} {
			if name == "sp-2" && inside == marker {
				continue
			}
			if err := os.WriteFile(filepath.Join(base, name, inside), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	runs, err := openAlone(filepath.Join(base, "sp-3", "smtp-plugin.exe"), 3)
	if err != nil {
		t.Fatal(err)
	}
	removeStale(base)
	for name, stays := range map[string]bool{filepath.Base(held.Path): true, "sp-1": false, "sp-2": true, "sp-x": true,
		filepath.Join("sp-3", marker): true} {
		if _, err := os.Stat(filepath.Join(base, name)); (err == nil) != stays {
			t.Errorf("%s stays: %v", name, err)
		}
	}
	if err := runs.Close(); err != nil {
		t.Fatal(err)
	}
	removeStale(base)
	if _, err := os.Stat(filepath.Join(base, "sp-3")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what has ended stays: %v", err)
	}
	if held.Remove(); !errors.Is(errorOf(os.Stat(held.Path)), os.ErrNotExist) {
		t.Error("Remove leaves it")
	}
}

func errorOf(_ os.FileInfo, err error) error { return err }
