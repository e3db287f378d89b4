package acceptance

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// byImport saves by a document that was exported and changed.
func (p *passBack) byImport(t *testing.T, values map[string]string, _ string) string {
	t.Helper()
	var document shared.Export
	exported := harness(t, "", "export", "--json", "--manifest", p.manifest)
	if err := json.Unmarshal([]byte(exported.stdout), &document); err != nil {
		t.Fatal(err, exported)
	}
	maps.Copy(document.Values, p.draft(values).Values)
	maps.DeleteFunc(document.Values, func(_ string, value shared.Value) bool { return value.IsEmpty() })
	content, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "settings.json")
	write(t, file, string(content), 0o600)
	r := harness(t, "", "import", "--json", "--manifest", p.manifest, file)
	if r.status != 1 {
		t.Errorf("exit status %d, want 1: %s", r.status, r.stderr)
	}
	return r.stdout
}

// TestPassBackByImport changes each field that a stored password is bound to in a document, and imports it.
func TestPassBackByImport(t *testing.T) {
	t.Parallel()
	p := startPassBack(t)
	for _, field := range slices.Sorted(maps.Keys(p.changes)) {
		t.Run(field, func(t *testing.T) { p.check(t, p.byImport, "save", []string{field}) })
	}
}

// byApply saves by a file of settings that names no secret.
func (p *passBack) byApply(t *testing.T, values map[string]string, _ string) string {
	t.Helper()
	draft := p.draft(values)
	maps.DeleteFunc(draft.Values, func(_ string, value shared.Value) bool { return value.IsEmpty() })
	content, err := json.Marshal(draft.Values)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "smtp.json")
	write(t, file, string(content), 0o600)
	r := harness(t, "", "apply", "--json", "--manifest", p.manifest, "-f", file)
	if r.status != 1 {
		t.Errorf("exit status %d, want 1: %s", r.status, r.stderr)
	}
	return r.stdout
}

// TestPassBackByApply changes each field that a stored password is bound to in a file of settings, and applies it.
func TestPassBackByApply(t *testing.T) {
	p := startPassBack(t)
	for _, field := range slices.Sorted(maps.Keys(p.changes)) {
		t.Run(field, func(t *testing.T) { p.check(t, p.byApply, "save", []string{field}) })
	}
}

// listening is a server that takes all that it is sent and says nothing, until the other side ends.
func listening(t *testing.T) (address string, received *recorder) {
	t.Helper()
	received = &recorder{}
	return acceptEach(t, func(conn net.Conn) { _, _ = io.Copy(received, conn) }).String(), received
}

// TestPassBackOfActions runs actions with a stored password and another server, by every way there is to the plugin:
// the password is asked for again, and the other server is sent nothing.
func TestPassBackOfActions(t *testing.T) {
	t.Parallel()
	server := startSlapd(t, nil, "")
	other, received := listening(t)
	d := newDirectory(t, server)
	saved := harness(t, d.secret, append([]string{"save", "--yes"}, d.args()...)...)
	h := supervised(t, d.path, host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }),
		host.WithTestLimit(noTestLimit))
	page := httptest.NewServer(h.Handler())
	t.Cleanup(page.Close)
	if saved.status != 0 {
		t.Fatalf("exit status %d\n%s", saved.status, saved.stdout)
	}
	ways := map[string]func(action, servers string) string{
		"page": func(action, servers string) string {
			form := settingsForm(map[string]string{"servers": servers}, map[string]string{"password": ""})
			form.Set("action", action)
			form.Set("action.test_login.user", "anna")
			answer, err := http.PostForm(page.URL+"/action", form)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			return readAll(t, answer.Body)
		},
		"command line": func(action, servers string) string {
			args := []string{"action", action, "--manifest", d.path, "--set", "servers=" + servers}
			if action == "test_login" {
				args = append(args, "--option", "user=anna")
			}
			return harness(t, "", args...).stdout
		},
		"rpc": func(action, servers string) string {
			done := runDirectoryAction(t, h, action, "anna", shared.Draft{
				Values: shared.Values{"servers": shared.List(servers)},
			})
			return fmt.Sprint(done.Report)
		},
	}
	for name, try := range ways {
		for action, works := range map[string]string{"find_base_dns": "dc=example,dc=com", "test_login": "anna"} {
			if said := try(action, server.plain); strings.Contains(said, "Enter “Password” again") ||
				!strings.Contains(said, works) {
				t.Errorf("%s, %s, with the server that it was saved for: %s", name, action, said)
			}
			if said := try(action, other); !strings.Contains(said, "Enter “Password” again") {
				t.Errorf("%s, %s: the password was not asked for again: %s", name, action, said)
			}
		}
	}
	if sent := received.String(); sent != "" {
		t.Errorf("the other server was sent %q", sent)
	}
}
