package acceptance

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// another opens one more tab of the same browser.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	other := &tab{t: b.t, ctx: ctx}
	other.do("start another tab")
	other.answerQuestions()
	return other
}

// withoutScripts has pages run no JavaScript from now on, or again.
func (b *tab) withoutScripts(off bool) {
	b.t.Helper()
	b.do("turn scripts off or on", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	}))
}

// axeWithoutScripts has the checker run, which is a script, over the page as it is without: with nothing concealed.
func (b *tab) axeWithoutScripts(state string) {
	b.t.Helper()
	read[bool](b, `(document.querySelectorAll("[data-concealed]").forEach(e => delete e.dataset.concealed), true)`)
	b.withoutScripts(false)
	b.axe(state)
	b.withoutScripts(true)
}

// tabUntil presses Tab until what has the keyboard is what the expression of JavaScript about e says.
func (b *tab) tabUntil(expression string) {
	b.t.Helper()
	const more = 100 // than the page has
	for range more {
		b.press(kb.Tab)
		if name, visible := b.focused(); name != "" && !visible {
			b.t.Errorf("one does not see that %q has the keyboard", name)
		}
		if read[bool](b, `(e => Boolean(`+expression+`))(document.activeElement)`) {
			return
		}
	}
	b.t.Fatalf("Tab never comes to what is %s", expression)
}

// unfold opens all that is folded.
func (b *tab) unfold() {
	b.t.Helper()
	read[bool](b, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
}

// TestDirectoryForEveryReader fills the page of a directory in with the keyboard alone, looks at it in light and dark,
// at 320 px and from right to left, and saves in two tabs at once.
func TestDirectoryForEveryReader(t *testing.T) {
	t.Parallel()
	server := startSlapd(t, nil, "")
	c := startConsole(t, "--manifest", manifest(t, "ldap", "ldap-plugin"))
	address := c.address + "settings/ldap/"
	b := newTab(t)
	b.open(address)
	b.await("#settings-form")
	other := b.another()
	other.open(address)
	other.await("#settings-form")
	fillDirectoryByKeys(b, server)
	b.lookAt("directory")
	b.tabUntil(`e.textContent === "Save"`)
	b.press(" ")
	b.await(".notice.success")
	checkDirectoryConflict(t, b, other, server)
}

// fillDirectoryByKeys fills in, asks the server for its base DN, and runs both tests.
func fillDirectoryByKeys(b *tab, server slapd) {
	b.t.Helper()
	b.tabUntil(`e.matches("#field-servers .add")`)
	b.press(kb.Enter)
	b.press(server.plain)
	b.tabUntil(`e.name === "value.encryption"`)
	b.press(kb.ArrowDown)
	b.press(kb.ArrowDown)
	if chosen := read[string](b, `document.activeElement.value`); chosen != "none" {
		b.t.Errorf("the keys chose the encryption %q", chosen)
	}
	b.tabTo("control-bind_dn")
	b.press("cn=console,dc=example,dc=com")
	b.tabTo("control-password")
	b.press(slapdPassword)
	b.tabTo("action-find_base_dns-run")
	b.press(kb.Enter)
	b.awaitText(`document.getElementById("control-base_dn").value`, "dc=example,dc=com")
	b.tabTo("control-groups")
	b.press(" ")
	b.tabUntil(`e.name === "value.group_source"`)
	b.press(kb.ArrowDown)
	b.tabTo("control-group_base_dn")
	b.press("ou=groups,dc=example,dc=com")
	b.tabUntil(`e.matches("#field-roles .add")`)
	b.press(kb.Enter)
	b.press("cn=admins,ou=groups,dc=example,dc=com")
	b.press(kb.Tab)
	b.press("administrator")
	b.tabTo("control-login_password")
	b.press(slapdPassword)
	b.tabTo("test-button")
	b.press(kb.Enter)
	b.await("#report #headline")
	b.tabTo("control-action-test_login-user")
	b.press("anna" + kb.Enter)
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "The login works")
}

