package acceptance

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// repeatingRequest refuses with a description that repeats all that was sent.
func repeatingRequest(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	said, _ := json.Marshal(map[string]string{"error": "invalid_client",
		"error_description": "You sent " + r.PostForm.Encode() + " and " + password})
	sending(http.StatusUnauthorized, string(said))(w, r)
}

// saved puts settings in force, with their secrets.
func (e *endpoints) saved(t *testing.T, draft shared.Draft) {
	t.Helper()
	now, err := e.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := e.host.Page().Save(t.Context(),
		shared.SaveRequest{Actor: "anna", Revision: now.Revision.Number, Draft: draft})
	if err != nil || !result.Saved {
		t.Fatal(err, result.Diagnostics)
	}
}

// TestCanaryOverOAuth saves the secrets of each flow, delivers with them, and has the endpoint repeat them when it
// refuses: secrets, tokens and assertions are in nothing that comes out, in no file, and in no process that can be
// seen.
func TestCanaryOverOAuth(t *testing.T) {
	t.Parallel()
	for flow := range startEndpoints(t).settings {
		t.Run(flow, func(t *testing.T) {
			e := startEndpoints(t)
			e.endpoint.answering(givingToken(canaryToken))
			draft := e.settings[flow]
			e.saved(t, draft)
			e.deliverAndRefuse(t, draft)
			var answers strings.Builder
			for _, route := range []string{"/", "/state", "/history", "/notifications"} {
				answer, err := http.Get(e.server.URL + route)
				if err != nil {
					t.Fatal(err)
				}
				answers.WriteString(readAll(t, answer.Body))
				_ = answer.Body.Close()
			}
			values := map[string]string{}
			draft.Values["proxy"] = e.otherProxy()
			for name, value := range draft.Values {
				values[name] = value.String()
			}
			answers.WriteString(e.post(t, "anna", "/test", "application/x-ndjson", settingsForm(values, nil)))
			if !strings.Contains(answers.String(), "oauth_client_refused") {
				t.Errorf("the refusal is not shown, so nothing was: %.2000s", answers.String())
			}
			sent := e.sentSecrets()
			if flow == "google_service_account" && len(sent) == 0 {
				t.Error("there was no assertion, so nothing was shown")
			}
			secrets := append(sent, e.secrets...)
			for _, leak := range disguisedLeaks(answers.String(), secrets...) {
				t.Errorf("a secret is in an answer: %s", leak)
			}
			e.check(t, secrets...)
		})
	}
}

// deliverAndRefuse delivers a notification, and another one by another proxy, for which a token is wanted that the
// endpoint refuses.
func (e *endpoints) deliverAndRefuse(t *testing.T, draft shared.Draft) {
	t.Helper()
	delivered := notify(t, e.host, shared.Notification{To: "you@practice.example", Subject: "x", Text: "x"})
	awaitEntry(t, e.host, delivered.ID, shared.NotificationDelivered)
	e.endpoint.answering(repeatingRequest)
	elsewhere := shared.Draft{Values: maps.Clone(draft.Values), Secrets: draft.Secrets}
	elsewhere.Values["proxy"] = e.otherProxy()
	e.saved(t, elsewhere)
	notify(t, e.host, shared.Notification{To: "you@practice.example", Subject: "y", Text: "y"})
	reason := awaitService(t, e.host, shared.ServiceDegraded).Reason
	shown, err := json.Marshal(reason)
	if err != nil || !strings.Contains(string(shown), "You sent ") {
		t.Errorf("the endpoint's words are not part of the reason, so nothing was shown: %s, %v", shown, err)
	}
	for _, leak := range disguisedLeaks(string(shown), append(e.sentSecrets(), e.secrets...)...) {
		t.Errorf("a secret is in the reason: %s", leak)
	}
}

// otherProxy is the same proxy by another name.
func (e *endpoints) otherProxy() shared.Value {
	return shared.Text(strings.Replace(e.endpoint.proxy, "127.0.0.1", "localhost", 1))
}

// sentSecrets are the assertions that the endpoint has been sent.
func (e *endpoints) sentSecrets() []string {
	var sent []string
	for _, request := range e.endpoint.received() {
		for _, name := range []string{"assertion", "client_assertion"} {
			if text := request.form.Get(name); text != "" {
				sent = append(sent, text)
			}
		}
	}
	return sent
}

func asksForClientSecret(found shared.Diagnostic) bool {
	return found.Field == "oauth_client_secret" && strings.Contains(found.Summary, "must be entered again")
}

// TestOAuthPassBack changes what the stored secret of an application is bound to, on Test and on Save: neither an
// endpoint nor a mail server is asked with it.
func TestOAuthPassBack(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	e.endpoint.answering(givingToken(canaryToken))
	good := e.settings["client_credentials"]
	e.saved(t, good)
	for name, changes := range map[string]shared.Values{
		"token endpoint": {"oauth_token_url": shared.Text("https://login.microsoftonline.com/token")},
		"issuer":         {"oauth_token_url": {}, "oauth_issuer": shared.Text("https://login.example")},
		"client":         {"oauth_client_id": shared.Text("other")},
		"server":         {"server": shared.Text(exchangeName)},
		"port":           {"port": shared.Integer(465)},
		"login":          {"login": shared.Text("you@practice.example")},
		"proxy":          {"proxy": e.otherProxy()},
		"encryption":     {"use_ssl": shared.Boolean(false)},
		"authority":      {"ca_certificate": {}},
		"pin":            {"pinned_certificate": shared.Text(strings.Repeat("ab", 32))},
		"kind": {"authentication": shared.Text("microsoft_app"), "oauth_tenant": shared.Text("contoso.example"),
			"oauth_client_id": shared.Text("2a4c6e80-1b3d-4f5a-9c7e-0d2f4a6b8c1e")},
	} {
		t.Run(name, func(t *testing.T) {
			draft := shared.Draft{Values: maps.Clone(good.Values)}
			maps.Copy(draft.Values, changes)
			e.endpoint.answering(givingToken(canaryToken))
			report := e.test(t, draft)
			result, err := e.host.Page().Save(t.Context(), shared.SaveRequest{Draft: draft, Revision: 1})
			if err != nil || result.Saved {
				t.Fatalf("%v, saved: %t", err, result.Saved)
			}
			for _, found := range []shared.Diagnostics{report.Diagnostics, result.Diagnostics} {
				if !slices.ContainsFunc(found, asksForClientSecret) {
					t.Errorf("the secret is not asked for again: %+v", found)
				}
			}
			if asked := e.endpoint.received(); len(asked) > 0 {
				t.Errorf("an endpoint was sent %v", asked[0].form)
			}
		})
	}
	if report := e.test(t, shared.Draft{Values: good.Values}); report.Outcome != "complete" {
		t.Errorf("without a change: %s, %+v", report.Outcome, report.Diagnostics)
	}
}
