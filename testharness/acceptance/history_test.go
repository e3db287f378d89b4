package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// saveBy saves on the command line as the actor.
func saveBy(t *testing.T, path, actor string, args ...string) result {
	t.Helper()
	return harness(t, "s3cret", append([]string{"save", "--json", "--manifest", path, "--actor", actor}, args...)...)
}

// TestHistory saves as several people, looks at the audit trail and goes back, on the command line and on the page.
func TestHistory(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	r := harness(t, "", "history", "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, "Nothing has been saved yet.") {
		t.Errorf("an empty history: exit status %d\n%s", r.status, r.stdout)
	}
	saveBy(t, path, "anna", "--set", "server=first.example", "--set", "login=me@email.com", "--set", "use_ssl=true",
		"--secret", "password=env:SECRET")
	saveBy(t, path, "bob", "--set", "server=second.example", "--secret", "password=env:SECRET")
	r = harness(t, "", "history", "--json", "--manifest", path)
	var list shared.RevisionList
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil || len(list.Entries) != 2 {
		t.Fatalf("%v\n%s", err, r.stdout)
	}
	newest := list.Entries[0]
	if newest.Number != 2 || newest.Author != "bob" || newest.At.IsZero() ||
		fmt.Sprint(newest.Changes) != "[{server first.example second.example} {password  }]" {
		t.Errorf("the newest entry is %+v", newest)
	}
	for args, says := range map[string]string{"99": "There is no revision 99.",
		"two": `"two" is not the number of a revision`} {
		r := harness(t, "", "rollback", args, "--manifest", path)
		if r.status == 0 || !strings.Contains(r.stdout+r.stderr, says) {
			t.Errorf("rollback %s: exit status %d\n%s%s", args, r.status, r.stdout, r.stderr)
		}
	}
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.click(`.history a[href=history]`)
	b.await("#revision-1")
	b.screenshot("history")
	text := read[string](b, `document.querySelector("main").innerText`)
	for _, want := range []string{"Revision 2", "in force", "by bob", "second.example", "secrets are not shown",
		"Revision 1", "by anna"} {
		if !strings.Contains(text, want) {
			t.Errorf("the history does not say %q:\n%s", want, text)
		}
	}
	b.axe("history")
	b.click("#difference a.button") // It can be tested before it is in force.
	b.awaitText(`document.getElementById("said").innerText`, "These are the values of revision 1.")
	b.await("#unsaved") // The words above are there before the end of the page is.
	if server := b.value("server"); server != "first.example" {
		t.Errorf("opened in the form the server is %q", server)
	}
	b.open(c.address + "settings/smtp/history")
	b.await("#difference")
	b.click("#difference button")
	b.await(".notice.success")
	if server := read[string](b, `document.getElementById("control-server").value`); server != "first.example" {
		t.Errorf("after going back the server is %q", server)
	}
	r = harness(t, "", "history", "--manifest", path)
	if !strings.Contains(r.stdout, "by anna  (restored from revision 1)") {
		t.Errorf("the history does not tell of the restored revision:\n%s", r.stdout)
	}
}

