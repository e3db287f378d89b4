package acceptance

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// TestSealedInDatabase looks into everything that the database holds, on both engines: nothing of what docs/security.md
// says to be sealed is there, and what it says to be in clear is.
func TestSealedInDatabase(t *testing.T) {
	t.Parallel()
	for engine, dump := range map[string]func(*testing.T) (path string, dump func() string){"embedded": dumpFiles,
		"postgres": dumpDatabase} {
		t.Run(engine, func(t *testing.T) {
			path, dump := dump(t)
			server := practiceMailServer(t)
			server.Password = canaryPassword
			startMailServer(t, server, 0)
			h := supervised(t, path)
			save := func(revision int64, password shared.SecretChange) {
				t.Helper()
				result, err := h.Page().Save(t.Context(),
					shared.SaveRequest{Actor: "clear-author", Revision: revision, Draft: shared.Draft{
						Values: shared.Values{
							"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(server.Port())),
							"login":             shared.Text(notifyLogin),
							"use_other_account": shared.Boolean(true), "email": shared.Text("clear-sender@email.com"),
						},
						Secrets: map[string]shared.SecretChange{"password": password, "access_token": shared.ReplaceSecret(canaryToken)},
					}})
				if err != nil || !result.Saved {
					t.Fatal(err, result.Diagnostics)
				}
			}
			save(0, shared.ReplaceSecret("sealed-wr0ng/password"))
			waiting := shared.Notification{Key: "clear-key", To: "clear-recipient@email.com", Subject: "clear-subject",
				Text: "sealed-t3xt", HTML: "<p>sealed-html5</p>"}
			first := notify(t, h, waiting)
			awaitService(t, h, shared.ServiceDegraded)
			before := dump()
			save(1, shared.ReplaceSecret(canaryPassword))
			awaitEntry(t, h, first.ID, shared.NotificationDelivered)
			for when, text := range map[string]string{"waiting": before, "delivered": dump()} {
				for _, leak := range leaks(text, canaryPassword, canaryToken, "sealed-wr0ng/password", "sealed-t3xt",
					"sealed-html5") {
					t.Errorf("%s: what is said to be sealed is in clear: %s", when, leak)
				}
				for _, clear := range []string{"clear-author", notifyLogin, "clear-sender@email.com", "clear-key",
					"clear-recipient@email.com", "clear-subject"} {
					if !strings.Contains(text, clear) {
						t.Errorf("%s: %q is said to be in clear and is not there", when, clear)
					}
				}
			}
		})
	}
}

// dumpFiles reads the files of the data directory but the key.
func dumpFiles(t *testing.T) (path string, dump func() string) {
	path = manifest(t, "smtp", "smtp-plugin")
	return path, func() string {
		var all strings.Builder
		err := filepath.WalkDir(filepath.Join(filepath.Dir(path), "data"),
			func(name string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() || entry.Name() == "key" {
					return err
				}
				content, err := os.ReadFile(name)
				all.Write(content)
				return err
			})
		if err != nil {
			t.Fatal(err)
		}
		return all.String()
	}
}

// dumpDatabase dumps a PostgreSQL database.
func dumpDatabase(t *testing.T) (path string, dump func() string) {
	server := startPostgres(t)
	path = manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", server.Database("sealed")))
	return path, func() string { return dumpOf(t, server, "sealed") }
}

// dumpOf is all that a database of the server holds.
func dumpOf(t *testing.T, server *postgres.Server, database string) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(server.Programs, "pg_dump"), "--host", "127.0.0.1", "--port",
		strconv.Itoa(server.Port), "--username", postgres.User, "--inserts", database).CombinedOutput()
	if err != nil {
		t.Fatalf("pg_dump: %v\n%s", err, out)
	}
	return string(out)
}

// TestCanaryOverHistory removes, restores, purges and forges secrets, and tries out a referenced one: none is found in
// anything that comes out.
func TestCanaryOverHistory(t *testing.T) {
	t.Parallel()
	secrets := t.TempDir()
	write(t, filepath.Join(secrets, "smtp"), canaryToken+"\n", 0o600)
	c := startCanaryHost(t, fmt.Sprintf("secret_dir = %q", secrets))
	values := map[string]string{"server": "127.0.0.1", "port": "1", "login": "me@practice.example", "use_ssl": "true"}
	var answers strings.Builder
	step := func(actor, route string, revision int, filled map[string]string, secret string, more ...string) {
		t.Helper()
		form := settingsForm(filled, map[string]string{"password": secret})
		form.Set("revision", strconv.Itoa(revision))
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		answers.WriteString(c.post(t, actor, route, "text/html", form))
	}
	step("anna", "/save", 0, values, canaryPassword)
	step("anna", "/save", 1, withText(values, "authentication", "none"), "", "clear.password", "on")
	step("anna", "/restore", 2, nil, "", "number", "1")
	step("anna", "/save", 3, withText(values, "authentication", ""), canaryPassword)
	reference := withText(values, "password_reference", "file://"+secrets+"/smtp")
	step("anna", "/save", 4, reference, "")
	for field, value := range map[string]string{"port": "2", "proxy": "http://127.0.0.1:2",
		"pinned_certificate": strings.Repeat("ab", 32), "password_reference": "file:///etc/passwd"} {
		for _, route := range []string{"/test", "/save", "/validate"} {
			step("bob", route, 5, withText(reference, field, value), "")
		}
	}
	if _, err := c.host.History().Purge(t.Context(), shared.PurgeRequest{Actor: "anna"}); err != nil {
		t.Error(err)
	}
	step("anna", "/restore", 5, nil, "", "number", "1")
	step("anna", "/test", 6, values, "")
	list, err := c.host.History().Revisions(t.Context(), shared.RevisionsRequest{})
	if err != nil || len(list.Entries) != 6 {
		t.Fatalf("%d revisions, %v", len(list.Entries), err)
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	answers.Write(encoded)
	for _, want := range []string{"does not come back", "must be entered again, because"} {
		if !strings.Contains(answers.String(), want) {
			t.Errorf("nothing says %q, so nothing was shown", want)
		}
	}
	for _, leak := range leaks(answers.String(), canaryPassword, canaryToken) {
		t.Errorf("a secret is in an answer: %s", leak)
	}
	c.check(t)
}

// withText is a copy of the form's values with another one.
func withText(values map[string]string, name, value string) map[string]string {
	changed := map[string]string{}
	for field, text := range values {
		changed[field] = text
	}
	changed[name] = value
	return changed
}
