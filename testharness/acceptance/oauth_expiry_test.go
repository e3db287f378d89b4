package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestOAuthSecretExpiryIsTold has the page, the status, the command line and monitoring tell when the secret of an
// application ends, and none of them where that is not known, or where the settings do not use it.
func TestOAuthSecretExpiryIsTold(t *testing.T) {
	t.Parallel()
	c := openCanaryHost(t, manifest(t, "smtp", "smtp-plugin"))
	values := shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(1),
		"login": shared.Text("me@practice.example"), "authentication": shared.Text("client_credentials"),
		"oauth_client_id": shared.Text("console"), "oauth_token_url": shared.Text("http://127.0.0.1:1/token")}
	saveSettings(t, c.host, values, map[string]string{"oauth_client_secret": canaryPassword})
	c.tells(t, "")
	ends := time.Now().UTC().AddDate(0, 0, 20)
	values["oauth_secret_expires"] = shared.Text(ends.Format(time.DateOnly))
	saveSettings(t, c.host, values, nil)
	c.tells(t, ends.Format(time.DateOnly))
	values["authentication"], values["use_other_account"] = shared.Text("none"), shared.Boolean(true)
	values["email"] = shared.Text("me@practice.example")
	saveSettings(t, c.host, values, nil)
	c.tells(t, "")
}

// tells holds that all who tell when the client secret ends tell that day, or nothing.
func (c *canaryHost) tells(t *testing.T, day string) {
	t.Helper()
	answer := httptest.NewRecorder()
	c.host.MetricsHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	status, err := c.host.Notifier().Status(t.Context(), shared.StatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var told string
	for _, one := range status.SecretExpiries {
		told += one.Field + one.Label + one.Expires.UTC().Format(time.DateOnly)
	}
	for where, one := range map[string]struct{ says, is string }{
		"metrics": {answer.Body.String(), `settings_secret_expires_timestamp_seconds{field="oauth_client_secret",`},
		"page":    {c.get(t, "/"), "“Client secret” ends in "},
		"status":  {told, "oauth_client_secretClient secret" + day},
		"command": {harness(t, "", "status", "--manifest", c.manifest).stdout, "Client secret: ends on " + day},
		"JSON": {harness(t, "", "status", "--json", "--manifest", c.manifest).stdout,
			`"expires": "` + day + `T00:00:00Z"`},
	} {
		says := one.says
		if where == "JSON" {
			says = strings.ReplaceAll(says, `":"`, `": "`)
		}
		if strings.Contains(says, one.is) != (day != "") {
			t.Errorf("%s: %.3000s", where, one.says)
		}
	}
}
