package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// value is what a control of the page holds.
func (b *tab) value(field string) string {
	b.t.Helper()
	return read[string](b, `document.getElementById("control-`+field+`").value`)
}

// concealed reports whether a field cannot be seen.
func (b *tab) concealed(field string) bool {
	b.t.Helper()
	return read[bool](b, `document.getElementById("field-`+field+`").offsetHeight === 0`)
}

// TestEveryKindInBrowser fills in a page with a field of each kind as people do, with the script, and saves it.
func TestEveryKindInBrowser(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "odd", oddPlugin(t, "every-kind")))
	b := newTab(t)
	address := c.address + "settings/kinds/"
	b.open(address)
	b.await("#settings-form")
	b.axe("every kind")
	b.screenshot("every-kind")
	checkRows(t, b)
	checkFile(t, b)
	checkRules(t, b)
	checkOptions(t, b)
	checkActions(t, b)
	checkAgreement(t, b)
	b.axe("every kind, saved")
	b.click("#action-find_buckets-run") // With what it finds on the page, too.
	b.await("#field-replicas .found")
	b.lookAt("every-kind")
}

// checkRows adds, moves and removes entries of a list and a map.
func checkRows(t *testing.T, b *tab) {
	t.Helper()
	b.typeInto("#control-name", "x")
	for i, server := range []string{"a.example:1", "b.example:2", "c.example:3"} {
		b.click("#field-servers .add")
		b.typeInto("#field-servers li:nth-child("+string(rune('1'+i))+") .entry", server)
	}
	b.click("#field-servers li:nth-child(3) .up")
	b.click("#field-servers li:nth-child(1) .remove")
	if got := b.value("servers"); got != "c.example:3\nb.example:2" {
		t.Errorf("the list holds %q", got)
	}
	if name := read[string](b, `document.activeElement.getAttribute("aria-label")`); name != "Server 1" {
		t.Errorf("after an entry was removed the keyboard is at %q", name)
	}
	b.click("#field-groups .add")
	b.typeInto("#field-groups .key", "admins")
	b.typeInto("#field-groups .entry", "owner = all\r")
	if rows := read[int](b, `document.querySelectorAll("#field-groups li").length`); rows != 2 {
		t.Errorf("after Enter in a row there are %d", rows)
	}
	if got := b.value("groups"); got != "admins = owner = all" {
		t.Errorf("the map holds %q", got)
	}
}

// checkFile has a file read into its field, and one that is too large refused.
func checkFile(t *testing.T, b *tab) {
	t.Helper()
	directory := t.TempDir()
	files := map[string]string{"good.pem": "A PEM\r\nof two lines", "large.pem": strings.Repeat("x", 201)}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	picker := chromedp.CSS("#field-certificate input[type=file]")
	b.do("choose a file", chromedp.SetUploadFiles(picker, []string{filepath.Join(directory, "good.pem")}))
	b.awaitText(`document.getElementById("control-certificate").value`, "A PEM\nof two lines")
	b.do("choose another", chromedp.SetUploadFiles(picker, []string{filepath.Join(directory, "large.pem")}))
	b.awaitText(`document.getElementById("findings-certificate").textContent`, "at most 200 characters")
	if got := b.value("certificate"); got != "A PEM\nof two lines" {
		t.Errorf("the field holds %q", got)
	}
}

// checkRules follows conditions: hidden parents, what is required and enabled, and defaults that a control shows.
func checkRules(t *testing.T, b *tab) {
	t.Helper()
	if !b.concealed("proxy") || !b.concealed("realm") || !b.concealed("open_realm") || !b.concealed("greeting") {
		t.Error("a field is shown that depends on a hidden one, or is deprecated")
	}
	b.click("#control-proxied")
	if b.concealed("proxy") || !b.concealed("realm") || b.concealed("open_realm") {
		t.Error("with a proxy the fields are not those that depend on an empty address")
	}
	if read[bool](b, `document.querySelector("#field-proxy .required").hidden`) {
		t.Error("the address of the proxy is not marked as required")
	}
	b.typeInto("#control-proxy", "p.example:1")
	if b.concealed("realm") || !b.concealed("open_realm") {
		t.Error("with an address the fields are the wrong ones")
	}
	b.click("#control-proxied")
	if !b.concealed("proxy") || !b.concealed("realm") || !b.concealed("open_realm") {
		t.Error("what depends on a hidden field is shown")
	}
	disabled := `document.getElementById("control-limit").disabled`
	before := read[bool](b, disabled)
	b.typeInto("#control-size", "20480 KiB")
	if after := read[bool](b, disabled); !before || after {
		t.Errorf("the limit was disabled %t, and is %t", before, after)
	}
	b.typeInto("#control-wait", "1m")
	if required := read[bool](b, `document.querySelector("#field-reason .required").hidden`); required {
		t.Error("the reason of a long wait is not required")
	}
	b.typeInto("#control-reason", "slow")
	b.do("choose", chromedp.SetValue(chromedp.CSS("#control-mode"), "tls"))
	read[bool](b, `document.getElementById("control-mode").dispatchEvent(new Event("input", {bubbles: true}))`)
	const chosen = `document.querySelector("#control-transport input:checked").value`
	if got := read[string](b, chosen); got != "tls" {
		t.Errorf("the default of a choice that nobody made stays %q", got)
	}
	b.awaitText(`document.getElementById("control-callback").value`, "/callback/1/x")
}

