package plugin

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/alert"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// TestAlertSecretIsWithheld holds that what alerts are signed with, and where they go, is no password that an
// administrator may name, whatever the operator lets them name.
func TestAlertSecretIsWithheld(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"key", "hook", "beat", "password"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("0123456789abcdef"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := Configuration{
		SecretDir: directory, SecretPrefix: "ALERT_", AlertSecret: alert.Secret("file://" + directory + "/key"),
		AlertURL: alert.Address("file://" + directory + "/hook"), HeartbeatURL: "env://ALERT_BEAT",
	}
	t.Setenv("ALERT_BEAT", "https://beat.example")
	for reference, may := range map[string]bool{
		"file://" + directory + "/key": false, "file://" + directory + "/./key": false,
		"file://" + directory + "/hook": false, "env://ALERT_BEAT": false, "file://" + directory + "/password": true,
	} {
		if _, err := c.references().Resolve(reference); (err == nil) != may {
			t.Errorf("%s: %v", reference, err)
		}
	}
}

// TestAlertsCannotBeUsed holds that what plugin.hcl names and cannot be used names its key, and that a command, which
// tells nobody, does not ask.
func TestAlertsCannotBeUsed(t *testing.T) {
	for key, c := range map[string]Configuration{
		"alert_url":     {AlertURL: "env://NOT_SET_AT_ALL"},
		"alert_secret":  {AlertURL: "https://hooks.example", AlertSecret: "env://NOT_SET_AT_ALL"},
		"heartbeat_url": {HeartbeatURL: "env://NOT_SET_AT_ALL"},
	} {
		c.DataDir = t.TempDir()
		var wrong *manifest.ValueError
		if _, err := New(t.Context(), c); !errors.As(err, &wrong) || wrong.Key != key {
			t.Errorf("%s: %v", key, err)
		}
		openPage(t, c)
	}
	var wrong *manifest.ValueError
	if err := (Configuration{AlertSecret: "0123456789abcdef"}).Check(); !errors.As(err, &wrong) ||
		wrong.Key != "alert_secret" {
		t.Errorf("a secret without an address: %v", err)
	}
}
