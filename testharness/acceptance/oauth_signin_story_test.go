package acceptance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSignInStory signs in on a form that was never saved, at a real provider in a real browser, tests against a real
// mail server, saves, delivers while refresh tokens rotate, and says when the provider takes the permission back.
func TestSignInStory(t *testing.T) {
	t.Parallel()
	s := startSignedIn(t, "xoauth2 oauthbearer", `retry_after = "10m"`)
	login := s.servers.postfix.login
	b := newTab(t)
	b.open(s.address)
	b.await("#settings-form")
	b.fillInToSignIn(t, s)
	b.axe("a sign-in that has not begun")
	there := b.beginSignIn()
	if !strings.HasPrefix(there, s.provider.Plain+"/auth?") || len(leaks(there, s.client.Secret)) > 0 {
		t.Fatalf("the page leads to %s", there)
	}
	b.open(there)
	b.signInThere(login)
	b.awaitText(`document.body.innerText`, login+" has signed in.")
	b.checkComeBack(t, s)
	b.axe("signed in, not saved")
	b.screenshot("oauth-signed-in")
	if headline := b.testAtOnce(); headline != "Test connection complete" {
		t.Fatalf("the headline is %q", headline)
	}
	b.click(".save-bar button")
	b.await(".notice.success")
	b.awaitText(`document.getElementById("settings-form").innerText`, "Given since")
	b.awaitText(`document.getElementById("settings-form").innerText`, login)
	s.deliverAndRotate(t)
	s.takeBack(t, b)
}

// checkComeBack looks at the page that the browser has come back to: it is the form as it stood, and what the provider
// has added to the address stands in no history and leads nowhere a second time.
func (b *tab) checkComeBack(t *testing.T, s *signedIn) {
	t.Helper()
	if b.value("oauth_client_id") != s.client.ID || b.value("server") != "127.0.0.1" {
		t.Error("the form that comes back is another one")
	}
	if page := read[string](b, `document.documentElement.outerHTML`); len(leaks(page, s.client.Secret)) > 0 {
		t.Error("the page shows the client secret")
	}
	if at := read[string](b, `location.href`); at != s.address {
		t.Errorf("the history has %s", at)
	}
	returned := read[string](b, `performance.getEntriesByType("navigation")[0].name`)
	if !strings.HasPrefix(returned, s.address+"return-sign_in?") {
		t.Fatalf("the browser came back to %s", returned)
	}
	again := b.another()
	again.open(returned)
	again.awaitText(`document.body.innerText`, "This sign-in was already finished.")
	again.checkNoTicket(t)
	if asked := s.provider.requests(t, s.client.ID); len(asked) != 1 {
		t.Errorf("the provider was asked %+v", asked)
	}
}

// checkNoTicket looks whether the form has got a permission.
func (b *tab) checkNoTicket(t *testing.T) {
	t.Helper()
	if ticket := read[string](b, `document.querySelector("[name='secret.oauth_grant']").value`); ticket != "" {
		t.Error("the form has a permission")
	}
}

// beginSignIn presses the button, and returns where the page leads.
func (b *tab) beginSignIn() string {
	b.t.Helper()
	read[bool](b, `(document.getElementById("action-sign_in-run").click(), true)`)
	b.await(".prompt a.button")
	return read[string](b, `document.querySelector(".prompt a.button").href`)
}

// signInThere walks through the provider's pages in the browser, to the page that it comes back to.
func (b *tab) signInThere(mailbox string) {
	b.t.Helper()
	b.enterMailbox(mailbox)
	b.allow()
}

// enterMailbox signs in at the provider, where it asks for that.
func (b *tab) enterMailbox(mailbox string) {
	b.t.Helper()
	b.awaitText(`document.querySelector("input[name=prompt]").value`, "login")
	read[bool](b, fmt.Sprintf(`(document.querySelector("input[name=login]").value = %q,
		document.querySelector("input[name=password]").value = "x", true)`, mailbox))
	b.click("button[type=submit]")
}

