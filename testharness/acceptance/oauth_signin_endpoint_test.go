package acceptance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

const (
	canaryCode    = "c4nary.C0de/5a11~y"
	canaryRefresh = "c4nary.Refr3sh/9b02~z"
	// staleToken is one that the mail server does not take, so that it is renewed.
	staleToken  = "c4nary.St4le/0d3e77"
	comesBackTo = "https://console.example/return-sign_in"
)

// givingGrant answers with an access token and a refresh token.
func givingGrant(token string) http.HandlerFunc {
	return sending(http.StatusOK, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"access_token":%q,`+
		`"refresh_token":%q}`, token, canaryRefresh))
}

// prepareSignIns fills in the settings with which a user signs in, by flow.
func (e *endpoints) prepareSignIns() {
	e.signIns = map[string]shared.Draft{}
	for flow, of := range map[string]string{"sign_in": "microsoft_app", "sign_in_google": "google_service_account"} {
		values := maps.Clone(e.settings[of].Values)
		maps.Copy(values, shared.Values{
			"authentication": shared.Text("sign_in"), "oauth_provider": shared.Text("microsoft"),
			"oauth_client_id": shared.Text("2a4c6e80-1b3d-4f5a-9c7e-0d2f4a6b8c1e"),
		})
		if flow == "sign_in_google" {
			values["oauth_provider"] = shared.Text("google")
		}
		e.signIns[flow] = shared.Draft{Values: values, Secrets: map[string]shared.SecretChange{
			"oauth_client_secret": shared.ReplaceSecret(canarySecret),
		}}
	}
}

// runAction runs an action as who the page takes for nobody in particular, as get does.
func (e *endpoints) runAction(t testing.TB,
	request shared.ActionRequest) (done shared.Completed, prompt shared.Prompt) {
	t.Helper()
	err := e.host.ActionRunner().RunAction(t.Context(), request, func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.Completed:
			done = event
		case shared.Prompt:
			prompt = event
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return done, prompt
}

// sendAway begins to sign in, and returns what the browser brings back.
func (e *endpoints) sendAway(t testing.TB, draft shared.Draft) (state, returned string) {
	t.Helper()
	_, prompt := e.runAction(t, shared.ActionRequest{Action: "sign_in", Draft: draft, ReturnURL: comesBackTo})
	there, err := url.Parse(prompt.URL)
	if err != nil || there.Query().Get("redirect_uri") != comesBackTo {
		t.Fatalf("the browser is sent to %q: %v", prompt.URL, err)
	}
	state = there.Query().Get("state")
	return state, url.Values{"code": {canaryCode}, "state": {state}}.Encode()
}

// signedInAt is a draft with which a user has signed in. A login with it has the access token renewed.
func (e *endpoints) signedInAt(t testing.TB, flow string) shared.Draft {
	t.Helper()
	e.endpoint.answering(givingGrant(staleToken))
	_, returned := e.sendAway(t, e.signIns[flow])
	done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_in", Returned: returned})
	if done.Report.Outcome != "signed_in" {
		t.Fatalf("%+v", done.Report)
	}
	return shared.Draft{Values: done.Result.Values, Secrets: map[string]shared.SecretChange{
		"oauth_grant": shared.ReplaceSecret(done.Result.Tickets["oauth_grant"].Reveal()),
	}}
}

// TestCanaryOverSignIn signs in on the page, saves, and has the endpoint repeat what it is sent: code, verifier, state,
// refresh token and client secret are in nothing that comes out, in no file, and in no process that can be seen.
func TestCanaryOverSignIn(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	e.endpoint.answering(repeatingRequest)
	state, returned := e.sendAway(t, e.signIns["sign_in"])
	shown := e.get(t, "/return-sign_in?"+returned)
	if !strings.Contains(shown, "You sent ") {
		t.Errorf("the endpoint's words are not on the page, so nothing was shown: %.2000s", shown)
	}
	hidden := []string{state, e.endpoint.received()[0].form.Get("code_verifier")}

	e.endpoint.answering(givingGrant(staleToken))
	state, returned = e.sendAway(t, e.signIns["sign_in"])
	back := e.get(t, "/return-sign_in?"+returned)
	hidden = append(hidden, state, e.endpoint.received()[0].form.Get("code_verifier"), canaryCode, canaryRefresh,
		canarySecret, staleToken, canaryToken)
	if !strings.Contains(back, "Signed in") || slices.Contains(hidden, "") {
		t.Fatalf("nobody has signed in: %.2000s", back)
	}
	shown += back + e.get(t, "/return-sign_in?"+returned)
	e.saved(t, e.signedInAt(t, "sign_in"))
	e.endpoint.answering(repeatingRequest)
	notify(t, e.host, shared.Notification{To: "you@practice.example", Subject: "y", Text: "y"})
	reason, err := json.Marshal(awaitService(t, e.host, shared.ServiceDegraded).Reason)
	if err != nil || !strings.Contains(string(reason), "You sent ") {
		t.Errorf("the endpoint's words are not part of the reason, so nothing was shown: %s, %v", reason, err)
	}
	shown += string(reason)
	for _, route := range []string{"/", "/state", "/history", "/notifications"} {
		shown += e.get(t, route)
	}
	done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_out"})
	shown += fmt.Sprintf("%+v", done)
	for _, leak := range disguisedLeaks(shown, hidden...) {
		t.Errorf("a secret is in an answer: %s", leak)
	}
	e.check(t, slices.DeleteFunc(hidden, func(one string) bool { // A state leaves in the address of the provider.
		return one == state || one == hidden[0]
	})...)
}

// TestOAuthSignInPassBack changes what a stored sign-in is bound to, on Test, on Save and when signing in again:
// neither an endpoint nor a mail server is asked with it or with the client secret.
func TestOAuthSignInPassBack(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	e.saved(t, e.signedInAt(t, "sign_in"))
	asksAgain := func(found shared.Diagnostics, field string) bool {
		return slices.ContainsFunc(found, func(one shared.Diagnostic) bool {
			return one.Code == "secret_needed_again" && one.Field == field
		})
	}
	for name, changes := range map[string]shared.Values{
		"tenant": {"oauth_tenant": shared.Text("evil.example")}, "cloud": {"oauth_cloud": shared.Text("china")},
		"client":     {"oauth_client_id": shared.Text("other")},
		"provider":   {"oauth_provider": shared.Text("google")},
		"issuer":     {"oauth_provider": shared.Text("other"), "oauth_issuer": shared.Text("https://login.example")},
		"server":     {"server": shared.Text(gmailName)},
		"port":       {"port": shared.Integer(465)},
		"login":      {"login": shared.Text("you@practice.example")},
		"proxy":      {"proxy": e.otherProxy()},
		"encryption": {"use_ssl": shared.Boolean(false)},
		"authority":  {"ca_certificate": {}},
		"pin":        {"pinned_certificate": shared.Text(strings.Repeat("ab", 32))},
	} {
		e.endpoint.answering(givingGrant(canaryToken))
		draft := shared.Draft{Values: changes}
		report := e.test(t, draft)
		result, err := e.host.Page().Save(t.Context(), shared.SaveRequest{Draft: draft, Revision: 1})
		if err != nil || result.Saved {
			t.Fatalf("%s: %v, saved: %t", name, err, result.Saved)
		}
		again, prompt := e.runAction(t, shared.ActionRequest{Action: "sign_in", Draft: draft, ReturnURL: comesBackTo})
		if !asksAgain(report.Diagnostics, "oauth_grant") || !asksAgain(result.Diagnostics, "oauth_grant") ||
			!asksAgain(report.Diagnostics, "oauth_client_secret") ||
			!asksAgain(again.Report.Diagnostics, "oauth_client_secret") || prompt.URL != "" {
			t.Errorf("%s: %+v\n%+v", name, report.Diagnostics, again.Report.Diagnostics)
		}
		if asked := e.endpoint.received(); len(asked) > 0 {
			t.Errorf("%s: an endpoint was sent %v", name, asked[0].form)
		}
	}
	e.endpoint.answering(givingGrant(canaryToken))
	if report := e.test(t, shared.Draft{}); report.Outcome != "complete" {
		t.Errorf("without a change: %s, %+v", report.Outcome, report.Diagnostics)
	}
}
