package acceptance

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// choose selects an option as a person does: the page hears of it.
func (b *tab) choose(field, value string) {
	b.t.Helper()
	read[bool](b, fmt.Sprintf(`(() => { const s = document.getElementById("control-%s"); s.value = %q;
		for (const kind of ["input", "change"]) s.dispatchEvent(new Event(kind, {bubbles: true}));
		return s.value === %q })()`, field, value, value))
}

// TestOAuthInBrowser fills in the page with client credentials of a real provider, tests against a real mail server
// with a wrong secret and the right one, saves, and comes back.
func TestOAuthInBrowser(t *testing.T) {
	t.Parallel()
	c := startChain(t, "xoauth2 oauthbearer")
	server := c.servers.postfix
	client := c.provider.client(t, "in a browser", server.login)
	console := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	address := console.address + "settings/smtp/"
	b.open(address)
	b.await("#settings-form")
	if !b.concealed("oauth_client_secret") || !b.concealed("oauth_token_url") || !b.concealed("oauth_tenant") {
		t.Error("fields of OAuth 2.0 are shown before there is a use for them")
	}
	b.typeInto("#control-server", "127.0.0.1")
	b.typeInto("#control-port", fmt.Sprint(server.starttls))
	b.click("#control-use_ssl")
	b.typeInto("#control-login", server.login)
	b.choose("authentication", "client_credentials")
	if b.concealed("oauth_client_secret") || !b.concealed("password") || !b.concealed("oauth_tenant") ||
		!b.concealed("oauth_service_account") {
		t.Error("other fields are shown than those of client credentials")
	}
	b.typeInto("#control-oauth_token_url", c.provider.Plain+"/token")
	b.typeInto("#control-oauth_client_id", client.ID)
	b.typeInto("#control-oauth_scope", "smtp")
	b.enter(t, "ca_certificate", c.servers.ca)
	b.typeInto("#control-oauth_client_secret", "wr0ng-s3cret")
	if headline := b.testAtOnce(); headline != "SMTP login failed. Check server login or password." {
		t.Errorf("with a wrong secret the headline is %q", headline)
	}
	b.awaitText(`document.getElementById("report").innerText`,
		"The endpoint does not accept the client id with its secret.")
	b.axe("a wrong client secret")
	b.screenshot("oauth-wrong-secret")
	b.retype("oauth_client_secret", client.Secret)
	if headline := b.testAtOnce(); headline != "Test connection complete" {
		t.Errorf("the headline is %q", headline)
	}
	b.axe("client credentials, tested")
	b.click(".save-bar button")
	b.await(".notice.success")
	c.comeBack(t, b, address, client)
}

// comeBack looks at what a fresh page shows, and tests with the stored secret; not to another endpoint.
func (c chain) comeBack(t *testing.T, b *tab, address string, client oauthClient) {
	t.Helper()
	b.open(address)
	b.await("#settings-form")
	page := read[string](b, `document.documentElement.outerHTML`)
	if len(leaks(page, client.Secret)) > 0 {
		t.Error("the page shows the secret")
	}
	hint := read[string](b, `document.getElementById("control-oauth_client_secret").placeholder`)
	if b.value("oauth_client_id") != client.ID || !strings.HasPrefix(hint, "stored since") {
		t.Errorf("the page shows the client %q, and %q of its secret", b.value("oauth_client_id"), hint)
	}
	if headline := b.testAtOnce(); headline != "Test connection complete" {
		t.Errorf("with the stored secret the headline is %q", headline)
	}
	asked := len(c.provider.requests(t, client.ID))
	b.retype("oauth_token_url", c.provider.TLS+"/token")
	read[bool](b, `(document.getElementById("test-button").click(), true)`)
	b.awaitText(`document.getElementById("report").textContent`, "must be entered again")
	if now := len(c.provider.requests(t, client.ID)); now != asked {
		t.Error("the stored secret went to another endpoint")
	}
}

// testAtOnce is testConnection while the page may still move: it goes by the button, not by its place.
func (b *tab) testAtOnce() string {
	b.t.Helper()
	read[bool](b, `(document.getElementById("report").replaceChildren(),
		document.getElementById("test-button").click(), true)`)
	b.await("#report #headline")
	return read[string](b, `document.getElementById("headline").textContent`)
}

// retype replaces what is in a field.
func (b *tab) retype(field, text string) {
	b.t.Helper()
	read[string](b, `document.getElementById("control-`+field+`").value = ""`)
	b.typeInto("#control-"+field, text)
}

// enter puts the content of a file into a field, in Advanced or not.
func (b *tab) enter(t testing.TB, field, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.enterText(field, string(content))
}

// enterText puts a text into a field at once.
func (b *tab) enterText(field, text string) {
	b.t.Helper()
	read[bool](b, fmt.Sprintf(`(() => { const f = document.getElementById("control-%s"); f.value = %q;
		f.dispatchEvent(new Event("input", {bubbles: true})); return true })()`, field, text))
}