// TestConflict has two administrators save from the same page: the second is shown both versions and chooses.
func TestConflict(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	saveBy(t, path, "anna", "--set", "server=first.example", "--set", "login=me@email.com", "--set", "use_ssl=true",
		"--secret", "password=env:SECRET")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	saveBy(t, path, "bob", "--set", "login=bob@email.com", "--secret", "password=env:SECRET")
	b.do("type", clear("#control-login"))
	b.typeInto("#control-login", "anna@email.com")
	b.typeInto("#control-password", "s3cret")
	b.click(".save-bar button")
	b.await(".conflict")
	b.screenshot("conflict")
	text := read[string](b, `document.querySelector(".conflict").innerText`)
	for _, want := range []string{"bob has saved these settings in the meantime (revision 2)", "SMTP login",
		"anna@email.com", "bob@email.com"} {
		if !strings.Contains(text, want) {
			t.Errorf("the conflict does not say %q:\n%s", want, text)
		}
	}
	if typed := read[string](b, `document.getElementById("control-login").value`); typed != "anna@email.com" {
		t.Errorf("what was typed became %q", typed)
	}
	if typed := b.value("password"); typed != "s3cret" || strings.Contains(text, "typed again") {
		t.Errorf("of a typed password %q is left, and the page says\n%s", typed, text)
	}
	if name, _ := b.focused(); name != "conflict-title" || !read[bool](b, `!document.getElementById("unsaved").hidden`) {
		t.Errorf("the keyboard is at %q, or the page says that all is saved", name)
	}
	b.click(`.conflict [name="choice.login"][value=theirs]`)
	b.click("#merge-button")
	if b.value("login") != "bob@email.com" || b.value("password") != "s3cret" {
		t.Errorf("of what was chosen the form has %q and %q", b.value("login"), b.value("password"))
	}
	r := harness(t, "", "history", "--manifest", path)
	if strings.Contains(r.stdout, "evision 3") {
		t.Errorf("choosing has saved:\n%s", r.stdout)
	}
	b.click(".save-bar button")
	b.await(".notice.success")
	r = saveBy(t, path, "carol", "--revision", "2", "--set", "port=2525")
	if r.status != 1 || !strings.Contains(r.stdout, `"conflict": true`) {
		t.Errorf("a save over an old revision on the command line: exit status %d\n%s", r.status, r.stdout)
	}
}

// TestLastVerified tests, saves what was tested, changes something, and reads each time what the page says of the last
// verification.
func TestLastVerified(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.practise("works-ssl")
	b.testConnection()
	b.click(".save-bar button")
	b.await(".notice.success")
	verified := func() string { return read[string](b, `document.querySelector(".history").innerText`) }
	if text := verified(); !strings.Contains(text, "Verified just now by anna.") ||
		strings.Contains(text, "Changed since") || !strings.Contains(text, "History") {
		t.Errorf("after saving what was tested: %s", text)
	}
	b.do("type", clear("#control-port"))
	b.typeInto("#control-port", "2500")
	b.typeInto("#control-password", "another")
	b.click(".save-bar button")
	b.awaitText(`document.querySelector(".history").innerText`, "Revision 2")
	if text := verified(); !strings.Contains(text, "Verified just now by anna. Changed since: SMTP port, Password.") {
		t.Errorf("after a change: %s", text)
	}
}

// TestRekey seals everything under a new key; the old one is of no use any more, and the secrets still open.
func TestRekey(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	key := filepath.Join(filepath.Dir(path), "data", "key")
	args := []string{
		"--set", "server=127.0.0.1", "--set", "port=1", "--set", "login=me@email.com", "--secret", "password=env:SECRET",
	}
	saveBy(t, path, "anna", args...)
	saveBy(t, path, "anna", args...)
	old, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	running, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	testRunning := func() (code string) {
		err := running.Page().Test(t.Context(), shared.TestRequest{}, func(event shared.TestEvent) error {
			if completed, ok := event.(shared.Completed); ok {
				code = completed.Report.Diagnostics[0].Code
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return code
	}
	if code := testRunning(); code != "connection_refused" {
		t.Errorf("before: %s", code)
	}
	r := harness(t, "", "rekey", "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, "2 secrets were sealed anew. The key is in "+key) {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	renewed, err := os.ReadFile(key)
	if err != nil || string(renewed) == string(old) || len(renewed) != len(old) {
		t.Errorf("the key file has %d bytes, before %d; %v", len(renewed), len(old), err)
	}
	test := func() string {
		return verdict(t, harness(t, "", "test", "--json", "--manifest", path)).Diagnostics[0].Code
	}
	if code := test(); code != "connection_refused" {
		t.Errorf("with the new key: %s", code)
	}
	if code := testRunning(); code != "connection_refused" {
		t.Errorf("with the new key, in a Console that has been running all the while: %s", code)
	}
	if saved, err := running.Page().Save(t.Context(), shared.SaveRequest{Revision: 2}); err != nil || !saved.Saved {
		t.Errorf("saving in the running Console: %v, %v", saved.Diagnostics, err)
	}
	if code := test(); code != "connection_refused" {
		t.Errorf("with what the running Console has saved: %s", code)
	}
	write(t, key, string(old), 0o600)
	if code := test(); code != "secret_unreadable" {
		t.Errorf("with the old key: %s", code)
	}
}
