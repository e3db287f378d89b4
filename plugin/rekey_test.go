package plugin

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestRekeyUnderLoad turns to new keys while notifications are handed over and passwords saved: whatever was accepted
// can be opened.
func TestRekeyUnderLoad(t *testing.T) {
	server := &mailserver.Server{Login: "me@practice.example", Password: "practice"}
	if err := server.Start(0); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), Passive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	save := func(revision int64) int64 {
		t.Helper()
		saved, err := page.Save(t.Context(), shared.SaveRequest{Revision: revision, Draft: shared.Draft{
			Values: shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(server.Port())),
				"login": shared.Text(server.Login)},
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(server.Password)},
		}})
		if err != nil || !saved.Saved {
			t.Fatal(err, saved.Diagnostics)
		}
		return saved.Snapshot.Revision.Number
	}
	revision := save(0)
	const batches, each = 4, 250
	var wg sync.WaitGroup
	for batch := range batches {
		notifications := make([]shared.Notification, each)
		for i := range notifications {
			notifications[i] = shared.Notification{Key: fmt.Sprint(batch, "-", i), To: "you@practice.example", Text: "x"}
		}
		wg.Go(func() {
			if _, err := page.Notifier().Notify(t.Context(), shared.NotifyRequest{Notifications: notifications}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := page.Rekey(t.Context(), shared.RekeyRequest{}); err != nil {
				t.Error(err)
			}
		})
		revision = save(revision)
	}
	wg.Wait()
	bound, err := page.bind(t.Context(), shared.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	if target, err := bound.target(t.Context()); err != nil || target.Password.Reveal() != server.Password {
		t.Errorf("the password cannot be opened: %v", err)
	}
	if count, err := page.notifications.Reseal(t.Context()); err != nil || count != 0 {
		t.Errorf("%d notifications are sealed under a key that was forgotten, %v", count, err)
	}
}

// TestRekeyAwaitsSave turns to a new key while a password is sealed and not committed yet.
func TestRekeyAwaitsSave(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), Passive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	bound, err := page.bind(t.Context(), shared.Draft{
		Values:  shared.Values{"server": shared.Text("mail.example.com"), "login": shared.Text("me@example.com")},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")},
	})
	if err != nil {
		t.Fatal(err)
	}
	end := page.sealing.Begin()
	document, err := bound.document(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := page.Rekey(t.Context(), shared.RekeyRequest{})
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Errorf("the old key was forgotten while something sealed with it was on its way, %v", err)
		ended <- err
	case <-time.After(rekeyPause / 4): // In which it would have ended long ago, if it did not wait.
	}
	if saved, err := page.append(t.Context(), bound.base, document, "anna", time.Now()); err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	end()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	again, err := page.bind(t.Context(), shared.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	if target, err := again.target(t.Context()); err != nil || target.Password.Reveal() != "s3cret" {
		t.Errorf("the password cannot be opened: %v", err)
	}
}

// TestRotatedReference changes the file that a password reference names: deliveries follow without a save, and a file
// that was away is found again.
func TestRotatedReference(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "password")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("old\n")
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir(), SecretDir: directory})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"server": shared.Text("mail.example.com"), "login": shared.Text("me@example.com"),
		"password_reference": shared.Text("file://" + file),
	}}})
	if err != nil || !saved.Saved {
		t.Fatal(err, saved.Diagnostics)
	}
	deliveries := newDeliveries(page)
	versions := map[string]bool{}
	for _, step := range []string{"old", "old", "new", "", "newest"} {
		want := step
		if step == "" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		} else {
			put(step + "\n")
		}
		delivery, missing, err := deliveries.current(t.Context())
		if err != nil || (missing != nil) != (step == "") || missing == nil && delivery.Target.Password.Reveal() != want {
			t.Errorf("with %q: the password is %q, missing %v, %v", step, delivery.Target.Password.Reveal(), missing, err)
		}
		if missing == nil {
			versions[delivery.Version] = true
		}
	}
	if len(versions) != 3 { // Connections that were opened with another password are not used again.
		t.Errorf("%d versions for three passwords", len(versions))
	}
}
