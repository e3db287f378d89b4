package acceptance

import (
	"path/filepath"
	"testing"
)

// TestHeldPage releases what is held in a browser: the keyboard stays on a button while the page is brought up to date,
// a question says how many it are, and the page reports what became of them. The settings page says it as well.
func TestHeldPage(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	for _, command := range [][]string{
		{"save", "--set", "server=127.0.0.1", "--set", "port=1", "--set", "login=me@email.com", "--secret",
			"password=env:SECRET"},
		{"notify", "--to", "a@b.example", "--to", "c@d.example", "--text", "x", "--wait", "1ms"},
	} {
		if r := harness(t, "practice", append(command, "--manifest", path)...); r.status > 1 {
			t.Fatalf("%s: exit status %d\n%s%s", command[0], r.status, r.stdout, r.stderr)
		}
	}
	run(t, "sqlite3", filepath.Join(filepath.Dir(path), "data", "smtp-settings.db"), lastUsedLongAgo)
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.awaitText(`document.getElementById("held").textContent`, "2 notifications are held")
	if read[int](b, `document.querySelectorAll("#held form, #service form").length`) != 0 {
		t.Error("the settings page has buttons that release what is held")
	}
	b.open(c.address + "monitoring/notifications/")
	b.await("#held button[value=discard]")
	read[bool](b, `(document.querySelector("#held button[value=discard]").focus(),
		document.querySelector("#held strong").textContent = "outdated", true)`)
	notifyLater(t, path) // Something changes, and the page takes it up.
	b.awaitText(`document.querySelector("#held strong").textContent`, "2 notifications are held")
	if name, _ := b.focused(); name != "Discard what is held" {
		t.Errorf("the focus is on %q after the page was brought up to date", name)
	}
	b.press(" ")
	b.await("form[action=held][method=post] button")
	name := read[string](b, `document.querySelector("form[action=held] button").textContent`)
	if name != "Discard 2 notifications" {
		t.Errorf("the question is %q", name)
	}
	b.click("form[action=held] button")
	b.await(".notice.success")
	b.awaitText(`document.querySelector(".notice.success").textContent`, "2 notifications were discarded.")
	if read[int](b, `document.querySelectorAll("tr.cancelled").length`) != 2 {
		t.Error("they are not shown as cancelled")
	}
}

// notifyLater hands one more notification over.
func notifyLater(t *testing.T, path string) {
	t.Helper()
	r := harness(t, "practice", "notify", "--manifest", path, "--to", "e@f.example", "--text", "x", "--wait", "1ms")
	if r.status > 1 {
		t.Fatalf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
}
