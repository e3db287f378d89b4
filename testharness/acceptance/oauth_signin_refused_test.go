package acceptance

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSignInGoesWrong signs in on the page in all the ways in which it can go wrong, and then without JavaScript.
func TestSignInGoesWrong(t *testing.T) {
	t.Parallel()
	s := startSignedIn(t, "xoauth2 oauthbearer")
	login := s.servers.postfix.login
	b := newTab(t)
	b.open(s.address)
	b.await("#settings-form")
	b.fillInToSignIn(t, s)
	b.open(b.beginSignIn())
	b.enterMailbox("bob@postfix.test")
	b.awaitText(`document.querySelector("input[name=prompt]").value`, "consent")
	b.click("a[href$=abort]")
	b.await("#settings-form")
	b.says("The sign-in was cancelled at the provider, or the permission was denied there.")
	if b.value("oauth_client_id") != s.client.ID || b.value("oauth_client_secret") != "" {
		t.Error("the form that comes back is another one, or has the secret")
	}
	b.typeInto("#control-oauth_client_secret", s.client.Secret)
	b.open(b.beginSignIn())
	b.allow() // The provider knows who was there before.
	const another = "bob@postfix.test has signed in, and “SMTP login” is "
	b.says(another + login + ": another mailbox.")
	if headline := b.testAtOnce(); !strings.HasPrefix(headline, "SMTP login failed") {
		t.Errorf("as another mailbox the headline is %q", headline)
	}
	b.awaitText(`document.getElementById("report").innerText`, another+login)
	s.comeFromElsewhere(t, b)
	s.comeTooLate(t, b)
	s.signInTwice(t, b)
	s.signInWithoutScripts(t, b)
}

// says waits until the page says something.
func (b *tab) says(text string) { b.t.Helper(); b.awaitText(`document.body.innerText`, text) }

// fill fills in a form that is not saved, on a new page.
func (b *tab) fill(t *testing.T, s *signedIn) {
	t.Helper()
	b.open(s.address)
	b.await("#settings-form")
	b.fillInToSignIn(t, s)
}

// comeFromElsewhere leads the browser to an address with the code of an attacker, whom the Console takes for the same
// administrator, and who has begun in a browser of their own.
func (s *signedIn) comeFromElsewhere(t *testing.T, b *tab) {
	t.Helper()
	back := s.address + "return-sign_in"
	_, prompt := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Browser: "of the attacker",
		Draft: shared.Draft{Values: s.values, Secrets: map[string]shared.SecretChange{
			"oauth_client_secret": shared.ReplaceSecret(s.client.Secret),
		}}})
	asked := len(s.provider.requests(t, s.client.ID))
	b.open(s.provider.consent(t, prompt.URL, "mallory@postfix.test", back).String())
	b.await("#settings-form")
	b.says("This sign-in was not begun by you in this browser")
	b.checkNoTicket(t)
	if now := len(s.provider.requests(t, s.client.ID)); now != asked {
		t.Error("the code of the attacker was redeemed")
	}
}

