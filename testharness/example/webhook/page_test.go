package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/example/webhook"
)

func TestConformance(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	settingstest.Run(t, func(t *testing.T) shared.SettingsPage {
		page, err := webhook.New(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return page
	}, shared.Draft{Values: shared.Values{"url": shared.Text(target.URL), "authenticate": shared.Boolean(true)}})
}
