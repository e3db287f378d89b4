package acceptance

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// practicePassword is the password of the practice servers.
const practicePassword = "practice-Pa55word"

// TestPageInBrowser walks the main job in a real browser: fill in, test, correct, save, come back.
func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.screenshot("empty")
	text := read[string](b, `document.getElementById("settings-form").innerText`)
	for _, label := range []string{"SMTP server", "SMTP port", "SMTP login", "Password", "Use SSL",
		"Use other account settings", "Test connection"} {
		if !strings.Contains(text, label) {
			t.Errorf("the label %q is not on the page:\n%s", label, text)
		}
	}
	checkHeadlines(t, b)
	checkPort(t, b)
	checkFix(t, b)
	checkSave(t, b)
	checkUnsavedGuard(t, b)
	checkNarrow(t, b)
	c.stop()
	checkNotOnDisk(t, filepath.Dir(path))
	checkSaved(t, b, startConsole(t, "--manifest", path).address+"settings/smtp/")
}

func checkHeadlines(t *testing.T, b *tab) {
	t.Helper()
	for _, c := range []struct{ practice, headline string }{
		{"works-ssl", "Test connection complete"},
		{"recipient-relay", "Test connection failed"},
		{"certificate-expired", "SMTP server connection failed. Check server url or port"},
		{"certificate-wrong-host", "SMTP server connection failed. Check server url or port"},
		{"auth-wrong-password", "SMTP login failed. Check server login or password."},
	} {
		b.practise(c.practice)
		headline := b.testConnection()
		b.screenshot(c.practice)
		if headline != c.headline {
			t.Errorf("%s: the headline is %q, want %q", c.practice, headline, c.headline)
		}
		checkNoPassword(t, b)
	}
}

// checkNoPassword looks for the password in the form and in the report. The practice buttons of the stand-in Console
// hold it, as they must; they are no part of the page.
func checkNoPassword(t *testing.T, b *tab) {
	t.Helper()
	page := read[string](b, `document.querySelector(".settings-page").outerHTML`)
	if strings.Contains(page, practicePassword) {
		t.Error("the password is in the HTML")
	}
}

func checkPort(t *testing.T, b *tab) {
	t.Helper()
	const placeholder = `document.getElementById("control-port").placeholder`
	b.reload()
	before := read[string](b, placeholder)
	b.click("#control-use_ssl")
	after := read[string](b, placeholder)
	b.typeInto("#control-port", "2500")
	b.click("#control-use_ssl")
	typed := read[string](b, `document.getElementById("control-port").value`)
	if before != "25" || after != "465" || typed != "2500" {
		t.Errorf("the port is %s without SSL, %s with it; a typed 2500 became %s", before, after, typed)
	}
}

func checkFix(t *testing.T, b *tab) {
	t.Helper()
	b.practise("plain-on-tls-port")
	b.testConnection()
	b.click("#report button[name=fix]")
	if !read[bool](b, `document.getElementById("control-use_ssl").checked`) {
		t.Error("the fix did not turn on Use SSL")
	}
	b.awaitText(`document.getElementById("headline").textContent`, "Test connection complete") // It was tested again.
	if name, _ := b.focused(); name != "headline" {
		t.Errorf("after the fix the keyboard is at %q", name)
	}
	b.typeInto("#control-login", "x")
	b.awaitText(`document.querySelector(".stale:not([hidden])").innerText`, "before your change. Other now: SMTP login.")
	b.practise("plain-on-tls-port")
	b.testConnection()
	if read[bool](b, `Boolean(document.querySelector(".stale:not([hidden])"))`) {
		t.Error("a verdict of the form as it stands is said to be an old one")
	}
}

func checkSave(t *testing.T, b *tab) {
	t.Helper()
	b.practise("works-ssl")
	b.click(".save-bar button")
	b.await(".notice.success")
	checkSaved(t, b, read[string](b, "location.href"))
	b.screenshot("saved")
}

