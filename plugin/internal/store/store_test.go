package store

import (
	"context"
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
	document := Document{Values: shared.Values{},
		Secrets: map[string]SealedSecret{"password": {Sealed: []byte("under the old key")}}}
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
	if _, err := store.Append(t.Context(), base.Revision, base.Revision.Document, "anna", time.Now()); !errors.Is(err,
		ErrResealed) {
		t.Errorf("saved what is sealed under the old key: %v", err)
	}
	again, err := store.Current(t.Context())
	if err != nil || string(again.Revision.Document.Secrets["password"].Sealed) != "under the new key" {
		t.Fatalf("what is known is %q, %v", again.Revision.Document.Secrets["password"].Sealed, err)
	}
	if _, err := store.Append(t.Context(), again.Revision, again.Revision.Document, "anna", time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := store.Append(t.Context(), again.Revision, again.Revision.Document, "bert", time.Now()); !errors.Is(err,
		ErrConflict) {
		t.Errorf("an old revision: %v", err)
	}
}

// TestRewriteHoldsNobodyUp saves while a rewriting is under way, as when the service that holds the key does not
// answer: it is not held up, and what it has saved stays as it is. Two rewritings at once do not undo each other.
func TestRewriteHoldsNobodyUp(t *testing.T) {
	store, err := OpenSQLite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sealed := func(text string) Document {
		return Document{Values: shared.Values{}, Secrets: map[string]SealedSecret{"password": {Sealed: []byte(text)}}}
	}
	first, err := store.Append(t.Context(), Revision{}, sealed("first"), "anna", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // In which it ends where it waits for itself.
	defer cancel()
	err = store.Rewrite(t.Context(), func(Revision) (Document, bool, error) {
		if _, err := store.Append(ctx, first, sealed("second"), "bert", time.Now()); err != nil {
			t.Errorf("nothing can be saved: %v", err)
		}
		return sealed("first again"), true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Rewrite(t.Context(), func(revision Revision) (Document, bool, error) {
		if revision.Number == 1 {
			if err := store.Rewrite(ctx, func(inner Revision) (Document, bool, error) {
				return sealed("of another process"), inner.Number == 2, nil
			}); err != nil {
				t.Error(err)
			}
		}
		return sealed("too late"), true, nil
	})
	if !errors.Is(err, ErrResealed) {
		t.Errorf("what another process has rewritten is overwritten: %v", err)
	}
	for number, want := range map[int64]string{1: "first again", 2: "of another process"} {
		revision, err := store.Revision(t.Context(), number)
		if err != nil || string(revision.Document.Secrets["password"].Sealed) != want {
			t.Errorf("revision %d holds %q, %v", number, revision.Document.Secrets["password"].Sealed, err)
		}
	}
}
