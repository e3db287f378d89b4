package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestKeyOfWaiting opens a database without its key file while only notifications are sealed with it, as a relay needs
// no password: no other key is made, in the place of which nobody would put the right one back.
func TestKeyOfWaiting(t *testing.T) {
	directory := t.TempDir()
	page := openPage(t, Configuration{DataDir: directory})
	save(t, page, noLogin(), nil)
	notified, err := page.notifications.Notify(t.Context(), shared.NotifyRequest{
		Notifications: []shared.Notification{{To: "you@example.com", Subject: "s", Text: "t"}},
	})
	if err != nil || notified[0].ID == "" {
		t.Fatal(notified, err)
	}
	if err := page.Close(); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(directory, "key")
	away := key + "-away"
	if err := os.Rename(key, away); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if page, err := New(t.Context(), Configuration{DataDir: directory, Passive: true}); err == nil {
			_ = page.Close()
			t.Error("it opens")
		} else if !strings.Contains(err.Error(), "is missing, but secrets are stored") {
			t.Errorf("it says %v", err)
		}
		if _, err := os.Stat(key); !os.IsNotExist(err) {
			t.Errorf("a key was made: %v", err)
		}
	}
	if err := os.Rename(away, key); err != nil {
		t.Fatal(err)
	}
	page = openPage(t, Configuration{DataDir: directory})
	if _, err := page.notifications.Operate(t.Context(),
		shared.OperateRequest{All: true, Operation: shared.OperationCancel}); err != nil {
		t.Fatal(err)
	}
	_ = page.Close()
	if err := os.Rename(key, away); err != nil {
		t.Fatal(err)
	}
	openPage(t, Configuration{DataDir: directory}) // Nothing waits that was sealed with it.
}
