package acceptance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// sealedPassBack is what is stored for one flow, and what is changed about where it goes.
type sealedPassBack struct {
	flow    string
	changes shared.Values
	// commands is true where the command line is tried, too: each of its runs starts a process.
	commands bool
}

// TestOAuthPassBackByEveryWay changes where a sign-in, a client secret, the key of a certificate or that of a service
// account goes, on the page, by import, by apply and on the command line: it is asked for again, nothing is saved, and
// no endpoint is asked with it.
func TestOAuthPassBackByEveryWay(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	for _, one := range []sealedPassBack{
		{"sign_in", shared.Values{"oauth_tenant": shared.Text("evil.example")}, true},
		{"sign_in_google", shared.Values{"server": shared.Text(exchangeName)}, false},
		{"client_credentials", shared.Values{"oauth_token_url": shared.Text("https://oauth2.googleapis.com/token")}, true},
		{"microsoft_app", shared.Values{"oauth_cloud": shared.Text("us_gov")}, false},
		{"microsoft_app by certificate", shared.Values{"oauth_tenant": shared.Text("evil.example")}, true},
		{"google_service_account", shared.Values{"server": shared.Text(exchangeName)}, false},
	} {
		draft := e.settings[one.flow]
		if _, signsIn := e.signIns[one.flow]; signsIn {
			draft = e.signedInAt(t, one.flow)
		}
		e.saved(t, cleared(draft))
		revision := e.revision(t)
		for name, try := range e.ways(one) {
			e.endpoint.answering(givingGrant(canaryToken))
			said := try(t, revision)
			if !strings.Contains(said, "must be entered again, because") && !strings.Contains(said, "is locked, because") {
				t.Errorf("%s by %s: it was not asked for again: %.2000s", one.flow, name, said)
			}
			if asked := e.endpoint.received(); len(asked) > 0 {
				t.Errorf("%s by %s: an endpoint was sent %v", one.flow, name, asked[0].form)
			}
			if now := e.revision(t); now != revision {
				t.Fatalf("%s by %s: it was saved", one.flow, name)
			}
		}
		e.endpoint.answering(givingGrant(canaryToken))
		if report := e.test(t, shared.Draft{}); report.Outcome != "complete" {
			t.Errorf("%s without a change: %s, %+v", one.flow, report.Outcome, report.Diagnostics)
		}
	}
}

// cleared is the draft, which takes out what another flow has.
func cleared(draft shared.Draft) shared.Draft {
	values := shared.Values{}
	for _, name := range []string{
		"oauth_tenant", "oauth_cloud", "oauth_client_id", "oauth_token_url", "oauth_certificate", "oauth_provider",
	} {
		values[name] = shared.Value{}
	}
	maps.Copy(values, draft.Values)
	return shared.Draft{Values: values, Secrets: draft.Secrets}
}

func (e *endpoints) revision(t *testing.T) int64 {
	t.Helper()
	now, err := e.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return now.Revision.Number
}

// ways are how the changes reach the plugin, each of which returns what was said.
func (e *endpoints) ways(one sealedPassBack) map[string]func(t *testing.T, revision int64) string {
	onPage := func(route string) func(*testing.T, int64) string {
		return func(t *testing.T, revision int64) string {
			t.Helper()
			values := map[string]string{}
			for name, value := range one.changes {
				values[name] = value.String()
			}
			form := settingsForm(values, nil)
			form.Set("revision", fmt.Sprint(revision))
			return e.post(t, "anna", route, "text/html", form)
		}
	}
	ways := map[string]func(*testing.T, int64) string{"the test of the page": onPage("/test"), "the page": onPage("/save")}
	if !one.commands {
		return ways
	}
	for _, command := range []string{"save", "test", "apply", "import"} {
		ways[command] = func(t *testing.T, _ int64) string {
			t.Helper()
			return e.command(t, command, one.changes)
		}
	}
	return ways
}

