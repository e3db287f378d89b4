package store

import "testing"

// oddNames are of directories that only this system can have.
var oddNames []string

// TestURI holds how the paths of Windows are written.
func TestURI(t *testing.T) {
	for path, want := range map[string]string{
		`C:\a b\x.db`:            "file:///C:/a%20b/x.db",
		`C:\a#b\x%y.db`:          "file:///C:/a%23b/x%25y.db",
		`\\server\a share\x.db`:  "file:////server/a%20share/x.db",
		`\data\x.db`:             "file:///data/x.db",
		`data\x.db`:              "file:data/x.db",
		`\\?\C:\long\x.db`:       "file:////%3F/C:/long/x.db",
		`\\localhost\share\x.db`: "file:////localhost/share/x.db",
	} {
		if got := uri(path); got != want {
			t.Errorf("%s is %s, not %s", path, got, want)
		}
	}
}
