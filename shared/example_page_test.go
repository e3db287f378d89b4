package shared_test

import (
	"net"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
)

// TestExampleKeepsTheContract has the page of the example, which newcomers copy, keep every rule.
func TestExampleKeepsTheContract(t *testing.T) {
	lamp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lamp.Close() })
	valid := shared.Draft{Values: shared.Values{"address": shared.Text(lamp.Addr().String())}}
	settingstest.Run(t, func(*testing.T) shared.SettingsPage { return &lampPage{} }, valid)
}
