package settingsfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// form is a page with a field of each form, a secret, and what cannot be given.
func form() shared.Schema {
	return shared.Schema{Title: "Page", Sections: []shared.Section{{Title: "All", Fields: []shared.Field{
		{Name: "server", Kind: shared.KindText, Label: "Server", Formerly: []string{"host"}},
		{Name: "port", Kind: shared.KindInteger, Label: "Port"},
		{Name: "size", Kind: shared.KindByteSize, Label: "Size"},
		{Name: "ratio", Kind: shared.KindDecimal, Label: "Ratio"},
		{Name: "use_ssl", Kind: shared.KindBoolean, Label: "Use SSL"},
		{Name: "since", Kind: shared.KindDate, Label: "Since"},
		{Name: "wait", Kind: shared.KindDuration, Label: "Wait"},
		{Name: "servers", Kind: shared.KindList, Label: "Servers"},
		{Name: "headers", Kind: shared.KindMap, Label: "Headers"},
		{Name: "note", Kind: shared.KindMultiline, Label: "Note"},
		{Name: "url", Kind: shared.KindText, Label: "URL", ReadOnly: true},
		{Name: "fixed", Kind: shared.KindText, Label: "Fixed"},
		{Name: "proxy_login", Kind: shared.KindText, Label: "Proxy login",
			EnabledWhen: shared.Equals("use_ssl", shared.Boolean(true))},
		{Name: "password", Kind: shared.KindText, Label: "Password", Sensitive: true},
	}}}}
}

func inForce() shared.Snapshot {
	return shared.Snapshot{
		Values:  shared.Values{"fixed": shared.Text("a"), "port": shared.Integer(25)},
		Locks:   map[string]shared.Lock{"fixed": {Source: "PAGE_FIXED"}},
		Secrets: map[string]shared.SecretState{"password": {}},
	}
}

// readAs writes the content into a file of the name, reads it and makes a draft of it.
func readAs(t *testing.T, name, content string) (shared.Draft, *File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path, nil)
	if err != nil {
		return shared.Draft{}, nil, err
	}
	changes := map[string]shared.SecretChange{}
	for _, source := range file.Secrets() {
		changes[source.Field] = shared.ReplaceSecret(source.Text)
	}
	draft, err := file.Draft(form(), inForce(), changes)
	return draft, file, err
}

// The same settings in three forms.
const inYAML = `# a comment
server: smtp.email.com
port: 587 # another
size: 10 MiB
ratio: 0.25
use_ssl: true
since: 2026-11-26
wait: 1m30s
servers: [a, "2"]
headers:
  X-Team: mail
  b: "yes"
note: |
  one
  two
proxy_login: me
secrets:
  password: env:PASSWORD
`
const inJSON = `{"server": "smtp.email.com", "port": 587, "size": 10485760, "ratio": 0.25, "use_ssl": true,
	"since": "2026-11-26", "wait": "1m30s", "servers": ["a", "2"], "headers": {"X-Team": "mail", "b": "yes"},
	"note": "one\ntwo\n", "proxy_login": "me", "secrets": {"password": "env:PASSWORD"}}`
const inHCL = `server = "smtp.email.com" # a comment
port = 587
size = "10 MiB"
ratio = 0.25
use_ssl = true
since = "2026-11-26"
wait = "1m30s"
servers = ["a", "2"]
headers = { X-Team = "mail", "b" = "yes" }
note = <<END
one
two
END
proxy_login = "me"
secrets {
  password = "env:PASSWORD"
}
`

