package store

import (
	"errors"
	"strings"
	"testing"
)

// TestFormat holds that a database that a later version has brought to another format is refused by a message that
// names that version, unless the later version says that this one may go on.
func TestFormat(t *testing.T) {
	directory := t.TempDir()
	database := openedIn(t, directory)
	if err := database.NoteFormat(t.Context()); err != nil {
		t.Fatal(err)
	}
	var noted format
	if found, err := ReadState(t.Context(), database.DB(), stateFormat, &noted); !found || err != nil ||
		noted.Format != ownFormat || noted.Version == "" {
		t.Fatalf("%+v, %v", noted, err)
	}
	for _, c := range []struct {
		later   format
		refused bool
	}{
		{format{Format: ownFormat + 1, Needs: ownFormat, Version: "9.8.7"}, false},
		{format{Format: ownFormat + 2, Needs: ownFormat + 1, Version: "9.9.9"}, true},
	} {
		if err := WriteState(t.Context(), database.DB(), stateFormat, c.later); err != nil {
			t.Fatal(err)
		}
		again, err := OpenSQLite(t.Context(), directory)
		if err == nil {
			if err := again.NoteFormat(t.Context()); err != nil {
				t.Error(err)
			}
			again.Close()
		}
		var format *FormatError
		if refused := errors.As(err, &format); refused != c.refused || err != nil && !refused {
			t.Errorf("%+v: %v", c.later, err)
		}
		if c.refused && !strings.Contains(err.Error(), "it needs version "+c.later.Version) {
			t.Errorf("it does not say which version it needs: %v", err)
		}
		if _, err := ReadState(t.Context(), database.DB(), stateFormat, &noted); err != nil || noted != c.later {
			t.Errorf("%+v became %+v, %v", c.later, noted, err)
		}
	}
}
