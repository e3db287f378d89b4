package acceptance

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFindServer asks for the server of a login, in a browser with and without scripts and on the command line. What is
// found fills the form in only when it is taken over, and nothing is saved.
func TestFindServer(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.click("#action-find_server-run")
	b.awaitText(`document.getElementById("action-find_server-report").innerText`,
		"Enter the e-mail address of the mailbox as “SMTP login” first")
	b.typeInto("#control-login", "anna@gmail.com")
	b.typeInto("#control-password", "s3cret")
	b.click("#action-find_server-run")
	b.await("#action-find_server-report .fixes button")
	b.axe("a server that was found")
	b.screenshot("find-server")
	if server := read[string](b, `document.getElementById("control-server").value`); server != "" {
		t.Errorf("what was found was taken over without asking: %q", server)
	}
	b.click("#action-find_server-report .fixes button")
	filled := read[string](b, `["server", "port"].map(name => document.getElementById("control-" + name).value).join() +
		document.getElementById("control-use_ssl").checked`)
	if filled != "smtp.gmail.com,465true" {
		t.Errorf("the form holds %s", filled)
	}
	if name, visible := b.focused(); name != "control-port" && name != "control-server" || !visible {
		t.Errorf("the keyboard is at %q", name)
	}
	b.awaitText(`document.getElementById("preview").textContent`,
		"Will connect to smtp.gmail.com:465 with TLS, sign in as anna@gmail.com, using the entered password")

	findServerWithoutScripts(t, path)
	findServerByCommand(t, path)
}

// findServerWithoutScripts posts the form as a browser without JavaScript does, first the action and then its fix.
func findServerWithoutScripts(t *testing.T, path string) {
	t.Helper()
	address := serve(t, path)
	posted := url.Values{"present": {"login", "server"}, "value.login": {"anna@web.de"}, "value.server": {""},
		"secret.password": {"s3cret"}, "revision": {"0"}}
	posted.Set("action", "find_server")
	answer, page := ask(t, "POST", address+"/action", posted.Encode(), anna)
	if answer.StatusCode != http.StatusOK || !strings.Contains(page, "smtp.web.de") ||
		!strings.Contains(page, `value="anna@web.de"`) || strings.Contains(page, "s3cret") {
		t.Errorf("without scripts: %s\n%s", answer.Status, page)
	}
	posted.Set("fix", `{"port":587,"server":"smtp.web.de","use_ssl":true}`)
	if !strings.Contains(page, html.EscapeString(posted.Get("fix"))) {
		t.Errorf("there is no button that takes the server over:\n%s", page)
	}
	answer, page = ask(t, "POST", address+"/apply", posted.Encode(), anna)
	if answer.StatusCode != http.StatusOK || !strings.Contains(page, `value="smtp.web.de"`) {
		t.Errorf("taken over without scripts: %s\n%s", answer.Status, page)
	}
}

// findServerByCommand asks on the command line.
func findServerByCommand(t *testing.T, path string) {
	t.Helper()
	r := harness(t, "", "action", "find_server", "--manifest", path, "--set", "login=anna@yandex.com", "--json")
	var verdict shared.TestReport
	if err := json.Unmarshal([]byte(r.stdout), &verdict); err != nil || r.status != 0 ||
		verdict.Diagnostics[0].Fixes[0].Values["server"] != shared.Text("smtp.yandex.ru") {
		t.Errorf("status %d, %v: %s", r.status, err, r.stdout)
	}
	r = harness(t, "", "action", "find_server", "--manifest", path, "--set", "login=anna@yandex.com")
	if r.status != 0 || !strings.Contains(r.stdout, "--set server=smtp.yandex.ru") {
		t.Errorf("what takes it over is not printed: status %d: %s", r.status, r.stdout)
	}
	if r := harness(t, "", "action", "find_server", "--manifest", path); r.status != 1 ||
		!strings.Contains(r.stdout, "SMTP login") {
		t.Errorf("with nothing to go by: status %d: %s", r.status, r.stdout)
	}
	r = harness(t, "", "load", "--manifest", path, "--json")
	if !strings.Contains(r.stdout, `"number": 0`) && !strings.Contains(r.stdout, `"number":0`) {
		t.Errorf("something was saved: %s", r.stdout)
	}
	r = harness(t, "", "action", "find_server", "--manifest", manifest(t, "webhook", "webhook-plugin"))
	if r.status != 2 || !strings.Contains(r.stderr, "no action") {
		t.Errorf("a plugin without the action: status %d: %s", r.status, r.stderr)
	}
	if r := harness(t, "", "suggest", "--manifest", path); r.status != 2 {
		t.Errorf("the command that was before: status %d: %s", r.status, r.stderr)
	}
}
