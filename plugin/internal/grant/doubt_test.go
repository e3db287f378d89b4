package grant

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// testDoubt knows of a process that died while it renewed, and of a database that may have been put back, until the
// provider has given other tokens.
func testDoubt(t *testing.T, process func(t *testing.T) *Keeper) {
	k := process(t)
	id := add(t, k)
	version := int64(1)
	want := func(what string, doubt oauth.Doubt) {
		t.Helper()
		if found := load(t, k, id); found.Doubt != doubt {
			t.Errorf("%s: %q", what, found.Doubt)
		}
	}
	renew := func() {
		t.Helper()
		if replaced, err := lend(t, k, id, version).Replace(t.Context(), answer(2, time.Hour)); !replaced || err != nil {
			t.Fatal(replaced, err)
		}
		version++
	}
	want("new", "")
	lend(t, k, id, version)
	want("being renewed", "")
	if _, err := k.database.DB().ExecContext(t.Context(), "UPDATE oauth_grant SET lease_until = 1"); err != nil {
		t.Fatal(err)
	}
	want("died", oauth.Interrupted)
	if err := lend(t, k, id, version).Release(t.Context(), true, ""); err != nil {
		t.Fatal(err)
	}
	want("refused after that", oauth.Interrupted)
	renew()
	want("renewed", "")
	if err := store.DoubtGrants(t.Context(), k.database.DB()); err != nil {
		t.Fatal(err)
	}
	want("put back", oauth.Restored)
	if err := lend(t, k, id, version).Release(t.Context(), false, oauth.Unheard); err != nil {
		t.Fatal(err)
	}
	want("unheard after that", oauth.Restored)
	renew()
	want("renewed", "")
	if err := lend(t, k, id, version).Release(t.Context(), false, oauth.Unheard); err != nil {
		t.Fatal(err)
	}
	want("unheard", oauth.Unheard)
	renew()
	want("renewed", "")
}
