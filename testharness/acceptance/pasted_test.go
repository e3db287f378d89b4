package acceptance

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// sqlite runs statements on the embedded database beside the manifest, as an attacker can who reaches the file and has
// no key.
func sqlite(t *testing.T, manifest, statements string) string {
	t.Helper()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		missing(t, "sqlite3 is not installed")
	}
	database := filepath.Join(filepath.Dir(manifest), "data", "smtp-settings.db")
	out, err := exec.Command("sqlite3", "-cmd", ".timeout 10000", database, statements).CombinedOutput()
	if err != nil {
		t.Fatalf("sqlite3: %v\n%s", err, out)
	}
	return string(out)
}

// TestPastedPassBack writes into the database while a Console runs: an old password in the place of the newest one, and
// another destination beside the newest one. No way to the plugin sends either, and nothing is delivered with it.
func TestPastedPassBack(t *testing.T) {
	t.Parallel()
	const old = "c4nary.0ld/77ab"
	for name, c := range map[string]struct{ forge, says string }{
		"the old password": {`UPDATE settings_revision SET document = json_set(document, '$.secrets',
			(SELECT json_extract(document, '$.secrets') FROM settings_revision WHERE revision = 1))
			WHERE revision = 2`, "cannot be opened"},
		"the old revision": {`UPDATE settings_revision SET document =
			(SELECT document FROM settings_revision WHERE revision = 1) WHERE revision = 2`, "cannot be opened"},
		"another port": {`UPDATE settings_revision SET document = json_set(document, '$.values.port', {port})
			WHERE revision = 2`, "must be entered again, because “SMTP port” was changed"},
		"another port for both": {`UPDATE settings_revision SET document = json_set(document, '$.values.port', {port},
			'$.secrets.password.destination.parts.port', '{port}') WHERE revision = 2`, "cannot be opened"},
		"another login, no record": {`UPDATE settings_revision SET document = json_remove(
			json_set(document, '$.values.login', 'me@evil.example'), '$.record')
			WHERE revision = 2`, "must be entered again, because “SMTP login” was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := preparePassBack(t)
			p.open(t)
			for _, password := range []string{old, canaryPassword} {
				draft := p.draft(p.good)
				draft.Secrets = map[string]shared.SecretChange{"password": shared.ReplaceSecret(password)}
				p.save(t, draft)
			}
			sqlite(t, p.manifest, strings.ReplaceAll(c.forge, "{port}", p.changes["port"]))
			for way, answer := range map[string]string{
				"page": p.byPage(t, nil, "test"), "command-line": p.byCommandLine(t, nil, "test"), "rpc": p.byRPC(t, nil, "test"),
			} {
				if !strings.Contains(answer, c.says) {
					t.Errorf("%s: %.800s", way, answer)
				}
			}
			notify(t, p.host, shared.Notification{Key: "one", To: "you@practice.example", Text: "x"})
			status := awaitService(t, p.host, shared.ServiceNotConfigured)
			if status.Reason == nil || !strings.Contains(status.Reason.Summary, c.says) {
				t.Errorf("the deliveries wait because of %+v", status.Reason)
			}
			for _, password := range []string{old, canaryPassword} {
				if p.sent(password) {
					t.Errorf("%q was sent", password)
				}
			}
		})
	}
}