func checkOptions(t *testing.T, b *tab) {
	t.Helper()
	b.click("details.options > summary")
	b.click("#control-option-send")
	if !b.concealed("option-tries") {
		t.Error("an option does not follow another")
	}
	b.click("#test-button")
	b.awaitText(`document.getElementById("report").textContent`, "Tested: depth quick, send false")
	b.click("#action-test_login-run")
	b.awaitText(`document.getElementById("findings-action-test_login-person").textContent`, "must be filled in")
	b.typeInto("#control-action-test_login-person", "anna\r") // Enter runs what the option is for.
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "anna can log in")
}

func checkActions(t *testing.T, b *tab) {
	t.Helper()
	b.click("#action-find_buckets-run")
	b.awaitText(`document.getElementById("control-bucket").value`, "eu-photos")
	b.click(`#action-find_buckets-report button[value*="eu-backups"]`)
	b.awaitText(`document.getElementById("control-bucket").value`, "eu-backups")
	b.click("#action-find_buckets-run")
	b.awaitText(`document.getElementById("control-bucket").value`, "eu-photos")
	b.click("#field-mirrors [value=eu-backups]")
	checkFound(t, b)
	checkEnter(t, b)
	b.click("#action-sign_in-run")
	b.awaitText(`document.getElementById("action-sign_in-report").textContent`, "Access was allowed")
	if ticket := b.value("account"); ticket != "ticket-1" {
		t.Errorf("the ticket is %q", ticket)
	}
	b.axe("every kind, after actions")
	b.click("#action-rotate-run")
	b.awaitText(`document.getElementById("action-rotate-report").textContent`, "The callback in use stops working.")
	b.click("#action-rotate-report button")
	b.awaitText(`document.getElementById("action-rotate-report").textContent`, "What is in force has changed.")
}

// checkFound takes entries of a list from what an action has found, and out again by the box and by the row.
func checkFound(t *testing.T, b *tab) {
	t.Helper()
	b.click("#field-replicas .found [value=eu-photos]")
	b.click("#field-replicas .found [value=eu-backups]")
	b.click("#field-replicas .found [value=eu-photos]")
	rows := read[string](b, `[...document.querySelectorAll("#field-replicas .entry")].map(one => one.value).join()`)
	if held := b.value("replicas"); rows != "eu-backups" || held != "eu-backups" {
		t.Errorf("what was ticked: the rows are %q, the list %q", rows, held)
	}
	b.click("#field-replicas .remove")
	if read[bool](b, `document.querySelector("#field-replicas .found :checked") !== null`) || b.value("replicas") != "" {
		t.Errorf("what was removed stays ticked, or in the list: %q", b.value("replicas"))
	}
}

// checkEnter presses Enter where it may choose from a list: that sends no form.
func checkEnter(t *testing.T, b *tab) {
	t.Helper()
	read[bool](b, `(window.sent = [], window.asks = window.fetch, window.fetch = (route, ...rest) => route === "save" ?
		(window.sent.push(document.activeElement.name), Promise.reject(new Error("not sent"))) :
		window.asks(route, ...rest), true)`)
	for _, control := range []string{"#control-bucket", "#field-mirrors .other input", "#control-server"} {
		b.typeInto(control, "\r")
	}
	if sent := read[string](b, `window.sent.join()`); sent != "value.server" {
		t.Errorf("Enter sent the form in the fields %q", sent)
	}
	read[bool](b, `(window.fetch = window.asks, document.getElementById("save-agree").replaceChildren(), true)`)
}

// checkAgreement saves what has to be agreed to: a secret that was typed before is saved with it.
func checkAgreement(t *testing.T, b *tab) {
	t.Helper()
	b.typeInto("#control-password", "s3cret")
	b.click("#control-active")
	b.click(".save-bar button")
	b.awaitText(`document.getElementById("save-agree").textContent`, "This switches the page off for everybody.")
	b.axe("every kind, asked")
	if typed := b.value("password"); typed != "s3cret" {
		t.Errorf("while the page asks, the typed password is %q", typed)
	}
	b.do("empty the name", chromedp.SetValue(chromedp.CSS("#control-name"), "BIG"))
	b.click("#save-agree button")
	b.awaitText(`document.getElementById("said").textContent`, "Nothing was saved.")
	if !read[bool](b, `document.activeElement.matches(".faults a") && !document.getElementById("unsaved").hidden`) {
		t.Error("after a refusal the keyboard is not at what is wrong, or the page says that all is saved")
	}
	if typed := b.value("password"); typed != "s3cret" {
		t.Errorf("after a refusal, the typed password is %q", typed)
	}
	b.awaitText(`document.getElementById("findings-name").textContent`, "small letters only")
	b.axe("every kind, refused")
	read[bool](b, `(document.getElementById("control-name").select(), true)`) // So that typing replaces it.
	b.typeInto("#control-name", "x")
	b.awaitText(`"[" + document.getElementById("said").textContent.trim() + "]"`, "[]") // It says what is so no more.
	b.typeInto("#control-password", "\r")                                               // Enter saves.
	b.awaitText(`document.getElementById("save-agree").textContent`, "This switches the page off for everybody.")
	b.click("#save-agree button")
	b.await(".notice.success")
	held := read[string](b, `["servers", "groups", "bucket", "certificate"].map(
		name => document.getElementById("control-" + name).value).join("|") +
		document.querySelector("#field-mirrors :checked").value + document.getElementById("control-active").checked +
		document.getElementById("state-password").textContent.trim()`)
	want := "c.example:3\nb.example:2|admins = owner = all|eu-photos|A PEM\nof two lineseu-backupsfalse" +
		"Stored: ends in 4711."
	if !strings.HasPrefix(held, want) {
		t.Errorf("the page shows %q", held)
	}
	if read[string](b, `document.querySelector("[name=unset][value=transport]")?.value ?? ""`) == "" {
		t.Error("a default that nobody chose was saved")
	}
}