// comeTooLate has the sign-in expire while the browser is away.
func (s *signedIn) comeTooLate(t *testing.T, b *tab) {
	t.Helper()
	b.fill(t, s)
	there := b.beginSignIn()
	db, err := sql.Open("sqlite", filepath.Join(filepath.Dir(s.manifest), "data", "smtp-settings.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE database_state
		SET document = json_set(document, '$.until', '2020-01-01T00:00:00Z') WHERE name LIKE 'sign_in:%'`); err != nil {
		t.Fatal(err)
	}
	b.do("forget who is there", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.DeleteCookies, network.DeleteCookiesParams{
			Name: "_session", URL: s.provider.Plain,
		})
		return err
	}))
	b.open(there)
	b.signInThere(s.servers.postfix.login)
	b.says("This sign-in began more than 10 minutes ago.")
	b.checkNoTicket(t)
}

// signInTwice begins in two tabs, and saves in one of them before the other has come back.
func (s *signedIn) signInTwice(t *testing.T, b *tab) {
	t.Helper()
	other := b.another()
	var there []string
	for _, one := range []*tab{b, other} {
		one.fill(t, s)
		there = append(there, one.beginSignIn())
	}
	first, _ := url.Parse(there[0])
	second, _ := url.Parse(there[1])
	if first.Query().Get("state") == second.Query().Get("state") {
		t.Fatal("two sign-ins have one state")
	}
	b.open(there[0])
	b.allow()
	b.says(s.servers.postfix.login + " has signed in.")
	b.click(".save-bar button")
	b.await(".notice.success")
	other.open(there[1])
	other.allow()
	other.says("The settings were saved in the meantime, so this sign-in is not used.")
	other.checkNoTicket(t)
	read[bool](b, `(history.back(), true)`)
	b.await("#settings-form, input[name=prompt], body")
	b.open(s.address)
	b.says("Given since")
}

// signInWithoutScripts signs in again in a browser that runs no JavaScript, with the stored secret.
func (s *signedIn) signInWithoutScripts(t *testing.T, b *tab) {
	t.Helper()
	b.withoutScripts(true)
	b.open(s.address)
	b.click("#action-sign_in-run")
	b.await(".prompt a.button")
	b.axeWithoutScripts("a sign-in that has begun, without scripts")
	b.open(read[string](b, `document.querySelector(".prompt a.button").href`))
	b.allow()
	b.says(s.servers.postfix.login + " has signed in.")
	b.click(".save-bar button")
	b.await(".notice.success, .notice.warning")
	if report := s.test(t); report.Outcome != "complete" {
		t.Errorf("%s, %+v", report.Outcome, report.Diagnostics)
	}
}

// TestSignInByCodeWithoutScripts signs in with a code for a device, on the page of a Console that has no public
// address, in a browser that runs no JavaScript; and with it.
func TestSignInByCodeWithoutScripts(t *testing.T) {
	t.Parallel()
	c := startChain(t, "xoauth2 oauthbearer")
	server := c.servers.postfix
	client := c.provider.client(t, "a device", server.login, signsIn("http://127.0.0.1:9/unused"))
	path := manifest(t, "smtp", "smtp-plugin")
	console := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(console.address + "settings/smtp/")
	b.await("#settings-form")
	b.typeInto("#control-server", "127.0.0.1")
	b.typeInto("#control-port", fmt.Sprint(server.starttls))
	b.click("#control-use_ssl")
	b.typeInto("#control-login", server.login)
	b.choose("authentication", "sign_in")
	b.choose("oauth_provider", "other")
	b.typeInto("#control-oauth_issuer", c.provider.Plain)
	b.typeInto("#control-oauth_client_id", client.ID)
	b.typeInto("#control-oauth_scope", "openid email offline_access smtp")
	b.typeInto("#control-oauth_client_secret", client.Secret)
	b.enter(t, "ca_certificate", c.servers.ca)
	b.withoutScripts(true)
	read[bool](b, `(document.getElementById("settings-form").requestSubmit(
		document.getElementById("action-sign_in-run")), true)`)
	b.await(".prompt .code")
	b.axeWithoutScripts("a code for a device, without scripts")
	b.enterCodeOf(c.provider, server.login)
	b.click(`.prompt a[href^="return-"]`)
	b.says(server.login + " has signed in.")
	b.click(".save-bar button")
	b.await(".notice.success, .notice.warning")
	b.withoutScripts(false)
	b.reload()
	b.await("#settings-form")
	if headline := b.testAtOnce(); headline != "Test connection complete" {
		t.Errorf("the headline is %q", headline)
	}
	read[bool](b, `(document.getElementById("action-sign_in-run").click(), true)`)
	b.await(".prompt .code")
	if read[bool](b, `document.querySelector(".prompt a[href^='return-']") !== null`) {
		t.Error("a page that waits has a link to go on")
	}
	b.enterCodeOf(c.provider, server.login)
	b.says(server.login + " has signed in.")
}

// enterCodeOf enters the code on the page elsewhere.
func (b *tab) enterCodeOf(p *oauthProvider, mailbox string) {
	b.t.Helper()
	p.enterCode(b.t, read[string](b, `document.querySelector(".prompt a.button").href`),
		read[string](b, `document.querySelector(".prompt .code").textContent`), mailbox)
}
