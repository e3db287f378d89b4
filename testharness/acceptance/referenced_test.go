package acceptance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// ways are all ways to the plugin.
func (p *passBack) ways() map[string]func(*testing.T, map[string]string, string) string {
	return map[string]func(*testing.T, map[string]string, string) string{"page": p.byPage,
		"command-line": p.byCommandLine, "rpc": p.byRPC}
}

// TestReferencePassBack changes each field that a named password is bound to, on Test and on Save, by every way there
// is to the plugin. What is named must not reach a server, also under another name, and deliveries go on to where it
// belongs.
func TestReferencePassBack(t *testing.T) {
	t.Parallel()
	secrets := t.TempDir()
	write(t, filepath.Join(secrets, "smtp"), canaryPassword+"\n", 0o600)
	if err := os.Symlink("smtp", filepath.Join(secrets, "link")); err != nil {
		t.Fatal(err)
	}
	p := preparePassBack(t)
	p.open(t, fmt.Sprintf("secret_dir = %q", secrets))
	named := map[string]string{"password_reference": "file://" + secrets + "/smtp"}
	maps.Copy(p.good, named)
	p.save(t, p.draft(p.good))
	for name, try := range p.ways() {
		for _, action := range []string{"test", "save"} {
			for field := range p.changes {
				t.Run(name+"/"+action+"/"+field, func(t *testing.T) { p.check(t, try, action, []string{field}) })
			}
			t.Run(name+"/"+action+"/alias", func(t *testing.T) {
				values := maps.Clone(p.good)
				values["port"], values["password_reference"] = p.changes["port"], "file://"+secrets+"/link"
				answer := try(t, values, action)
				if !strings.Contains(answer,
					"“Password reference” must be entered again, because “SMTP port” was changed.") {
					t.Errorf("under another name: %s", answer)
				}
			})
		}
	}
	if p.sent(canaryPassword) {
		t.Error("the named password was sent")
	}
	receipt := notify(t, p.host, shared.Notification{Key: "one", To: "you@practice.example", Text: "x"})
	awaitEntry(t, p.host, receipt.ID, shared.NotificationDelivered)
	if !p.sent(canaryPassword) {
		t.Error("the named password was not sent to where it belongs, so nothing was shown")
	}
	if leaked := leaks(strings.Join(p.servers[1].Received(), "\n"), canaryPassword); len(leaked) > 0 {
		t.Errorf("the other server was sent the named password: %v", leaked)
	}
}

// TestEnvironmentPassBack changes, on the page and past it, whatever a secret of the environment is bound to.
func TestEnvironmentPassBack(t *testing.T) {
	for _, variable := range []string{"SMTP_PASSWORD", "SMTP_PASSWORD_REFERENCE"} {
		t.Run(variable, func(t *testing.T) {
			p := preparePassBack(t)
			for _, name := range []string{"server", "port", "login"} {
				t.Setenv("SMTP_"+strings.ToUpper(name), p.good[name])
			}
			t.Setenv("SMTP_SECRET_CANARY", canaryPassword)
			secret := canaryPassword
			if variable == "SMTP_PASSWORD_REFERENCE" {
				secret = "env://SMTP_SECRET_CANARY"
			}
			t.Setenv(variable, secret)
			p.open(t, `secret_prefix = "SMTP_SECRET_"`)
			p.save(t, shared.Draft{Values: shared.Values{"time_limit": shared.Text("20s")}})
			for name, try := range p.ways() {
				for _, action := range []string{"test", "save"} {
					for field, value := range p.changes {
						answer := try(t, map[string]string{field: value}, action)
						if want := p.labels[field] + " is fixed by the environment variable SMTP_"; !strings.Contains(answer, want) {
							t.Errorf("%s, %s, another %s: %.500s", name, action, field, answer)
						}
					}
				}
			}
			if p.sent(canaryPassword) {
				t.Error("the password of the environment was sent")
			}
			answer := p.byRPC(t, nil, "test")
			if !strings.Contains(answer, "Test connection complete") || !p.sent(canaryPassword) {
				t.Errorf("without a change: %s", answer)
			}
			if leaked := leaks(strings.Join(p.servers[1].Received(), "\n"), canaryPassword); len(leaked) > 0 {
				t.Errorf("the other server was sent the password of the environment: %v", leaked)
			}
		})
	}
}

