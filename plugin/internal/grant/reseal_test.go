package grant

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testReseal turns to another key, and tells of renewals that may still seal with the one from before.
func testReseal(t *testing.T, process func(t *testing.T) *Keeper) {
	k := process(t)
	id, renewed := add(t, k), add(t, k)
	other, err := secret.OpenKeyring(t.Context(), t.TempDir(), "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	lost := add(t, NewKeeper(k.database, secret.NewKeeper(other), &secret.Sealing{}))
	given := lend(t, k, renewed, 1)
	ring := ringOf(k)
	if err := ring.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, renewing, err := k.Reseal(t.Context()); count != 2 || renewing != 1 || err != nil {
		t.Errorf("%d, %d being renewed, %v", count, renewing, err)
	}
	if _, err := given.Replace(t.Context(), answer(2, time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{1, 0} {
		if count, renewing, err := k.Reseal(t.Context()); count != want || renewing != 0 || err != nil {
			t.Errorf("%d instead of %d, %d being renewed, %v", count, want, renewing, err)
		}
	}
	if err := ring.Forget(); err != nil {
		t.Fatal(err)
	}
	if one, two := load(t, k, id), load(t, k, renewed); one.Refresh.Reveal() != "refresh-1" ||
		two.Refresh.Reveal() != "refresh-2" {
		t.Errorf("%+v, %+v", one, two)
	}
	if _, err := k.Describe(t.Context(), lost); err != nil {
		t.Errorf("what no key opens is not there any more: %v", err)
	}
}

// testForget deletes what nothing names: after two days, or at once when it is purged.
func testForget(t *testing.T, process func(t *testing.T) *Keeper) {
	k := process(t)
	inForce, old, fresh := add(t, k), add(t, k), add(t, k)
	forget := func(revision int64, before time.Time, want int64) {
		t.Helper()
		if count, err := k.Forget(t.Context(), inForce, revision, before); count != want || err != nil {
			t.Errorf("%d instead of %d deleted, %v", count, want, err)
		}
	}
	forget(0, time.Time{}, 0)
	if _, err := k.database.DB().ExecContext(t.Context(), "UPDATE oauth_grant SET renewed_at = renewed_at - 172801 "+
		"WHERE id IN ($1, $2)", inForce.Reveal(), old.Reveal()); err != nil {
		t.Fatal(err)
	}
	document := store.Document{Values: shared.Values{}}
	if _, err := k.database.Append(t.Context(), store.Revision{}, document, "anna", time.Now()); err != nil {
		t.Fatal(err)
	}
	forget(0, time.Time{}, 0) // There is a newer revision by now, which may name it.
	given := lend(t, k, old, 1)
	forget(1, time.Time{}, 0)
	if err := given.Release(t.Context(), false, ""); err != nil {
		t.Fatal(err)
	}
	forget(1, time.Time{}, 1)
	load(t, k, fresh)
	forget(1, time.Now().Add(time.Second), 1)
	load(t, k, inForce)
	forget(1, time.Now().Add(time.Second), 0)
}
