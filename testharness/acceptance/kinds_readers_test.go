package acceptance

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// everyKind is what is filled into a field of each kind, and stands there when it was saved.
var everyKind = map[string]string{
	"name": "anna", "notes": "{}", "contact": "a@b.example", "site": "https://a.example", "server": "a.example:1",
	"certificate": "PEM", "count": "7", "ratio": "0.25", "size": "2 MiB", "wait": "45s", "since": "2026-12-31",
	"mode": "plain", "transport": "tls", "parts": "head", "bucket": "eu-photos", "mirrors": "eu-backups",
	"replicas": "eu-backups", "archive": "eu-photos", "servers": "a.example:1", "groups": "admins = owner",
	"proxied": "true", "proxy": "p.example:1",
}

// checkEveryKind looks at what the fields hold.
func checkEveryKind(b *tab, how string) {
	b.t.Helper()
	for name, want := range everyKind {
		held := read[string](b, `(one => one.type === "checkbox" ? String(one.checked) : one.value ??
			[...one.querySelectorAll(":checked")].map(e => e.value).join())(document.getElementById("control-`+name+`"))`)
		if held != want {
			b.t.Errorf("%s, %s holds %q instead of %q", how, name, held, want)
		}
	}
}

// TestEveryKindForEveryReader fills in a field of each kind with the keyboard alone, and on another Console without
// JavaScript: also what an action has found is chosen so.
func TestEveryKindForEveryReader(t *testing.T) {
	t.Parallel()
	path := manifest(t, "odd", oddPlugin(t, "every-kind"))
	b := newTab(t)
	b.open(startConsole(t, "--manifest", path).address + "settings/kinds/")
	b.await("#settings-form")
	fillKindsByKeys(b)
	b.tabUntil(`e.textContent === "Save"`)
	b.press(kb.Enter)
	b.await(".notice.success")
	checkEveryKind(b, "with the keyboard")

	b.withoutScripts(true)
	b.open(startConsole(t, "--manifest", path).address + "settings/kinds/")
	b.await("#settings-form")
	b.axeWithoutScripts("every kind without scripts")
	fillKindsWithoutScripts(b)
	b.click(".save-bar button")
	b.await(".notice.success")
	checkEveryKind(b, "without scripts")
	b.fits("every kind without scripts")
}

// fillKindsByKeys goes through the form from its beginning to its end.
func fillKindsByKeys(b *tab) {
	b.t.Helper()
	typed := func(names ...string) {
		for _, name := range names {
			b.tabTo("control-" + name)
			b.press(everyKind[name])
		}
	}
	typed("name", "notes", "contact", "site", "server", "certificate", "count", "ratio", "size", "wait")
	b.tabTo("control-since")
	b.press("12312026") // Chromium's calendar in English.
	b.tabTo("control-mode")
	b.press(kb.ArrowDown)
	b.tabUntil(`e.name === "value.transport"`)
	b.press(kb.ArrowDown)
	b.tabUntil(`e.name === "value.parts"`)
	b.press(" ")
	b.tabTo("action-find_buckets-run")
	b.press(kb.Enter)
	b.awaitText(`document.getElementById("control-bucket").value`, "eu-photos")
	b.tabUntil(`e.name === "value.mirrors" && e.value === "eu-backups"`)
	b.press(" ")
	b.tabUntil(`e.closest("#field-replicas .found") && e.value === "eu-backups"`)
	b.press(" ")
	typed("archive")
	b.tabUntil(`e.matches("#field-servers .add")`)
	b.press(kb.Enter)
	b.press(everyKind["servers"])
	b.tabUntil(`e.matches("#field-groups .add")`)
	b.press(kb.Enter)
	b.press("admins")
	b.press(kb.Tab)
	b.press("owner")
	b.tabTo("control-proxied")
	b.press(" ")
	typed("proxy")
}

// fillKindsWithoutScripts does the same in a plain form.
func fillKindsWithoutScripts(b *tab) {
	b.t.Helper()
	for _, name := range []string{"name", "notes", "contact", "site", "server", "certificate", "count", "ratio", "size",
		"wait", "servers", "groups", "proxy"} {
		b.typeInto("#control-"+name, everyKind[name])
	}
	for _, name := range []string{"since", "mode"} {
		b.do("choose", chromedp.SetValue(chromedp.CSS("#control-"+name), everyKind[name]))
	}
	b.click("#control-transport [value=tls]")
	b.click("#control-parts [value=head]")
	b.click("#control-proxied")
	b.click("#action-find_buckets-run")
	b.await("#field-replicas .found")
	b.axeWithoutScripts("every kind without scripts, found")
	b.click("#field-replicas .found [value=eu-backups]")
	b.click("#field-mirrors [value=eu-backups]")
	b.click(`#action-find_buckets-report button[value*="archive"][value*="eu-photos"]`)
	b.awaitText(`document.getElementById("control-archive").value`, "eu-photos")
}
