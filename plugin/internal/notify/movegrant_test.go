package notify

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// TestMoveAwaitsRenewal moves a sign-in that is just being renewed: what the provider gives goes along, the old
// database renews it no more, and one that is gone back to tells that it may have an older one.
func TestMoveAwaitsRenewal(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			source, target := newService(t, open(t)), newService(t, open(t))
			from, to := source.configuration.Store, target.configuration.Store
			grant := store.Grant{ID: "one", Version: 1, Document: "{}", Sealed: []byte("old")}
			if err := from.AddGrant(t.Context(), grant, time.Hour, 0); err != nil {
				t.Fatal(err)
			}
			lease := func(version int64) (bool, error) {
				return from.LeaseGrant(t.Context(), "one", version, "lease", time.Minute)
			}
			if leased, err := lease(1); !leased || err != nil {
				t.Fatal(leased, err)
			}
			ended := make(chan error, 1)
			go func() {
				_, err := source.MoveTo(t.Context(), target, "anna", nobody)
				ended <- err
			}()
			select {
			case err := <-ended:
				t.Fatalf("it did not wait: %v", err)
			case <-time.After(2 * renewalWait): // It would have ended by now, or refuse what follows.
			}
			if replaced, err := from.ReplaceGrant(t.Context(), "one", 1, []byte("new"), time.Hour, 0); !replaced || err != nil {
				t.Errorf("what the provider gave was not stored: %t, %v", replaced, err)
			}
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			moved, err := to.Grant(t.Context(), "one")
			if err != nil || moved.Version != 2 || string(moved.Sealed) != "new" || moved.Doubt != "" || moved.Leased {
				t.Errorf("%+v, %v", moved, err)
			}
			if leased, err := lease(2); leased || err == nil {
				t.Errorf("the old database renews it: %t", leased)
			}
			if _, err := source.UndoMove(t.Context(), "anna"); err != nil {
				t.Fatal(err)
			}
			if back, err := from.Grant(t.Context(), "one"); err != nil || back.Doubt != store.GrantRestored {
				t.Errorf("%+v, %v", back, err)
			}
		})
	}
}

// TestMoveTakesSignIns holds that a ticket that was used is used in the other database as well, and that a sign-in that
// was begun goes on there.
func TestMoveTakesSignIns(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			source, target := newService(t, open(t)), newService(t, open(t))
			from, to := source.configuration.Store, target.configuration.Store
			now := time.Now()
			begun := store.SignIn{Expires: now.Add(10 * time.Minute), Sealed: []byte("sealed"), Owner: "anna"}
			if err := from.AddSignIn(t.Context(), "begun", begun, now); err != nil {
				t.Fatal(err)
			}
			if first, err := from.UseOnce(t.Context(), "ticket:one", now.Add(time.Hour), now); err != nil || !first {
				t.Fatal(first, err)
			}
			if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err != nil {
				t.Fatal(err)
			}
			if again, err := to.UseOnce(t.Context(), "ticket:one", now.Add(time.Hour), now); err != nil || again {
				t.Errorf("a ticket is used again: %t, %v", again, err)
			}
			kept, found, err := to.SignIn(t.Context(), "begun")
			if err != nil || !found || kept.Owner != "anna" || string(kept.Sealed) != "sealed" {
				t.Errorf("%+v, found: %t, %v", kept, found, err)
			}
		})
	}
}
