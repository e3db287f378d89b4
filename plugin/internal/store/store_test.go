package store

import (
	"errors"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestAppendNoticesResealing holds that no revision is made from secrets whose key may be forgotten by now.
func TestAppendNoticesResealing(t *testing.T) {
	store, err := OpenSQLite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	document := Document{Values: shared.Values{}, Secrets: map[string]SealedSecret{"password": {Sealed: []byte("under the old key")}}}
	if _, err := store.Append(t.Context(), Revision{}, document, "anna", time.Now()); err != nil {
		t.Fatal(err)
	}
	base, err := store.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = store.Rewrite(t.Context(), func(revision Revision) (Document, bool, error) {
		revision.Document.Secrets["password"] = SealedSecret{Sealed: []byte("under the new key")}
		return revision.Document, true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(t.Context(), base.Revision, base.Revision.Document, "anna", time.Now()); !errors.Is(err, ErrResealed) {
		t.Errorf("saved what is sealed under the old key: %v", err)
	}
	again, err := store.Current(t.Context())
	if err != nil || string(again.Revision.Document.Secrets["password"].Sealed) != "under the new key" {
		t.Fatalf("what is known is %q, %v", again.Revision.Document.Secrets["password"].Sealed, err)
	}
	if _, err := store.Append(t.Context(), again.Revision, again.Revision.Document, "anna", time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := store.Append(t.Context(), again.Revision, again.Revision.Document, "bert", time.Now()); !errors.Is(err, ErrConflict) {
		t.Errorf("an old revision: %v", err)
	}
}
