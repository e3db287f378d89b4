package acceptance

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestPastedInBrowser pastes texts with decoration and takes over what the page offers. The finding goes with the
// click.
func TestPastedInBrowser(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.click("#control-use_other_account")
	for _, one := range []struct{ field, text, offer, filled string }{
		{"server", "smtp.email.com:587 (STARTTLS)", "Use smtp.email.com, port 587, with SSL", "smtp.email.com 587 true  "},
		{"port", "SSL 465", "Use port 465", "smtp.email.com 465 true  "},
		{"server", "smtp\u2013relay.email.com", "Use smtp-relay.email.com", "smtp-relay.email.com 465 true  "},
		{"email", "\"Name, Inc.\" <a@email.com>", "Use “a@email.com” and the name “Name, Inc.”",
			"smtp-relay.email.com 465 true a@email.com Name, Inc."},
	} {
		read[bool](b, `(document.getElementById("control-`+one.field+`").select(), true)`) // So that typing replaces it.
		b.typeInto("#control-"+one.field, one.text)
		b.awaitText(`document.querySelector("#findings-`+one.field+` .fixes button").textContent`, one.offer)
		b.axe("a pasted " + one.field)
		// The bar at the edge of the window may cover it, as it may for a person, who scrolls.
		read[bool](b, `(document.querySelector("#findings-`+one.field+` .fixes button").scrollIntoView({block: "center"}),
			true)`)
		b.click("#findings-" + one.field + " .fixes button")
		b.awaitText(`"no more: " + document.querySelectorAll("#findings-`+one.field+` .fixes button").length`, "no more: 0")
		filled := read[string](b, `[...["server", "port"].map(name => document.getElementById("control-" + name).value),
			document.getElementById("control-use_ssl").checked,
			...["email", "name"].map(name => document.getElementById("control-" + name).value)].join(" ")`)
		if filled != one.filled {
			t.Errorf("after %q the form holds %q", one.text, filled)
		}
	}
	b.typeInto("#control-password", "abcd efgh ijkl mnop")
	b.awaitText(`document.getElementById("findings-password").innerText`, "app password")
	b.screenshot("pasted")
	if password := read[string](b,
		`document.getElementById("control-password").value`); password != "abcd efgh ijkl mnop" {
		t.Errorf("the password became %q", password)
	}
}

// TestPastedWithoutScripts takes an offer over in a browser that runs no JavaScript.
func TestPastedWithoutScripts(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.do("turn scripts off", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.reload()
	b.typeInto("#control-server", "smtps://me%40email.com@smtp.email.com/")
	b.click("#test-button")
	b.await("#report .fixes button")
	b.click("#report .fixes button")
	b.await(`#control-server[value="smtp.email.com"]`)
	b.await(`#control-login[value="me@email.com"]`)
	if !read[bool](b, `document.getElementById("control-use_ssl").checked`) {
		t.Error("Use SSL is off")
	}
}

// TestPastedOnTheCommandLine prints a fix as arguments; with them in the place of what was pasted nothing is wrong.
func TestPastedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	validate := func(more ...string) result {
		return harness(t, "s3cret", append([]string{"validate", "--manifest", path, "--set", "use_other_account=true",
			"--secret", "password=env:SECRET", "--set", "login=me@email.com"}, more...)...)
	}
	pasted := validate("--set", "server=smtp.email.com:587/starttls", "--set", `email="Name, Inc." <a@email.com>`)
	for _, fix := range []string{
		"  Fix: Use smtp.email.com, port 587, with SSL --set port=587 --set server=smtp.email.com --set use_ssl=true\n",
		"  Fix: Use “a@email.com” and the name “Name, Inc.” --set email=a@email.com --set 'name=Name, Inc.'\n",
	} {
		if pasted.status != 1 || !strings.Contains(pasted.stdout, fix) {
			t.Errorf("status %d, without %q:\n%s", pasted.status, fix, pasted.stdout)
		}
	}
	fixed := validate("--set", "port=587", "--set", "server=smtp.email.com", "--set", "use_ssl=true", "--set",
		"email=a@email.com", "--set", "name=Name, Inc.")
	if fixed.status != 0 || strings.Contains(fixed.stdout, "Fix:") {
		t.Errorf("status %d:\n%s%s", fixed.status, fixed.stdout, fixed.stderr)
	}
}

// TestLineBreakInTheEnvironment names the variable that a line break stands in, and not its value.
func TestLineBreakInTheEnvironment(t *testing.T) {
	path := manifest(t, "smtp", "smtp-plugin")
	for _, variable := range []string{"SMTP_SERVER", "SMTP_LOGIN", "SMTP_PASSWORD"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv("SMTP_SERVER", "smtp.email.com")
			t.Setenv("SMTP_LOGIN", "me@email.com")
			t.Setenv(variable, "s3cret.example\n")
			r := harness(t, "", "validate", "--manifest", path)
			if r.status != 2 || !strings.Contains(r.stderr,
				"environment variable "+variable+": the value ends with a line break") ||
				strings.Contains(r.stderr+r.stdout, "s3cret") {
				t.Errorf("status %d: %s%s", r.status, r.stdout, r.stderr)
			}
		})
	}
	t.Setenv("SMTP_SERVER", "\"smtp.email.com\"")
	r := harness(t, "", "validate", "--manifest", path)
	if r.status != 1 || !strings.Contains(r.stdout, "Set SMTP_SERVER=smtp.email.com in the environment") {
		t.Errorf("a quoted server: status %d: %s%s", r.status, r.stdout, r.stderr)
	}
}

// TestPastedIsStoredPlainly saves texts with blanks and line breaks around them. The page, which refuses a plugin that
// answers with such, shows them without.
func TestPastedIsStoredPlainly(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	posted := url.Values{"present": {"server", "login", "use_other_account", "email", "authentication"},
		"value.server": {"smtp.email.com\r\n"}, "value.login": {"\u00a0me@email.com\n"}, "value.use_other_account": {"true"},
		"value.email": {" me@email.com\t"}, "value.authentication": {"none "}, "revision": {"0"}}
	answer, page := ask(t, "POST", serve(t, path)+"/save", posted.Encode(), anna)
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%.2000s", answer.Status, page)
	}
	r := harness(t, "", "load", "--manifest", path, "--json")
	for _, stored := range []string{`"server": "smtp.email.com"`, `"login": "me@email.com"`, `"email": "me@email.com"`} {
		if !strings.Contains(r.stdout, stored) {
			t.Errorf("without %s: %s%s", stored, r.stdout, r.stderr)
		}
	}
}

// TestOddLoginIsNamedWhenItFails has a server refuse a login with a letter of another alphabet: the test says that
// beside the refusal.
func TestOddLoginIsNamedWhenItFails(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	fault, _ := mailserver.FaultNamed("auth-wrong-password")
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	write(t, ca, string(authority.PEM()), 0o644)
	report := verdict(t, harness(t, "s3cret", "test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"),
		"--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", server.Port()), "--set", "ca_certificate=@"+ca,
		"--set", fmt.Sprintf("use_ssl=%t", fault.UseSSL), "--set", "login=\u0430nna@practice.example",
		"--secret", "password=env:SECRET"))
	last := report.Diagnostics[len(report.Diagnostics)-1]
	if report.Outcome != "login_failed" || report.Diagnostics[0].Severity != shared.SeverityError ||
		last.Code != "look_alike" || last.Fixes[0].Values["login"] != shared.Text("anna@practice.example") {
		t.Errorf("%+v", report)
	}
}
