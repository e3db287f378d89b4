package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestPurge removes the secrets of old revisions, from the files as well.
func TestPurge(t *testing.T) {
	page := openPage(t, Configuration{})
	var sealed [][]byte
	for _, text := range []string{"a", "b", "c"} {
		save(t, page, values(), password(text))
		state, err := page.store.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(state.Revision.Document.Secrets["password"].Sealed)
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, bytes.Trim(encoded, `"`))
	}
	for round, want := range []int64{2, 0} {
		if result, err := page.Purge(t.Context(), shared.PurgeRequest{Actor: "anna"}); err != nil || result.Secrets != want {
			t.Errorf("round %d: %d secrets, %v", round, result.Secrets, err)
		}
	}
	for i, want := range []bool{false, false, true} {
		if found := inFiles(t, page.configuration.DataDir, sealed[i]); found != want {
			t.Errorf("the secret of revision %d is in the files: %t", i+1, found)
		}
	}
	list, err := page.Revisions(t.Context(), shared.RevisionsRequest{})
	if err != nil || fmt.Sprint(list.Entries[0].Changes) != "[{password  }]" {
		t.Errorf("the history: %+v, %v", list.Entries, err)
	}
	if got, err := inUse(t, page); got != "c" || err != nil {
		t.Errorf("the newest secret: %q, %v", got, err)
	}
	if _, err := page.Rekey(t.Context(), shared.RekeyRequest{}); err != nil {
		t.Error(err)
	}
	if result := restore(t, page, 1); !result.Saved || codes(result.Diagnostics) != "secret_not_restored password" {
		t.Errorf("going back: %+v", result)
	}
}

// inFiles reports whether a file of the directory holds the text.
func inFiles(t *testing.T, directory string, text []byte) bool {
	t.Helper()
	files, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(directory, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, text) {
			return true
		}
	}
	return false
}
