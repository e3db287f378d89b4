package skeleton_test

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// TestConformance proves that the page keeps every promise of the contract.
func TestConformance(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	settingstest.Run(t, func(t *testing.T) shared.SettingsPage {
		page, err := skeleton.New(filepath.Join(t.TempDir(), "data")) // Which it makes for itself, whatever the umask.
		if err != nil {
			t.Fatal(err)
		}
		return page
	}, shared.Draft{Values: shared.Values{"address": shared.Text(listener.Addr().String())}})
}
