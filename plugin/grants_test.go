package plugin

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// addGrant keeps a grant for settings with the parts.
func addGrant(t *testing.T, page *Page, parts map[string]string) shared.SecretText {
	t.Helper()
	id, err := page.grants.Add(t.Context(), grant.New{Parts: parts, Answer: oauth.Answer{
		Text: shared.NewSecretText("access"), Refresh: shared.NewSecretText("refresh"), Expires: time.Now().Add(time.Hour),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// appendGrant makes a revision that names the grant, as the page does when it is saved.
func appendGrant(t *testing.T, page *Page, id shared.SecretText) map[string]string {
	t.Helper()
	bound, err := page.bind(t.Context(), shared.Draft{Values: values("authentication", shared.Text("none"))})
	if err != nil {
		t.Fatal(err)
	}
	document, err := bound.document(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	record := record{Secrets: map[string]identity{settings.OAuthGrant: {ID: "id", Generation: "generation"}}}
	to := settingsDestination(settings.OAuthGrant, bound.settings.Destination())
	to.ID, to.Generation = "id", "generation"
	sealed, err := page.keeper.Seal(t.Context(), id, to)
	if err != nil {
		t.Fatal(err)
	}
	document.Secrets = map[string]store.SealedSecret{settings.OAuthGrant: {Sealed: sealed, Destination: to}}
	if document.Record, err = page.sealRecord(t.Context(), bound.base.Revision.Number+1, record); err != nil {
		t.Fatal(err)
	}
	if saved, err := page.append(t.Context(), bound.base, document, "anna", time.Now()); err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	return bound.settings.Destination()
}

// TestGrantsOfNobodyGo purges the grants that nothing in force names, and keeps all while that cannot be told.
func TestGrantsOfNobodyGo(t *testing.T) {
	page := openPage(t, Configuration{})
	save(t, page, noLogin(), nil)
	old := addGrant(t, page, nil)
	inForce := addGrant(t, page, nil)
	appendGrant(t, page, inForce)
	drafted := addGrant(t, page, nil)
	is := func(there bool, ids ...shared.SecretText) {
		t.Helper()
		for i, id := range ids {
			if _, err := page.grants.Describe(t.Context(), id); (err == nil) != there {
				t.Errorf("grant %d: %v", i, err)
			}
		}
	}
	if count, err := page.forgetGrants(t.Context(), false); count != 0 || err != nil {
		t.Errorf("%d, %v", count, err)
	}
	is(true, old, inForce, drafted)
	keeper := page.keeper
	page.keeper = openPage(t, Configuration{}).keeper // It has another key.
	if _, err := page.Purge(t.Context(), shared.PurgeRequest{}); err == nil {
		t.Error("purged what may be in force")
	}
	is(true, old, inForce, drafted)
	page.keeper = keeper
	if result, err := page.Purge(t.Context(), shared.PurgeRequest{}); result.Secrets != 1 || err != nil {
		t.Errorf("%+v, %v", result, err)
	}
	is(false, old)
	is(true, inForce, drafted)
}

// TestRekeySealsGrantsAnew turns to a new key while a sign-in is being renewed: neither it nor another one is lost.
func TestRekeySealsGrantsAnew(t *testing.T) {
	page := openPage(t, Configuration{})
	parts := map[string]string{settings.Server: "mail.example.com"}
	rests, renewed := addGrant(t, page, parts), addGrant(t, page, parts)
	another, err := New(t.Context(), page.configuration) // of another process, with the same database and key
	if err != nil {
		t.Fatal(err)
	}
	defer another.Close()
	lease, err := another.grants.Of(renewed, parts).Lease(t.Context(), 1, time.Minute)
	if err != nil || lease == nil {
		t.Fatal(lease, err)
	}
	ended := make(chan error, 1)
	go func() {
		result, err := page.Rekey(t.Context(), shared.RekeyRequest{})
		if result.Secrets < 2 {
			t.Errorf("%+v", result)
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("the old key was forgotten while a sign-in was sealed under it, %v", err)
	case <-time.After(2*rekeyPause + rekeyPause/2): // In which it would have ended, if it did not wait.
	}
	next := oauth.Answer{Text: shared.NewSecretText("next"), Refresh: shared.NewSecretText("refresh-2")}
	if replaced, err := lease.Replace(t.Context(), next); !replaced || err != nil {
		t.Fatal(replaced, err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for id, want := range map[shared.SecretText]string{rests: "refresh", renewed: "refresh-2"} {
		if found, err := page.grants.Of(id, parts).Load(t.Context()); err != nil || found.Refresh.Reveal() != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestCloseAwaitsRenewal stores what a provider gives to a process that is about to end.
func TestCloseAwaitsRenewal(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), Passive: true})
	if err != nil {
		t.Fatal(err)
	}
	lease, err := page.grants.Of(addGrant(t, page, nil), nil).Lease(t.Context(), 1, time.Minute)
	if err != nil || lease == nil {
		t.Fatal(lease, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- page.Close() }()
	select {
	case err := <-ended:
		t.Fatalf("it did not wait, %v", err)
	case <-time.After(200 * time.Millisecond): // In which it would have ended.
	}
	next := oauth.Answer{Text: shared.NewSecretText("next"), Refresh: shared.NewSecretText("refresh-2")}
	if replaced, err := lease.Replace(t.Context(), next); !replaced || err != nil {
		t.Errorf("%t, %v", replaced, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestGrantThatCannotBeTold holds that the end of a sign-in that cannot be read for a moment is not taken for none.
func TestGrantThatCannotBeTold(t *testing.T) {
	p := newSignInServer(t)
	page := openPage(t, Configuration{})
	draft, _ := p.signedIn(t, page)
	if saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: draft}); err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	rename := func(from, to string) {
		t.Helper()
		if _, err := page.store.DB().ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
			t.Fatal(err)
		}
	}
	rename("oauth_grant", "away")
	if seen, err := page.observe(t.Context()); err == nil {
		t.Errorf("while it cannot be read: %+v", seen)
	}
	rename("away", "oauth_grant")
	if seen, err := page.observe(t.Context()); err != nil || seen.Version == "" || seen.Version == health.Unusable {
		t.Errorf("%+v, %v", seen, err)
	}
}
