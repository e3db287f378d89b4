package kinds_test

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/example/kinds"
)

func TestConformance(t *testing.T) {
	settingstest.Run(t, func(*testing.T) shared.SettingsPage { return kinds.New() },
		shared.Draft{Values: shared.Values{"name": shared.Text("x")}})
}
