package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestOAuthSecretExpiryInMetrics has monitoring see when the secret of an application ends, and nothing where it does
// not.
func TestOAuthSecretExpiryInMetrics(t *testing.T) {
	t.Parallel()
	h := supervised(t, manifest(t, "smtp", "smtp-plugin"))
	values := shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(1),
		"login": shared.Text("me@practice.example"), "authentication": shared.Text("client_credentials"),
		"oauth_client_id": shared.Text("console"), "oauth_token_url": shared.Text("http://127.0.0.1:1/token")}
	metrics := func() string {
		answer := httptest.NewRecorder()
		h.MetricsHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return answer.Body.String()
	}
	saveSettings(t, h, values, map[string]string{"oauth_client_secret": canaryPassword})
	if shown := metrics(); strings.Contains(shown, "settings_secret_expires") {
		t.Errorf("a secret without an end: %s", shown)
	}
	values["oauth_secret_expires"] = shared.Text("2031-05-24")
	saveSettings(t, h, values, nil)
	const want = `settings_secret_expires_timestamp_seconds{field="oauth_client_secret",plugin="smtp"} 1.9373472e+09`
	if shown := metrics(); !strings.Contains(shown, want) {
		t.Errorf("%s is not among %s", want, shown)
	}
}
