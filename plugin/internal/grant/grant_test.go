package grant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// all are the tests that each engine takes.
var all = map[string]func(t *testing.T, process func(t *testing.T) *Keeper){
	"kept": testKept, "bound where it lies": testBoundWhereItLies, "one renews": testOneRenews,
	"refusal": testRefusal, "doubt": testDoubt, "nodes": testNodes, "sign out": testSignOut,
	"reseal": testReseal, "forget": testForget,
}

// onEngine runs all tests. open opens a database, which is a new one for another name.
func onEngine(t *testing.T, open func(t *testing.T, name string) *store.Store) {
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			keys := t.TempDir()
			test(t, func(t *testing.T) *Keeper {
				t.Helper()
				ring, err := secret.OpenKeyring(t.Context(), keys, "", nil, true)
				if err != nil {
					t.Fatal(err)
				}
				k := NewKeeper(open(t, name), secret.NewKeeper(ring), &secret.Sealing{})
				rings.Store(k, ring)
				return k
			})
		})
	}
}

// TestSQLite runs them on the embedded engine.
func TestSQLite(t *testing.T) {
	directory := t.TempDir()
	onEngine(t, func(t *testing.T, name string) *store.Store {
		t.Helper()
		opened, err := store.OpenSQLite(t.Context(), filepath.Join(directory, name))
		return closedAfter(t, opened, err)
	})
}

// rings are those of the processes.
var rings sync.Map

func ringOf(k *Keeper) *secret.Keyring {
	ring, _ := rings.Load(k)
	return ring.(*secret.Keyring)
}

func closedAfter(t *testing.T, opened *store.Store, err error) *store.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

var (
	parts = map[string]string{"server": "mail.example.org", "login": "box@example.org", "oauth_client_id": "console"}
	other = map[string]string{"server": "evil.example.org", "login": "box@example.org", "oauth_client_id": "console"}
)

func answer(number int, life time.Duration) oauth.Answer {
	return oauth.Answer{
		Text: shared.NewSecretText(fmt.Sprint("access-", number)), Expires: time.Now().Add(life),
		Refresh: shared.NewSecretText(fmt.Sprint("refresh-", number)), RefreshEnds: time.Now().Add(90 * 24 * time.Hour),
	}
}

