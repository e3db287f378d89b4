package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// frozenCommit is the one that froze the contract. From then on it only grows.
const frozenCommit = "3fd5b0a"

// skew is a host and a plugin, of which one is of the version that froze the contract.
type skew struct{ host, plugin, kinds string }

// TestFrozenContract has the host of the version that froze the contract serve today's plugin, and the reverse.
func TestFrozenContract(t *testing.T) {
	t.Parallel()
	frozen := builtAt(t, frozenCommit, "./cmd/smtp-plugin", "./testharness",
		"./testharness/acceptance/testdata/odd-plugin")
	of := func(name string) string { return filepath.Join(frozen, name) }
	for name, s := range map[string]skew{
		"frozen plugin": {binary("testharness"), of("smtp-plugin"), of("odd-plugin")},
		"frozen host":   {of("testharness"), binary("smtp-plugin"), binary("odd-plugin")},
	} {
		t.Run(name, func(t *testing.T) {
			s.checkSettings(t)
			s.checkEveryKind(t)
		})
	}
}

// command runs a command of the host, which must succeed and print the text.
func (s skew) command(t *testing.T, prints string, args ...string) {
	t.Helper()
	r := harnessOf(t, s.host, os.TempDir(), "practice", args...)
	if r.status != 0 || !strings.Contains(r.stdout, prints) {
		t.Errorf("%q: exit status %d, or no %q in\n%s\n%s", args, r.status, prints, r.stdout, r.stderr)
	}
}

// checkSettings uses the SMTP page by command line and browser: form, action, test, save, export, history, and its
// notifications.
func (s skew) checkSettings(t *testing.T) {
	t.Helper()
	mails := practiceMailServer(t)
	startMailServer(t, mails, 0)
	path := manifest(t, "smtp", s.plugin)
	filled := []string{"--manifest", path, "--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", mails.Port()),
		"--set", "login=" + notifyLogin, "--secret", "password=env:SECRET"}
	s.command(t, "find_server", "action", "--manifest", path)
	s.command(t, "--set server=smtp.gmail.com", "action", "find_server", "--manifest", path, "--set",
		"login=anna@gmail.com")
	s.command(t, "Test connection complete", append([]string{"test"}, filled...)...)
	s.command(t, "Saved as revision 1", append([]string{"save"}, filled...)...)
	s.command(t, `"server": "127.0.0.1"`, "export", "--json", "--manifest", path)
	s.command(t, "Saved as revision 2", "save", "--manifest", path, "--set", "time_limit=20s")
	s.command(t, "Saved as revision 3", "rollback", "1", "--manifest", path)
	s.command(t, "", "notify", "--manifest", path, "--to", "ops@email.com", "--subject", "Across versions", "--text",
		"x", "--wait", "1m")
	s.command(t, "Across versions", "list", "--manifest", path)
	if arrived := len(mails.Inbox()); arrived != 1 {
		t.Errorf("%d notifications have arrived", arrived)
	}
	c := startConsoleOf(t, s.host, "console", "--manifest", path)
	form := settingsForm(map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(mails.Port()),
		"login": notifyLogin, "time_limit": "30s"}, nil)
	form.Set("revision", "3")
	form.Set("action", "find_server")
	for _, one := range []struct{ method, path, accept, shows string }{
		{"GET", "settings/smtp/", "", `value="` + notifyLogin + `"`},
		{"GET", "settings/smtp/history", "", "Revision 3"},
		{"GET", "monitoring/notifications/", "", "Across versions"},
		{"POST", "settings/smtp/validate", "", "Will connect to 127.0.0.1"},
		{"POST", "settings/smtp/test", "application/x-ndjson", `"event":"completed"`},
		{"POST", "settings/smtp/action", "application/x-ndjson", `"event":"completed"`},
		{"POST", "settings/smtp/save", "", "The settings were saved"},
	} {
		s.request(t, c, one.method, one.path, one.accept, form, one.shows)
	}
}

// request asks the Console as a browser does, which follows redirects, and holds that the answer shows the text.
func (s skew) request(t *testing.T, c console, method, path, accept string, form url.Values, shows string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text := readAll(t, answer.Body); !strings.Contains(text, shows) {
		t.Errorf("%s %s: %s, without %q\n%s", method, path, answer.Status, shows, text)
	}
}

// checkEveryKind fills in a page that has all that the contract had when it was frozen.
func (s skew) checkEveryKind(t *testing.T) {
	t.Helper()
	c := startConsoleOf(t, s.host, "console", "--manifest", manifest(t, "kinds", oddPluginOf(t, s.kinds, "every-kind")))
	const page = "settings/kinds/"
	s.request(t, c, "GET", page, "", nil, `name="value.servers"`)
	form := settingsForm(map[string]string{
		"name": "x", "servers": "a.example:1\nb.example:2", "groups": "admins = owner", "size": "20 MiB", "wait": "30s",
		"since": "2026-11-26", "ratio": "0.25", "parts": "head", "site": "https://a.example/", "bucket": "eu-photos",
		"active": "",
	}, map[string]string{"account": "ticket-1", "password": "s3cret"})
	form.Set("action", "find_buckets")
	s.request(t, c, "POST", page+"action", "application/x-ndjson", form, "eu-photos")
	form.Set("action", "sign_in")
	s.request(t, c, "POST", page+"action", "application/x-ndjson", form, "ticket-1")
	s.request(t, c, "POST", page+"test", "application/x-ndjson", form, "Tested: depth quick, send true")
	const question = "This switches the page off for everybody."
	s.request(t, c, "POST", page+"save", "", form, question)
	form.Set("confirmed", question)
	s.request(t, c, "POST", page+"save", "", form, "The settings were saved")
	for _, shows := range []string{"a.example:1\nb.example:2", "admins = owner", "20 MiB", "2026-11-26", "0.25",
		"https://a.example/", "ends in 4711", "eu-photos"} {
		s.request(t, c, "GET", page, "", nil, shows)
	}
}