// command runs a command with the changes, as it takes them.
func (e *endpoints) command(t *testing.T, command string, changes shared.Values) string {
	t.Helper()
	arguments := []string{command, "--json", "--manifest", e.manifest}
	file := filepath.Join(t.TempDir(), "settings.json")
	var content any
	switch command {
	case "import":
		var document shared.Export
		exported := harness(t, "", "export", "--json", "--manifest", e.manifest)
		if err := json.Unmarshal([]byte(exported.stdout), &document); err != nil {
			t.Fatal(err, exported)
		}
		maps.Copy(document.Values, changes)
		content, arguments = document, append(arguments, file)
	case "apply":
		now, err := e.host.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(now.Values, changes)
		content, arguments = now.Values, append(arguments, "-f", file)
	default:
		for name, value := range changes {
			arguments = append(arguments, "--set", name+"="+value.String())
		}
		if command == "save" {
			arguments = append(arguments, "--yes")
		}
	}
	encoded, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(encoded), 0o600)
	return harness(t, "", arguments...).stdout
}

// TestOAuthRestorePassBack goes back to older revisions with other sign-ins: each goes to the tenant that it was given
// for and to no other, with its own refresh token. One that was signed out does not come back, nor does the access
// token that deliveries still had.
func TestOAuthRestorePassBack(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	numbers := map[string]int64{}
	for _, tenant := range []string{"contoso.example", "fabrikam.example"} {
		e.signIns["sign_in"].Values["oauth_tenant"] = shared.Text(tenant)
		e.endpoint.answering(givingGrant(staleToken))
		_, returned := e.sendAway(t, e.signIns["sign_in"])
		e.endpoint.answering(sending(http.StatusOK, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,`+
			`"access_token":%q,"refresh_token":%q}`, staleToken, canaryRefresh+tenant)))
		done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_in", Returned: returned})
		e.saved(t, shared.Draft{Values: done.Result.Values, Secrets: map[string]shared.SecretChange{
			"oauth_grant": shared.ReplaceSecret(done.Result.Tickets["oauth_grant"].Reveal()),
		}})
		numbers[tenant] = e.revision(t)
	}
	for tenant, number := range numbers {
		e.restore(t, number)
		e.endpoint.answering(givingToken(canaryToken))
		sent := notify(t, e.host, shared.Notification{To: "you@practice.example", Subject: tenant, Text: "x"})
		awaitEntry(t, e.host, sent.ID, shared.NotificationDelivered)
		asked := e.endpoint.received()
		if len(asked) != 1 || !strings.Contains(asked[0].path, tenant) ||
			asked[0].form.Get("refresh_token") != canaryRefresh+tenant {
			t.Errorf("%s: an endpoint was sent %+v", tenant, asked)
		}
	}
	signedOut := e.revision(t)
	if done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_out"}); done.Report.Outcome != "signed_out" {
		t.Fatalf("%+v", done.Report)
	}
	e.endpoint.answering(givingToken(canaryToken))
	e.restore(t, signedOut)
	waiting := notify(t, e.host, shared.Notification{To: "you@practice.example", Subject: "signed out", Text: "x"})
	status, err := e.host.Notifier().Status(t.Context(), shared.StatusRequest{})
	if asked := e.endpoint.received(); err != nil || status.State != shared.ServiceNotConfigured || waiting.ID != "" ||
		len(asked) > 0 {
		t.Errorf("after the sign-out: %s, %+v, asked %v, %v", status.State, waiting, asked, err)
	}
}

// restore goes back to a revision.
func (e *endpoints) restore(t *testing.T, number int64) {
	t.Helper()
	restored, err := e.host.History().Restore(t.Context(), shared.RestoreRequest{Number: number, Revision: e.revision(t)})
	if err != nil || !restored.Saved {
		t.Fatalf("%v, %+v", err, restored.Diagnostics)
	}
}