// lookAt looks at the page with all that it shows, in light and dark, from both sides and at 320 px: reports, rows,
// what was folded.
func (b *tab) lookAt(page string) {
	b.t.Helper()
	b.unfold()
	for _, scheme := range []string{"dark", "light"} {
		b.prefer("prefers-color-scheme", scheme)
		for _, direction := range []string{"rtl", "ltr"} {
			read[bool](b, `(document.documentElement.dir = "`+direction+`", true)`)
			how := page + ", " + scheme + ", " + direction
			b.axe(how)
			b.fits(how)
			b.do("narrow the screen", chromedp.EmulateViewport(320, 800))
			b.axe(how + ", 320 px")
			b.fits(how + ", 320 px")
			b.screenshot(page + "-" + scheme + "-" + direction)
			b.do("widen the screen", chromedp.ResetViewport())
		}
	}
}

// checkDirectoryConflict saves in the other tab, which was opened before the save of the first.
func checkDirectoryConflict(t *testing.T, b, other *tab, server slapd) {
	t.Helper()
	other.click("#field-servers .add")
	other.typeInto("#field-servers .entry", server.plain)
	other.click("#control-encryption [value=none]")
	other.typeInto("#control-base_dn", "ou=people,dc=example,dc=com")
	other.click(".save-bar button")
	other.await(".conflict")
	said := read[string](other, `document.querySelector(".conflict").innerText`)
	for _, part := range []string{"anna has saved these settings in the meantime (revision 1)", "Base DN",
		"ou=people,dc=example,dc=com"} {
		if !strings.Contains(said, part) {
			t.Errorf("the conflict does not say %q:\n%s", part, said)
		}
	}
	other.axe("directory, conflict")
	other.click(".save-bar button") // To save again is the decision.
	other.awaitText(`document.body.innerText`, "The settings were saved")
	b.reload()
	b.awaitText(`document.getElementById("control-base_dn").value`, "ou=people,dc=example,dc=com")
	// What the other tab left as it was opened is what the first one has saved.
	held := b.value("bind_dn") + "|" + b.value("group_base_dn") + "|" + b.value("roles")
	want := "cn=console,dc=example,dc=com|ou=groups,dc=example,dc=com|" +
		"cn=admins,ou=groups,dc=example,dc=com = administrator"
	if held != want {
		t.Errorf("after a save that left them alone, %q is in force instead of %q", held, want)
	}
}

// TestDirectoryWithoutScripts does all of it in a browser that runs no JavaScript.
func TestDirectoryWithoutScripts(t *testing.T) {
	t.Parallel()
	server := startSlapd(t, nil, "")
	path := manifest(t, "ldap", "ldap-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.withoutScripts(true)
	b.open(c.address + "settings/ldap/")
	b.await("#settings-form")
	b.axeWithoutScripts("directory without scripts")
	b.typeInto("#control-servers", server.plain)
	b.click("#control-encryption [value=none]")
	b.typeInto("#control-bind_dn", "cn=console,dc=example,dc=com")
	b.typeInto("#control-password", slapdPassword)
	b.click("#action-find_base_dns-run")
	b.await("#action-find_base_dns-report .passed")
	if base := b.value("base_dn"); base != "dc=example,dc=com" {
		t.Errorf("the base DN is %q", base)
	}
	if typed := b.value("password"); typed != "" {
		t.Errorf("the page carries the password back: %q", typed)
	}
	b.axeWithoutScripts("directory without scripts, asked")
	b.typeInto("#control-password", slapdPassword)
	b.click("#test-button")
	b.await("#report .passed #headline")
	b.axeWithoutScripts("directory without scripts, tested")
	b.typeInto("#control-password", slapdPassword)
	b.typeInto("#control-login_password", slapdPassword)
	b.typeInto("#control-action-test_login-user", "anna")
	b.click("#action-test_login-run")
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "The login works")
	saveBy(t, path, "bob", "--set", "servers="+server.plain, "--set", "base_dn=ou=people,dc=example,dc=com")
	b.typeInto("#control-password", slapdPassword)
	b.click(".save-bar button")
	b.await(".conflict")
	b.axeWithoutScripts("directory without scripts, conflict")
	b.typeInto("#control-password", slapdPassword)
	b.click(".save-bar button")
	b.await(".notice.success")
	b.reload()
	held := b.value("servers") + "|" + b.value("base_dn") + "|" + b.value("password")
	if want := server.plain + "|dc=example,dc=com|"; held != want {
		t.Errorf("the page holds %q instead of %q", held, want)
	}
	b.fits("directory without scripts")
}