// TestRecipientsOverEveryWay names a stranger as the sender, and so as the recipient, of a test e-mail.
func TestRecipientsOverEveryWay(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	p := &passBack{}
	p.open(t, `test_recipients = ["@list.example"]`)
	own := map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(server.Port()), "login": notifyLogin, "use_ssl": ""}
	draft := p.draft(own)
	draft.Secrets = map[string]shared.SecretChange{"password": shared.ReplaceSecret("practice")}
	p.save(t, draft)
	byPage := func(values map[string]string, recipient string) string {
		form := settingsForm(values, map[string]string{"password": ""})
		form.Set("revision", "1")
		form.Set("option.recipient", recipient)
		form.Set("option.send_message", "true")
		answer, err := http.PostForm(p.address+"/test", form)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return readAll(t, answer.Body)
	}
	byCommandLine := func(values map[string]string, recipient string) string {
		args := []string{"test", "--json", "--manifest", p.manifest, "--send-message"}
		if recipient != "" {
			args = append(args, "--recipient", recipient)
		}
		for name, text := range values {
			if name == "use_ssl" || name == "use_other_account" {
				text = fmt.Sprint(text != "")
			}
			args = append(args, "--set", name+"="+text)
		}
		return harness(t, "", args...).stdout
	}
	stranger := maps.Clone(own)
	stranger["use_other_account"], stranger["email"], stranger["name"] = "true", "victim@elsewhere.example", "Your bank"
	for name, try := range map[string]func(map[string]string, string) string{"page": byPage,
		"command-line": byCommandLine} {
		for recipient, named := range map[string]string{
			"": "victim@elsewhere.example", "victim@elsewhere.example": "victim@elsewhere.example",
			"victim%elsewhere.example@list.example": "victim%elsewhere.example@list.example",
		} {
			answer := try(stranger, recipient)
			if !strings.Contains(answer, "The operator does not allow tests with the recipient "+named+".") {
				t.Errorf("%s, %q: %.800s", name, recipient, answer)
			}
		}
		if mails := server.Inbox(); len(mails) > 0 {
			t.Fatalf("%s: a message was sent to %s", name, mails[0].To)
		}
	}
	for _, recipient := range []string{"", "ops@list.example"} {
		if answer := byCommandLine(own, recipient); !strings.Contains(answer, "Test connection complete") {
			t.Errorf("to %q: %s", recipient, answer)
		}
	}
	if mails := server.Inbox(); len(mails) != 2 || mails[0].To != notifyLogin || mails[1].To != "ops@list.example" {
		t.Errorf("the inbox: %+v", mails)
	}
}

// TestRemovedPasswordOverEveryWay removes a password and goes back, on the page without a script and on the command
// line: it does not come back, and both say so.
func TestRemovedPasswordOverEveryWay(t *testing.T) {
	t.Parallel()
	p := preparePassBack(t)
	p.open(t)
	draft := p.draft(p.good)
	draft.Secrets = map[string]shared.SecretChange{"password": shared.ReplaceSecret(canaryPassword)}
	p.save(t, draft)
	draft.Values["authentication"] = shared.Text("none")
	draft.Secrets["password"] = shared.ClearSecret()
	p.save(t, draft)
	const says = "“Password” of revision 1 does not come back"
	answer, err := http.PostForm(p.address+"/restore", url.Values{"number": {"1"}, "revision": {"2"}})
	if err != nil {
		t.Fatal(err)
	}
	text := readAll(t, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, says) ||
		!strings.Contains(text, "The settings were saved.") || strings.Contains(text, "stored since") {
		t.Errorf("%s: %.2000s", answer.Status, text)
	}
	if r := harness(t, "", "rollback", "1", "--manifest", p.manifest); r.status != 0 || !strings.Contains(r.stdout, says) {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	report := p.byRPC(t, p.good, "test")
	if !strings.Contains(report, "There is a login but no password.") || p.sent(canaryPassword) {
		t.Errorf("after going back: %s", report)
	}
}

// TestHistoryPurge removes the secrets of old revisions on the command line.
func TestHistoryPurge(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	args := []string{
		"--set", "server=127.0.0.1", "--set", "port=1", "--set", "login=me@email.com", "--secret", "password=env:SECRET",
	}
	saveBy(t, path, "anna", args...)
	saveBy(t, path, "anna", args...)
	supervised(t, path) // A Console uses the database all the while.
	for _, want := range []string{"1 secrets of old revisions were removed.", "0 secrets of old revisions were removed."} {
		if r := harness(t, "", "history", "purge", "--manifest", path); r.status != 0 || !strings.Contains(r.stdout, want) {
			t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	}
	code := verdict(t, harness(t, "", "test", "--json", "--manifest", path)).Diagnostics[0].Code
	if code != "connection_refused" {
		t.Errorf("the newest secret: %s", code)
	}
	r := harness(t, "", "rollback", "1", "--manifest", path, "--json")
	if r.status != 0 || !strings.Contains(r.stdout, "secret_not_restored") {
		t.Errorf("going back: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	if r := harness(t, "", "history", "purge", "--help"); !strings.Contains(r.stdout, "Examples:") {
		t.Errorf("the help has no example:\n%s", r.stdout)
	}
}
