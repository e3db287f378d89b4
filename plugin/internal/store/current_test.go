package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

func openedIn(t *testing.T, directory string) *Store {
	t.Helper()
	store, err := OpenSQLite(t.Context(), directory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func inForce(t *testing.T, store *Store) State {
	t.Helper()
	state, err := store.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func named(server string) Document {
	return Document{Values: shared.Values{"server": shared.Text(server)}}
}

// writings are the ways in which what is in force is written.
var writings = map[string]struct {
	write func(*testing.T, *Store) error
	shown func(State) string
	want  string
}{
	"a save": {
		func(t *testing.T, s *Store) error {
			_, err := s.Append(t.Context(), inForce(t, s).Revision, named("second"), "bert", time.Now())
			return err
		},
		serverOf, "second",
	},
	"sealing anew, which leaves the revision's number": {
		func(t *testing.T, s *Store) error {
			return s.Rewrite(t.Context(), func(Revision) (Document, bool, error) { return named("again"), true, nil })
		},
		serverOf, "again",
	},
	"a test that passed": {
		func(t *testing.T, s *Store) error { return s.SetVerified(t.Context(), Verification{Actor: "carl"}) },
		func(s State) string { return s.Verified.Actor }, "carl",
	},
	"a backup that is put back, which takes revisions away": {
		func(t *testing.T, s *Store) error { return s.exec(t.Context(), `DELETE FROM settings_revision`) },
		func(s State) string { return fmt.Sprint(s.Revision.Number) }, "0",
	},
}

func serverOf(s State) string { return s.Revision.Document.Values["server"].String() }

// TestCurrentSeesWhatIsWritten has another process on the same data directory, or this one, write: what is known is not
// in force any more.
func TestCurrentSeesWhatIsWritten(t *testing.T) {
	for name, test := range writings {
		for who, other := range map[string]bool{"this process": false, "another process": true} {
			t.Run(name+" by "+who, func(t *testing.T) {
				directory := t.TempDir()
				store := openedIn(t, directory)
				if _, err := store.Append(t.Context(), Revision{}, named("first"), "anna", time.Now()); err != nil {
					t.Fatal(err)
				}
				known := inForce(t, store)
				if again := inForce(t, store); again.Reading != known.Reading {
					t.Errorf("nothing was written, and reading %d became %d", known.Reading, again.Reading)
				}
				writer := store
				if other {
					writer = openedIn(t, directory)
				}
				if err := test.write(t, writer); err != nil {
					t.Fatal(err)
				}
				now := inForce(t, store)
				if got := test.shown(now); got != test.want || now.Reading == known.Reading {
					t.Errorf("%q is in force, want %q; reading %d became %d", got, test.want, known.Reading, now.Reading)
				}
			})
		}
	}
}

// TestCurrentIsNeverBehind has several read while others save: what a caller has saved is in force for all from then
// on, or something newer is.
func TestCurrentIsNeverBehind(t *testing.T) {
	directory := t.TempDir()
	stores := []*Store{openedIn(t, directory), openedIn(t, directory)}
	var callers sync.WaitGroup
	for i := range 4 {
		callers.Go(func() {
			for range 50 {
				state := inForce(t, stores[i%2])
				saved, err := stores[i%2].Append(t.Context(), state.Revision, named("x"), "anna", time.Now())
				if err != nil {
					continue // Another one was faster.
				}
				for _, store := range stores {
					if now := inForce(t, store); now.Revision.Number < saved.Number {
						t.Errorf("revision %d is in force after %d was saved", now.Revision.Number, saved.Number)
					}
				}
			}
		})
	}
	callers.Wait()
}

// TestUnchangedIsNotReadAgain asks for nothing but the version while nothing is written, also where the rest of the
// database is written: what was made from a reading stays good.
func TestUnchangedIsNotReadAgain(t *testing.T) {
	store := openedIn(t, t.TempDir())
	if _, err := store.Append(t.Context(), Revision{}, named("first"), "anna", time.Now()); err != nil {
		t.Fatal(err)
	}
	known := inForce(t, store)
	if got := testing.AllocsPerRun(100, func() { inForce(t, store) }); got > 20 {
		t.Errorf("%v allocations; those of a row that is read are 39", got)
	}
	if err := store.exec(t.Context(), `CREATE TABLE other (id INTEGER)`); err != nil {
		t.Fatal(err)
	}
	if now := inForce(t, store); now.Reading != known.Reading {
		t.Errorf("reading %d became %d, although nothing of it was written", known.Reading, now.Reading)
	}
}