// TestForms reads the same settings in all the forms that editors and people give them.
func TestForms(t *testing.T) {
	want := shared.Values{
		"server": shared.Text("smtp.email.com"), "port": shared.Integer(587), "size": shared.Integer(10 << 20),
		"ratio": shared.Decimal(0.25), "use_ssl": shared.Boolean(true), "since": shared.Text("2026-11-26"),
		"wait": shared.Text("1m30s"), "servers": shared.List("a", "2"),
		"headers": shared.Map(map[string]string{"X-Team": "mail", "b": "yes"}), "note": shared.Text("one\ntwo\n"),
		"proxy_login": shared.Text("me"),
	}
	for name, content := range map[string]string{
		"a.yaml": inYAML, "b.yml": "\ufeff" + strings.ReplaceAll(inYAML, "\n", "\r\n"), "c.json": inJSON,
		"d.yaml": strings.ReplaceAll(inJSON, "\t", " "), "e.hcl": inHCL, "f.conf": "---\n" + inYAML + "...\n",
		"g.JSON": "\ufeff" + inJSON, "h.hcl": strings.ReplaceAll(inHCL, "secrets {", "secrets = {"),
		"powershell.yaml": "\xff\xfe" + strings.Join(strings.Split(inYAML, ""), "\x00") + "\x00",
		"former.yaml":     strings.Replace(inYAML, "server:", "host:", 1),
	} {
		draft, _, err := readAs(t, name, content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for field, value := range want {
			if draft.Values[field] != value {
				t.Errorf("%s: %s is %q", name, field, draft.Values[field])
			}
		}
		if draft.Secrets["password"].Text.Reveal() != "env:PASSWORD" || len(draft.Values) != len(want) {
			t.Errorf("%s: %+v", name, draft)
		}
	}
}

// refused are files that are wrong, and what is said of each.
var refused = map[string]struct{ file, content, says string }{
	"unknown": {"a.yaml", "server: a\nsrever: hunter2\n",
		`:2:1: there is no field "srever"; did you mean server`},
	"unknown in JSON":     {"a.json", "{\n  \"srever\": \"hunter2\"}", `:2:3: there is no field "srever"`},
	"unknown in HCL":      {"a.hcl", "srever = \"hunter2\"\n", `:1:1: there is no field "srever"`},
	"literal":             {"a.yaml", "secrets:\n  password: hunter2\n", `:2:3: secrets: "password": is not a source`},
	"literal in HCL":      {"a.hcl", "secrets {\n  password = \"hunter2\"\n}\n", `:2:3: secrets: "password": is not`},
	"literal in JSON":     {"a.json", `{"secrets": {"password": "hunter2"}}`, `:1:14: secrets: "password": is not`},
	"literal as variable": {"a.yaml", "secrets:\n  password: env:hunter2 !\n", "is not a source"},
	"secret as a number":  {"a.yaml", "secrets:\n  password: 12345678\n", "is not a source"},
	"secret as a field": {"a.yaml", "password: hunter2\n",
		":1:1: password is a secret, which never stands in the file"},
	"no such secret":    {"a.yaml", "secrets:\n  server: env:A\n", `:2:3: secrets: there is no secret "server"`},
	"secrets is a text": {"a.yaml", "secrets: hunter2\n", ":1:1: secrets: write the fields below it"},
	"secrets without":   {"a.yaml", "secrets:\n", "secrets: write the fields below it"},
	"text for a number": {"a.yaml", `port: "hunter2"`,
		":1:1: port: must be a whole number without quotes, and is a text"},
	"number for a text": {"a.yaml", "server: 12345678", ":1:1: server: must be a text, and is a number; write it in"},
	"yes":               {"a.yaml", "use_ssl: yes", ":1:1: use_ssl: must be true or false"},
	"list for a text":   {"a.yaml", "server: [a]", "server: must be a text, and is a list"},
	"text for a list":   {"a.yaml", "servers: a", "servers: must be a list, and is a text"},
	"number in a list": {"a.yaml", "servers:\n  - a\n  - 7\n",
		":3:5: servers: an entry must be a text, and is a number"},
	"number in a map": {"a.yaml", "headers:\n  a: 7\n", ":2:3: headers: the text of a key must be one"},
	"fraction":        {"a.yaml", "port: 5.5", "port: must be a whole number"},
	"octal":           {"a.yaml", "port: 0465", "port: is a number in a form that could be misread"},
	"null": {"a.yaml", "server: a\nport:\n",
		":2:1: port: has no value; leave the key out for its default"},
	"twice": {"a.yaml", "server: a\nport: 1\nserver: hunter2\n",
		`:3:1: the key "server" stands twice, first in line 1`},
	"twice in JSON":      {"a.json", "{\"port\": 1,\n\"port\": 2}", `:2:1: the key "port" stands twice`},
	"twice in HCL":       {"a.hcl", "port = 1\nport = 2\n", ":2:1: a key stands twice"},
	"twice by two names": {"a.yaml", "server: a\nhost: b\n", ":2:1: host is the former name of server"},
	"computed":           {"a.yaml", "url: a", ":1:1: url is computed"},
	"locked":             {"a.yaml", "fixed: b", ":1:1: fixed is fixed by the environment variable PAGE_FIXED"},
	"disabled": {"a.yaml", "port: 25\nproxy_login: me",
		":2:1: proxy_login cannot be changed: it is disabled"},
	"anchor":         {"a.yaml", "server: &a hunter2\nnote: *a\n", ":1:9: anchors and aliases have no place"},
	"unknown alias":  {"a.yaml", "server: *hunter2\n", "anchors and aliases have no place"},
	"merge":          {"a.yaml", "<<: {server: a}\n", ":1:1: a key is one word"},
	"tag":            {"a.yaml", "server: !!binary aHVudGVyMg==\n", ":1:9: tags have no place"},
	"bomb":           {"a.yaml", bomb, "anchors and aliases have no place"},
	"two documents":  {"a.yaml", "server: a\n---\nserver: hunter2\n", ":3:1: a second document"},
	"garbage behind": {"a.yaml", "server: a\n---\n}{\n", "a second document"},
	"empty":          {"a.yaml", "# nothing\n", ":1:1: holds no settings"},
	"empty JSON":     {"a.json", " \n", "holds no settings"},
	"empty HCL":      {"a.hcl", "", "holds no settings"},
	"no map":         {"a.yaml", "- a\n", ":1:1: a file of settings has fields"},
	"no object":      {"a.json", `["hunter2"]`, "a file of settings has fields"},
	"no YAML":        {"a.yaml", "server: a\n  port: 'hunter2\n", "is not YAML"},
	"no JSON":        {"a.json", "{\"server\": \"a\",\n hunter2}", ":2:2: is not JSON"},
	"more JSON":      {"a.json", "{}\n{}", ":2:1: something stands behind"},
	"no HCL":         {"a.hcl", "server: hunter2\n", ":1:1: is not HCL"},
	"an expression":  {"a.hcl", `server = "${hunter2}"`, "there are no expressions"},
	"a block":        {"a.hcl", "other {\n}\n", ":1:1: the one block is secrets"},
	"deep": {"a.yaml", "servers: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"deeply nested"},
	"deep JSON":            {"a.json", `{"servers": ` + strings.Repeat("[", 100000), "deeply nested"},
	"deep HCL":             {"a.hcl", "servers = " + strings.Repeat("[", 100000), "deeply nested"},
	"no UTF-8":             {"a.yaml", "server: a\nport: \xff\n", ":2:7: is not a text in UTF-8"},
	"control character":    {"a.yaml", "server: a\x07\n", ":1:10: holds the control character U+0007"},
	"too large":            {"a.yaml", "# " + strings.Repeat("x", maxSize), "is larger than 1024 KiB"},
	"a key that is secret": {"a.yaml", strings.Repeat("hunter2", 20) + ": a", "(too long to be a key)"},
}

// TestRefused names the place and the remedy, and never what stands there.
func TestRefused(t *testing.T) {
	for name, c := range refused {
		_, _, err := readAs(t, c.file, c.content)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the value is repeated: %v", name, err)
		}
	}
}

// bomb would be billions of texts if its aliases were followed.
const bomb = `a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
`

// TestAllAtOnce tells everything that does not fit, in the order of the file.
func TestAllAtOnce(t *testing.T) {
	_, _, err := readAs(t, "a.yaml", "srever: a\nport: a\nsecrets:\n  no: env:A\n")
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 || !strings.Contains(err.Error(), "a.yaml:1:1: ") {
		t.Error(err)
	}
}

// TestNoFile is another error than a file that is wrong.
func TestNoFile(t *testing.T) {
	for path, says := range map[string]string{
		filepath.Join(t.TempDir(), "a.yaml"): "there is no such file; testharness export > FILE writes one",
		t.TempDir():                          "is a directory",
	} {
		if _, err := Read(path, nil); !errors.Is(err, ErrUnreadable) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	file, err := Read(Standard, strings.NewReader("server: a"))
	if err != nil || file.PlaceOf("server") != "standard input:1:1" || file.PlaceOf("port") != "" {
		t.Error(file, err)
	}
}

// FuzzRead reads anything: it ends, and an error names the file.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"server: a\nsecrets:\n  password: env:A\n", `{"port": 1, "servers": ["a"]}`, bomb,
		"server = \"a\"\nsecrets {\n}\n", "a: !!x &b *c\n", "\ufeff{"} {
		for _, suffix := range []string{".yaml", ".json", ".hcl"} {
			f.Add(suffix, seed)
		}
	}
	f.Fuzz(func(t *testing.T, suffix, content string) {
		file, err := parse([]byte(content), suffix)
		if err == nil {
			err = file.readSecrets("/")
		}
		var wrong *Error
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			_, err = file.Draft(form(), inForce(), nil)
			_ = named(err, "a")
		}
	})
}