func add(t *testing.T, k *Keeper) shared.SecretText {
	t.Helper()
	id, err := k.Add(t.Context(), New{Account: "box@example.org", Author: "anna", Parts: parts,
		Answer: answer(1, time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func load(t *testing.T, k *Keeper, id shared.SecretText) oauth.Grant {
	t.Helper()
	found, err := k.Of(id, parts).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func lend(t *testing.T, k *Keeper, id shared.SecretText, version int64) oauth.Lease {
	t.Helper()
	given, err := k.Of(id, parts).Lease(t.Context(), version, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return given
}

// testKept stores a grant that other processes find, and that is of no use with other settings.
func testKept(t *testing.T, process func(t *testing.T) *Keeper) {
	one, two := process(t), process(t)
	id := add(t, one)
	found := load(t, two, id)
	if found.Version != 1 || found.Refresh.Reveal() != "refresh-1" || found.Access.Reveal() != "access-1" ||
		found.Left < 50*time.Minute || found.Life < found.Left || found.Life > time.Hour+time.Second {
		t.Errorf("%+v", found)
	}
	told, err := two.Describe(t.Context(), id)
	if err != nil || told.Account != "box@example.org" || told.Author != "anna" || !told.Refused.IsZero() ||
		time.Since(told.SignedIn).Abs() > time.Minute || time.Since(told.Renewed).Abs() > time.Minute ||
		(time.Until(told.Ends)-90*24*time.Hour).Abs() > time.Minute || told.Parts["server"] != "mail.example.org" {
		t.Errorf("%+v, %v", told, err)
	}
	if got, err := one.Of(id, other).Load(t.Context()); !errors.Is(err, ErrElsewhere) || !got.Refresh.IsEmpty() {
		t.Errorf("for other settings: %v", err)
	}
	row, err := one.database.Grant(t.Context(), id.Reveal())
	if err != nil || bytes.Contains(row.Sealed, []byte("refresh-1")) {
		t.Errorf("%s, %v", row.Sealed, err)
	}
	if _, err := one.Describe(t.Context(), shared.NewSecretText("another")); !errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("another: %v", err)
	}
}

// testBoundWhereItLies holds that who can write into the database cannot have the tokens used with other
// settings, nor as another version.
func testBoundWhereItLies(t *testing.T, process func(t *testing.T) *Keeper) {
	k := process(t)
	id := add(t, k)
	encoded, _ := json.Marshal(document{Parts: other})
	for _, one := range []struct {
		name, statement string
		parts           map[string]string
	}{
		{"parts", "UPDATE oauth_grant SET document = '" + string(encoded) + "'", other},
		{"version", "UPDATE oauth_grant SET version = version + 1", parts},
		{"id", "UPDATE oauth_grant SET id = 'another'", parts},
	} {
		id := add(t, k)
		if one.name == "id" {
			id = shared.NewSecretText("another")
			one.statement += " WHERE id = (SELECT MIN(id) FROM oauth_grant)"
		}
		if _, err := k.database.DB().ExecContext(t.Context(), one.statement); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Of(id, one.parts).Load(t.Context()); !errors.Is(err, secret.ErrCannotOpen) ||
			!got.Refresh.IsEmpty() {
			t.Errorf("%s: %v", one.name, err)
		}
		if _, err := k.database.DB().ExecContext(t.Context(), "DELETE FROM oauth_grant"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Describe(t.Context(), id); !errors.Is(err, oauth.ErrNoGrant) {
		t.Error(err)
	}
}

// testOneRenews gives the lease of a version to one process at a time, by the clock of the database.
func testOneRenews(t *testing.T, process func(t *testing.T) *Keeper) {
	one, two := process(t), process(t)
	id := add(t, one)
	set := func(what string) {
		t.Helper()
		if _, err := one.database.DB().ExecContext(t.Context(), "UPDATE oauth_grant SET "+what); err != nil {
			t.Fatal(err)
		}
	}
	first := lend(t, one, id, 1)
	if first == nil || lend(t, two, id, 1) != nil || lend(t, one, id, 1) != nil || lend(t, two, id, 2) != nil {
		t.Error("not one lease")
	}
	set("lease_until = lease_until - 61") // The first one was stopped.
	second := lend(t, two, id, 1)
	if second == nil {
		t.Fatal("no lease after the end of the first")
	}
	if err := first.Release(t.Context(), false, ""); err != nil || lend(t, one, id, 1) != nil {
		t.Errorf("the first one has ended the lease of the second: %v", err)
	}
	if replaced, err := second.Replace(t.Context(), answer(2, time.Hour)); !replaced || err != nil {
		t.Errorf("%t, %v", replaced, err)
	}
	if replaced, err := first.Replace(t.Context(), answer(3, time.Hour)); replaced || err != nil {
		t.Errorf("the one that was late: %t, %v", replaced, err)
	}
	if found := load(t, one, id); found.Version != 2 || found.Refresh.Reveal() != "refresh-2" {
		t.Errorf("%+v", found)
	}
	third := lend(t, one, id, 2)
	// The clock was set back by an hour.
	set("lease_until = lease_until + 3600, access_until = access_until + 3600, renewed_at = renewed_at + 3600")
	if found := load(t, two, id); third == nil || lend(t, two, id, 2) == nil || found.Left > time.Hour {
		t.Errorf("after the clock was set back: %+v", found)
	}
}

// testRefusal is told of until the provider takes the grant after all.
func testRefusal(t *testing.T, process func(t *testing.T) *Keeper) {
	k := process(t)
	id := add(t, k)
	refused := func() bool {
		told, err := k.Describe(t.Context(), id)
		return err == nil && time.Since(told.Refused).Abs() < time.Minute
	}
	if err := lend(t, k, id, 1).Release(t.Context(), false, ""); err != nil || refused() {
		t.Errorf("the endpoint was away: %v", err)
	}
	if err := lend(t, k, id, 1).Release(t.Context(), true, ""); err != nil || !refused() {
		t.Errorf("refused: %v", err)
	}
	if _, err := lend(t, k, id, 1).Replace(t.Context(), answer(2, time.Hour)); err != nil || refused() {
		t.Errorf("taken again: %v", err)
	}
}

// testSignOut takes the grant out once, gives its token to be withdrawn, and waits for a renewal.
func testSignOut(t *testing.T, process func(t *testing.T) *Keeper) {
	one, two := process(t), process(t)
	id := add(t, one)
	renewal := lend(t, one, id, 1)
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := two.SignOut(impatient, id, parts); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("during a renewal: %v", err)
	}
	if _, err := renewal.Replace(t.Context(), answer(2, time.Hour)); err != nil {
		t.Fatal(err)
	}
	if refresh, err := two.SignOut(t.Context(), id, parts); err != nil || refresh.Reveal() != "refresh-2" {
		t.Errorf("%v", err)
	}
	if _, err := one.SignOut(t.Context(), id, parts); !errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("again: %v", err)
	}
	if refresh, err := one.SignOut(t.Context(), add(t, one), other); err != nil || !refresh.IsEmpty() {
		t.Errorf("for other settings: %v", err)
	}
	if left, err := one.database.Grants(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("%d left, %v", len(left), err)
	}
}