// allow allows access at the provider.
func (b *tab) allow() {
	b.t.Helper()
	b.awaitText(`document.querySelector("input[name=prompt]").value`, "consent")
	b.click("button[type=submit]")
	b.await("#settings-form")
}

// fillInToSignIn fills in the form.
func (b *tab) fillInToSignIn(t testing.TB, s *signedIn) {
	t.Helper()
	b.typeInto("#control-server", "127.0.0.1")
	b.typeInto("#control-port", fmt.Sprint(s.line.port()))
	b.click("#control-use_ssl")
	b.typeInto("#control-login", s.servers.postfix.login)
	b.choose("authentication", "sign_in")
	if b.concealed("oauth_tenant") || !b.concealed("oauth_issuer") || !b.concealed("oauth_certificate") {
		t.Error("other fields are shown than those of a sign-in at Microsoft")
	}
	b.choose("oauth_provider", "other")
	if !b.concealed("oauth_tenant") || b.concealed("oauth_issuer") || !b.concealed("oauth_token_url") {
		t.Error("other fields are shown than those of a sign-in at another provider")
	}
	b.typeInto("#control-oauth_issuer", s.provider.Plain)
	b.typeInto("#control-oauth_client_id", s.client.ID)
	b.typeInto("#control-oauth_scope", "openid email offline_access smtp")
	b.typeInto("#control-oauth_client_secret", s.client.Secret)
	b.enter(t, "ca_certificate", s.servers.ca)
}

// deliverAndRotate delivers, and delivers again when the access token has ended: each refresh token is used once.
func (s *signedIn) deliverAndRotate(t *testing.T) {
	t.Helper()
	awaitEntry(t, s.host, s.send(t, "signed in"), shared.NotificationDelivered)
	for i := range 3 {
		s.expire(t)
		awaitEntry(t, s.host, s.send(t, fmt.Sprint("renewed ", i)), shared.NotificationDelivered)
	}
	refreshed := 0
	for _, one := range s.provider.requests(t, s.client.ID) {
		if one.Status != http.StatusOK {
			t.Errorf("the provider was asked %+v", one)
		}
		if one.Grant == "refresh_token" {
			refreshed++
		}
	}
	if refreshed != 3 {
		t.Errorf("%d renewals", refreshed)
	}
}

// takeBack has the provider take the permission back: what waits is delivered when the owner of the mailbox has signed
// in again. Then the page signs out.
func (s *signedIn) takeBack(t *testing.T, b *tab) {
	t.Helper()
	s.provider.control(t, "revoke", map[string]string{"client": s.client.ID}, nil)
	s.line.cut()
	waiting := s.send(t, "in between")
	reason := awaitService(t, s.host, shared.ServiceDegraded).Reason
	if reason == nil || reason.Code != "oauth_grant_ended" || reason.Field != "oauth_grant" {
		t.Fatalf("the reason is %+v", reason)
	}
	b.open(s.address)
	b.await("#settings-form")
	b.says(reason.Summary)
	s.again(t, s.servers.postfix.login)
	awaitEntry(t, s.host, waiting, shared.NotificationDelivered)

	b.open(s.address)
	b.await("#settings-form")
	read[bool](b, `(document.getElementById("action-sign_out-run").click(), true)`)
	b.await("button[name=agreed]")
	read[bool](b, `(document.querySelector("button[name=agreed]").click(), true)`)
	b.awaitText(`document.body.innerText`, "Signed out")
	now, err := s.host.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil || now.Secrets["oauth_grant"].Set {
		t.Errorf("%+v, %v", now.Secrets["oauth_grant"], err)
	}
	s.line.cut()
	s.send(t, "after the end")
	reason = awaitService(t, s.host, shared.ServiceNotConfigured).Reason
	if reason == nil || reason.Code != "not_signed_in" {
		t.Errorf("the reason is %+v", reason)
	}
}
