package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// TestPurgeClearsTheWay has an old revision hold what no key opens, as somebody can write there who has no key: a new
// key can be turned to all the same, once the old revisions are purged.
func TestPurgeClearsTheWay(t *testing.T) {
	foreign := openPage(t, Configuration{})
	save(t, foreign, values(), password("x"))
	other := documentOf(t, foreign, 1)
	for name, damage := range map[string]func(document map[string]any){
		"foreign secret": func(document map[string]any) { document["secrets"] = other["secrets"] },
		"foreign record": func(document map[string]any) { document["record"] = other["record"] },
		"damaged secret": func(document map[string]any) {
			document["secrets"].(map[string]any)["password"].(map[string]any)["sealed"] = "AAAA"
		},
		"damaged record": func(document map[string]any) { document["record"] = "AAAA" },
		"unknown secret": func(document map[string]any) {
			document["secrets"].(map[string]any)["x"] = map[string]any{"sealed": "AAAA"}
		},
		"nothing damaged": func(map[string]any) {},
	} {
		t.Run(name, func(t *testing.T) {
			page := openPage(t, Configuration{})
			save(t, page, values(), password("a"))
			save(t, page, values(), password("b"))
			document := documentOf(t, page, 1)
			damage(document)
			setDocument(t, page, 1, document)
			_, err := page.Rekey(t.Context(), shared.RekeyRequest{})
			if (err != nil) != (name != "nothing damaged") || err != nil && !strings.Contains(err.Error(), "revision 1") {
				t.Errorf("before the purge: %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "history purge") {
				t.Errorf("the way out is not told: %v", err)
			}
			if _, err := page.Purge(t.Context(), shared.PurgeRequest{}); err != nil {
				t.Fatal(err)
			}
			if _, err := page.Rekey(t.Context(), shared.RekeyRequest{}); err != nil {
				t.Errorf("after the purge: %v", err)
			}
			if got, err := inUse(t, page); got != "b" || err != nil {
				t.Errorf("the newest secret: %q, %v", got, err)
			}
		})
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
