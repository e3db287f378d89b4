package plugin

import (
	"errors"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// TestMovedDatabaseIsNotWrittenTo opens a database that was moved: it is refused, and this version does not note that
// it uses it, which would keep an older one from going on with it.
func TestMovedDatabaseIsNotWrittenTo(t *testing.T) {
	directory := t.TempDir()
	page := openPage(t, Configuration{DataDir: directory})
	if err := store.WriteState(t.Context(), page.store.DB(), "moved", store.Move{To: "elsewhere"}); err != nil {
		t.Fatal(err)
	}
	if _, err := page.store.DB().Exec("DELETE FROM database_state WHERE name <> 'moved'"); err != nil {
		t.Fatal(err)
	}
	var moved *store.MovedError
	opened, err := New(t.Context(), Configuration{DataDir: directory})
	if !errors.As(err, &moved) {
		t.Errorf("it is opened: %v, %v", opened, err)
	}
	var noted int
	err = page.store.DB().QueryRow("SELECT COUNT(*) FROM database_state WHERE name <> 'moved'").Scan(&noted)
	if err != nil {
		t.Fatal(err)
	}
	if noted != 0 {
		t.Errorf("%d things are noted in it", noted)
	}
}
