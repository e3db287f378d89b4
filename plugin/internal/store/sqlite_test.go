package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// TestOddDirectories opens the database below directories whose names mean something in a URI, and finds all its files
// there, none of which others can use.
func TestOddDirectories(t *testing.T) {
	for _, name := range append(oddNames, "a b", "a#b", "a%20b", "a&b=c", "ä;+,'") {
		above := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(above, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, directory := range []string{above, filepath.Join(above, "data")} {
			opened, err := OpenSQLite(t.Context(), directory)
			if err != nil {
				t.Errorf("%s: %v", directory, err)
				continue
			}
			for _, path := range Files(directory)[:3] {
				if _, err := os.Stat(path); err != nil {
					t.Error(err)
				}
				if tightened, err := filemode.Tighten(path); tightened || err != nil {
					t.Errorf("%s: others can use it, %t; %v", path, tightened, err)
				}
			}
			opened.Close()
		}
	}
}

// TestRelativeDirectory opens a database below the current directory.
func TestRelativeDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	opened, err := OpenSQLite(t.Context(), "da ta")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if _, err := os.Stat(Files("da ta")[0]); err != nil {
		t.Error(err)
	}
}
