package acceptance

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// signedIn is a host with a public address, whose page a user signs in on at a real provider, and which delivers over
// a line that can be cut.
type signedIn struct {
	delivering
	address string // of the page
}

// startSignedIn starts the host, and registers the client with its address.
func startSignedIn(t *testing.T, mechanisms string, config ...string) *signedIn {
	t.Helper()
	s := &signedIn{delivering: delivering{
		chain: startChain(t, mechanisms), manifest: manifest(t, "smtp", "smtp-plugin", config...),
	}}
	page := httptest.NewUnstartedServer(nil)
	s.address = "http://" + page.Listener.Addr().String() + "/"
	s.host = supervised(t, s.manifest, host.WithPublicURL(s.address), host.WithTestLimit(noTestLimit),
		host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	page.Config.Handler = s.host.Handler()
	page.Start()
	t.Cleanup(page.Close)
	server := s.servers.postfix
	s.line = startLine(t, fmt.Sprintf("127.0.0.1:%d", server.starttls))
	s.client = s.provider.client(t, "signs in", server.login, signsIn(s.address+"return-sign_in"))
	s.fillIn(t, s.line.port())
	return s
}

// fillIn fills in the settings.
func (s *signedIn) fillIn(t testing.TB, port int) {
	t.Helper()
	s.values = s.servers.at(t, s.servers.postfix, "sign_in")
	maps.Copy(s.values, shared.Values{"port": shared.Integer(int64(port)),
		"oauth_provider": shared.Text("other"), "oauth_issuer": shared.Text(s.provider.Plain),
		"oauth_client_id": shared.Text(s.client.ID), "oauth_scope": shared.Text("openid email offline_access smtp")})
}

// run runs an action as the page does.
func (s *signedIn) run(t testing.TB, request shared.ActionRequest) (shared.Completed, shared.Prompt) {
	t.Helper()
	request.Actor = "anna"
	var completed shared.Completed
	var prompt shared.Prompt
	err := s.host.ActionRunner().RunAction(t.Context(), request, func(event shared.TestEvent) error {
		switch event := event.(type) {
		case shared.Completed:
			completed = event
		case shared.Prompt:
			prompt = event
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return completed, prompt
}

// again signs in for a mailbox and saves, without a browser.
func (s *signedIn) again(t testing.TB, mailbox string) shared.Completed {
	t.Helper()
	back := s.address + "return-sign_in"
	_, prompt := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Draft: shared.Draft{Values: s.values,
		Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(s.client.Secret)}}})
	there := s.provider.consent(t, prompt.URL, mailbox, back)
	done, _ := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Returned: there.RawQuery})
	if done.Report.Outcome != "signed_in" {
		t.Fatalf("%+v", done.Report)
	}
	saveSettings(t, s.host, done.Result.Values,
		map[string]string{"oauth_grant": done.Result.Tickets["oauth_grant"].Reveal()})
	return done
}

// TestOAuthSignInByXOAUTH2 signs in without a browser of ours at servers that offer XOAUTH2 alone: for the mailbox and
// for another one, which is said; a sign-in that is denied, and one that is used again, are refused.
func TestOAuthSignInByXOAUTH2(t *testing.T) {
	t.Parallel()
	s := startSignedIn(t, "xoauth2")
	done := s.again(t, "bob@postfix.test")
	if got := done.Report.Diagnostics; len(got) != 2 || got[1].Code != "other_account_signed_in" {
		t.Errorf("%+v", got)
	}
	report := s.test(t)
	if report.Outcome != "login_failed" || !strings.Contains(fmt.Sprint(report.Diagnostics),
		"bob@postfix.test has signed in, "+
			"and “SMTP login” is "+s.servers.postfix.login) || !strings.Contains(strings.Join(report.Transcript, "\n"),
		"AUTH XOAUTH2") {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	s.again(t, s.servers.postfix.login)
	if report := s.test(t); report.Outcome != "complete" {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
	back := s.address + "return-sign_in"
	_, prompt := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back})
	there, err := url.Parse(prompt.URL)
	if err != nil {
		t.Fatal(err)
	}
	denied := url.Values{"error": {"access_denied"}, "error_description": {"End-User aborted interaction"},
		"state": {there.Query().Get("state")}, "iss": {s.provider.Plain}}.Encode()
	for _, want := range []string{"oauth_sign_in_denied", "oauth_sign_in_finished"} {
		done, _ := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Returned: denied})
		if done.Report.Diagnostics[0].Code != want {
			t.Errorf("%+v, want %s", done.Report.Diagnostics, want)
		}
	}
}

// test tests what is saved.
func (s *signedIn) test(t testing.TB) (report shared.TestReport) {
	t.Helper()
	err := s.host.Page().Test(t.Context(), shared.TestRequest{Actor: "anna"}, func(event shared.TestEvent) error {
		if completed, ok := event.(shared.Completed); ok {
			report = completed.Report
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
