package settingsfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestWritten writes settings and reads them again: all are as they were, whatever stands in them.
func TestWritten(t *testing.T) {
	awkward := []string{
		"plain", "12", "0x1f", "true", "yes", "null", "~", "- a", "a: b", "a #b", "#b", "'", `"`, `\`, "{}", "[a", "*a",
		"&a", "!a", "%a", "@a", "`a", "a\nb", "a\n", "\n a", " a ", "a\tb", "\u202eb", "a\u2028b", "1e3", "🙂",
		"=", "<<", "2026-11-26",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "?", "|", ">", ".inf", "env:A",
		"{{ x }}", "é\ufeffb",
	}
	values := shared.Values{
		"port": shared.Integer(-3), "size": shared.Integer(10 << 20), "ratio": shared.Decimal(1e21),
		"fixed":   shared.Text("a"),
		"use_ssl": shared.Boolean(false),
	}
	var entries []string // An entry is one line.
	headers := map[string]string{}
	for _, one := range awkward {
		if !strings.ContainsAny(one, "\n\t") {
			entries, headers["k"+one] = append(entries, one), one
		}
	}
	values["servers"] = shared.List(entries...)
	values["headers"] = shared.Map(headers)
	for _, one := range awkward {
		values["note"] = shared.Text(one)
		snapshot := inForce()
		snapshot.Values = values
		written := writeOut(t, snapshot)
		if strings.ContainsAny(written, "\u202e\u2028\ufeff\t") {
			t.Errorf("what could steer a terminal is written: %q", written)
		}
		path := filepath.Join(t.TempDir(), "a.yaml")
		if err := os.WriteFile(path, []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path, nil)
		if err != nil {
			t.Fatalf("%q: %v\n%s", one, err, written)
		}
		draft, err := file.Draft(form(), inForce(), nil)
		if err != nil {
			t.Fatalf("%q: %v\n%s", one, err, written)
		}
		want := draft.Apply(nil)
		want["fixed"] = shared.Text("a")
		if diff := cmp.Diff(values, want, cmp.AllowUnexported(shared.Value{})); diff != "" {
			t.Errorf("%q: %s\n%s", one, diff, written)
		}
	}
}

func writeOut(t *testing.T, snapshot shared.Snapshot) string {
	t.Helper()
	var out strings.Builder
	if err := Write(&out, shared.Info{Name: "my-page"}, form(), snapshot); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestWrittenSecrets names a variable for each secret that is set, and says what is left out.
func TestWrittenSecrets(t *testing.T) {
	snapshot := inForce()
	snapshot.Values["proxy_login"] = shared.Text("me")
	snapshot.Secrets["password"] = shared.SecretState{Set: true, Since: time.Date(2026, 11, 27, 3, 4, 0, 0, time.UTC)}
	snapshot.Revision.Number = 7
	const want = `# Settings of my-page, revision 7. testharness apply -f FILE saves them.
# fixed is fixed by the environment variable PAGE_FIXED.
# proxy_login is disabled as the other fields are: me
port: 25
secrets:
  # Password is set since 2026-11-27 03:04 UTC; it is not in this file.
  password: env:MY_PAGE_PASSWORD
`
	if written := writeOut(t, snapshot); written != want {
		t.Error(cmp.Diff(want, written))
	}
	if written := writeOut(t, shared.Snapshot{}); !strings.HasSuffix(written, "\n{}\n") {
		t.Error(written)
	}
}
