package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// declared is a Console whose settings are in a file.
type declared struct {
	manifest, file string
	variables      map[string]string // of apply alone: the plugin of other commands would take them for its own
}

// apply writes the file and applies it; the command must end with the status and print the text.
func (d declared) apply(t *testing.T, content string, status int, prints string, args ...string) result {
	t.Helper()
	write(t, d.file, content, 0o600)
	for name, value := range d.variables {
		if err := os.Setenv(name, value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Unsetenv(name) }()
	}
	r := harness(t, "", append([]string{"apply", "-f", d.file, "--manifest", d.manifest}, args...)...)
	if r.status != status || !strings.Contains(r.stdout+r.stderr, prints) {
		t.Errorf("%q: exit status %d, want %d and %q\n%s%s", args, r.status, status, prints, r.stdout, r.stderr)
	}
	for _, leak := range leaks(r.stdout+r.stderr, canaryPassword, canaryToken) {
		t.Errorf("a secret is printed: %s", leak)
	}
	return r
}

func (d declared) load(t *testing.T) (snapshot shared.Snapshot) {
	t.Helper()
	r := harness(t, "", "load", "--json", "--manifest", d.manifest)
	if err := json.Unmarshal([]byte(r.stdout), &snapshot); err != nil {
		t.Fatal(err, r)
	}
	return snapshot
}

func newDeclared(t *testing.T, plugin string) declared {
	t.Helper()
	return declared{manifest(t, plugin, plugin+"-plugin"), filepath.Join(t.TempDir(), plugin+".yaml"), map[string]string{}}
}

const inYAML = `server: smtp.email.com
port: 465
use_ssl: true
login: me@email.com
secrets:
  password: env:SMTP_PASSWORD
`

// TestApply makes the settings what a file says, once: the same file changes nothing. What is wrong with it is told
// with its place, and a variable that holds a secret does not fix the field.
func TestApply(t *testing.T) {
	d := newDeclared(t, "smtp")
	d.apply(t, inYAML, 1, ":6:3: secrets: \"password\": the environment variable SMTP_PASSWORD is not set")
	d.apply(t, strings.Replace(inYAML, "env:SMTP_PASSWORD", canaryToken, 1), 1,
		":6:3: secrets: \"password\": is not a source")
	d.variables["SMTP_PASSWORD"] = canaryPassword
	d.apply(t, inYAML, 10, "Nothing was saved: this is what would be changed.", "--dry-run")
	d.apply(t, strings.Replace(inYAML, "port: 465", "port: 0", 1), 1, "port stands at "+d.file+":2:1")
	d.apply(t, strings.Replace(inYAML, "server", "sever", 1), 1,
		d.file+`:1:1: there is no field "sever"; did you mean server?`)
	if now := d.load(t); now.Revision.Number != 0 || now.Secrets["password"].Set {
		t.Fatalf("something was saved: %+v", now)
	}
	d.apply(t, inYAML, 10, "Saved as revision 1.")
	d.apply(t, inYAML, 0, "Nothing is to be changed.")
	d.apply(t, inYAML, 0, "Nothing is to be changed.", "--dry-run")
	edited := strings.Replace(inYAML, "port: 465", "time_limit: 20s", 1)
	r := d.apply(t, edited, 10, `time_limit: (default) → "20s"`, "--dry-run")
	if !strings.Contains(r.stdout, `port: "465" → (default)`) || strings.Contains(r.stdout, "password") {
		t.Error(r.stdout)
	}
	if now := d.load(t); now.Revision.Number != 1 || now.Values["port"] != shared.Integer(465) {
		t.Fatalf("something was saved: %+v", now)
	}
	d.apply(t, edited, 10, "Saved as revision 2.")
	d.variables["SMTP_PASSWORD"] = canaryToken
	d.apply(t, edited, 10, "password: changed (a secret is not shown)")
	d.apply(t, edited, 0, "Nothing is to be changed.")
	moved := strings.Replace(edited, "smtp.email.com", "mail.email.com", 1)
	with := d.variables
	d.variables = nil // A variable that the file does not name would fix the field.
	d.apply(t, strings.Replace(edited, "env:SMTP_PASSWORD", "keep", 1), 0, "Nothing is to be changed.")
	d.apply(t, strings.Split(moved, "secrets:")[0], 1, "must be entered again, because “SMTP server” was changed")
	d.variables = with
	d.apply(t, moved, 10, "Saved as revision 4.") // The same password, for another server.
	r = d.apply(t, moved, 0, `"changed": false`, "--json")
	var document struct {
		Changed, Saved bool
		Changes        []shared.Change
		Revision       int64
	}
	if err := json.Unmarshal([]byte(r.stdout), &document); err != nil || document.Revision != 4 {
		t.Error(err, r.stdout)
	}
	if r := harness(t, "", "apply", "-f", "/nowhere.yaml", "--manifest", d.manifest); r.status != 2 ||
		!strings.Contains(r.stderr, "/nowhere.yaml: there is no such file") {
		t.Errorf("a missing file: %+v", r)
	}
	d.variables["SMTP_SERVER"] = "fixed.email.com"
	d.apply(t, edited, 1, ":1:1: server is fixed by the environment variable SMTP_SERVER")
}