// checkSaved looks at what a fresh page shows of what was saved.
func checkSaved(t *testing.T, b *tab, address string) {
	t.Helper()
	b.open(address)
	b.await("#settings-form")
	shown := read[map[string]any](b, `({
		server: document.getElementById("control-server").value, login: document.getElementById("control-login").value,
		ssl: document.getElementById("control-use_ssl").checked, password: document.getElementById("control-password").value,
		hint: document.getElementById("control-password").placeholder,
		history: document.querySelector(".history").textContent})`)
	if shown["server"] != "127.0.0.1" || shown["login"] != "console@practice.example" || shown["ssl"] != true {
		t.Errorf("the page shows %v", shown)
	}
	if shown["password"] != "" || !strings.HasPrefix(shown["hint"].(string), "stored since") {
		t.Errorf("of the password the page shows %q and %q", shown["password"], shown["hint"])
	}
	history := shown["history"].(string)
	if !strings.Contains(history, "Revision 1") || !strings.Contains(history, "anna") {
		t.Errorf("the history is %q", history)
	}
	checkNoPassword(t, b)
}

func checkUnsavedGuard(t *testing.T, b *tab) {
	t.Helper()
	before := b.questions.Load()
	b.reload()
	if b.questions.Load() != before {
		t.Error("leaving a page without changes asked")
	}
	b.typeInto("#control-login", "x")
	b.reload()
	if b.questions.Load() != before+1 {
		t.Error("leaving a page with unsaved changes did not ask")
	}
}

func checkNarrow(t *testing.T, b *tab) {
	t.Helper()
	b.do("narrow the screen", chromedp.EmulateViewport(360, 800))
	b.reload()
	b.practise("certificate-wrong-host")
	b.testConnection()
	b.screenshot("narrow")
	if read[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		t.Error("at 360 px the page is wider than the screen")
	}
	b.do("widen the screen", chromedp.ResetViewport())
}

// checkNotOnDisk looks for the password in every file of the data directory.
func checkNotOnDisk(t *testing.T, directory string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), practicePassword) {
			t.Errorf("the password is in %s", path)
		}
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files in the data directory, error %v", files, err)
	}
}

// TestPageWithoutScripts does the main job in a browser that runs no JavaScript.
func TestPageWithoutScripts(t *testing.T) {
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
	b.click(".practice details summary")
	b.click("[data-practice=auth-wrong-password]")
	b.await(`#control-server[value="127.0.0.1"]`)
	b.typeInto("#control-password", practicePassword)
	b.click("#test-button")
	b.await("#headline")
	headline := read[string](b, `document.getElementById("headline").textContent`)
	if headline != "SMTP login failed. Check server login or password." {
		t.Errorf("the headline is %q", headline)
	}
	if at := read[string](b, `location.hash`); at != "#report" || !read[bool](b, `(box => box.top >= 0 &&
		box.bottom <= innerHeight)(document.getElementById("headline").getBoundingClientRect())`) {
		t.Errorf("the answer to a test opens at %q, and its headline is out of view", at)
	}
	b.screenshot("without-scripts")
	checkNoPassword(t, b)
	b.typeInto("#control-password", practicePassword)
	b.click(".save-bar button")
	b.await(".notice.warning") // Saved, although the test failed.
}

// TestSaveAfterFailedTest saves settings whose test has failed: it is done, and said so. What was changed after the
// test is not what failed.
func TestSaveAfterFailedTest(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.practise("auth-wrong-password")
	b.testConnection()
	b.click(".save-bar button")
	b.awaitText(`document.querySelector(".notice.warning")?.innerText ?? ""`,
		"The settings were saved, although their test failed.")
	b.axe("saved although the test failed")
	b.practise("auth-wrong-password")
	b.testConnection()
	b.typeInto("#control-login", "x")
	b.click(".save-bar button")
	b.await(".notice.success")
}