// TestApplyExported carries settings to an empty Console, with the variables that the file names and without them.
func TestApplyExported(t *testing.T) {
	from, to := newDeclared(t, "smtp"), newDeclared(t, "smtp")
	from.variables["SMTP_PASSWORD"] = canaryPassword
	awkward := inYAML + "use_other_account: true\nname: 'Ünit: \"#1\"'\nemail: ops@email.com\n"
	from.apply(t, awkward, 10, "Saved as revision 1.")
	exported := harness(t, "", "export", "--manifest", from.manifest)
	if exported.status != 0 || !strings.Contains(exported.stdout, "  # Password is set since ") ||
		!strings.Contains(exported.stdout, "  password: env:SMTP_PASSWORD\n") {
		t.Fatalf("%+v", exported)
	}
	for _, leak := range leaks(exported.stdout, canaryPassword) {
		t.Errorf("a secret is exported: %s", leak)
	}
	from.apply(t, exported.stdout, 0, "Nothing is to be changed.")
	to.apply(t, exported.stdout, 1, "the environment variable SMTP_PASSWORD is not set")
	to.variables["SMTP_PASSWORD"] = canaryPassword
	to.apply(t, exported.stdout, 10, "Saved as revision 1.")
	before, after := from.load(t), to.load(t)
	if fmt.Sprint(before.Values) != fmt.Sprint(after.Values) || !after.Secrets["password"].Set {
		t.Errorf("%v became %v", before.Values, after.Values)
	}
}

// TestApplyTested saves what passes the test only.
func TestApplyTested(t *testing.T) {
	mails := practiceMailServer(t)
	startMailServer(t, mails, 0)
	d := newDeclared(t, "smtp")
	content := func(password string) string {
		return fmt.Sprintf("server: 127.0.0.1\nport: %d\nlogin: %s\nsecrets:\n  password: file:%s\n", mails.Port(),
			notifyLogin,
			password)
	}
	beside := filepath.Dir(d.file) // A file of a secret is looked for from there on.
	write(t, filepath.Join(beside, "right"), mails.Password+"\n", 0o600)
	write(t, filepath.Join(beside, "wrong"), canaryPassword+"\n", 0o600)
	d.apply(t, content("wrong"), 1, "SMTP login failed. Check server login or password.", "--test")
	if now := d.load(t); now.Revision.Number != 0 {
		t.Errorf("what fails was saved: %+v", now)
	}
	r := d.apply(t, content("right"), 10, "Test connection complete", "--test", "--dry-run")
	changed, tested := strings.Index(r.stdout, "  login: "), strings.Index(r.stdout, "Test connection complete")
	if connected := strings.Index(r.stdout, "Connect"); changed > connected || connected > tested ||
		strings.Count(r.stdout, "  login: ") != 1 {
		t.Errorf("the changes stand within the test:\n%s", r.stdout)
	}
	d.apply(t, content("right"), 10, "Saved as revision 1.", "--test")
	d.apply(t, content("missing"), 1, `:5:3: secrets: "password": the file cannot be read`, "--test")
}

// TestApplyAnotherPage applies files to pages that have lists, maps and lengths of time, and that ask before they save.
func TestApplyAnotherPage(t *testing.T) {
	const content = `servers: [ldap.example.com:389, "[2001:db8::1]:389"]
encryption: none
bind_dn: cn=console,dc=example,dc=com
base_dn: dc=example,dc=com
groups: true
roles:
  "cn=admins,dc=example,dc=com": owner
time_limit: 5s
secrets:
  password: env:LDAP_PASSWORD
`
	t.Setenv("LDAP_PASSWORD", canaryPassword)
	from, to := newDeclared(t, "ldap"), newDeclared(t, "ldap")
	from.apply(t, content, 1, "Passwords will go over the network unencrypted. Agree with --yes.")
	from.apply(t, content, 10, "Saved as revision 1.", "--yes")
	from.apply(t, content, 0, "Nothing is to be changed.")
	from.apply(t, strings.Replace(content, "owner", "7", 1), 1, ":7:3: roles: the text of a key must be one")
	exported := harness(t, "", "export", "--manifest", from.manifest)
	to.apply(t, exported.stdout, 10, "Saved as revision 1.", "--yes")
	if before, after := from.load(t), to.load(t); fmt.Sprint(before.Values) != fmt.Sprint(after.Values) {
		t.Errorf("%v became %v", before.Values, after.Values)
	}
	hook := newDeclared(t, "webhook")
	hook.file = strings.TrimSuffix(hook.file, ".yaml") + ".hcl"
	hook.apply(t, "url = \"https://hooks.example.com/\"\n", 10, "Saved as revision 1.")
	hook.apply(t, "url = \"https://hooks.example.com/\"\n", 0, "Nothing is to be changed.")
}
