package acceptance

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// canaryKey stands where a secret does not belong: no error, log or page may repeat it.
const canaryKey = "c4fe9f3b51ce77d0a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778f"

// badConfiguration is a line of the config block, and what is said of it.
type badConfiguration struct{ line, says string }

// badConfigurations need a file that others can read, and a directory that others can write.
func badConfigurations(exposed, open string) []badConfiguration {
	return []badConfiguration{
		{`data_dir = ""`, "data_dir: is empty"},
		{`data_dir = [1, 2]`, "data_dir: must be a text"},
		{`connections = -3`, "connections: must be a whole number without quotes, from 1 to 128"},
		{`connections = 2.5`, "connections: a number must be a whole one"},
		{`connections = "4"`, "connections: must be a whole number"},
		{`retry_after = 30`, `retry_after: must be a length of time in quotes, such as "30s"`},
		{`retry_after = "-30s"`, "retry_after: must be a length of time"},
		{`allow = ["10.0.0.0/33"]`, "allow: is neither an address nor a network"},
		{`allow = ["169.254.169.254"]`, "allow: 169.254.169.254/32 never takes effect"},
		{`allow = []`, "allow: the list is empty"},
		{`deny = ["10.0.0.1/8"]`, "deny: is an address with the length of a network: write 10.0.0.0/8"},
		{`test_recipients = ["*@example.com"]`, "test_recipients: must be an address"},
		{`secret_prefix = "SMTP_*"`, "secret_prefix: is the beginning of names as it is"},
		{`secret_dir = "nowhere"`, "secret_dir: there is no such directory"},
		{fmt.Sprintf(`secret_dir = %q`, open), "secret_dir: can be written by others (mode 0777)"},
		{fmt.Sprintf(`key = %q`, canaryKey), "key: says where the key is, and must begin with env://, file:// or transit://"},
		{fmt.Sprintf(`key = "env://%s"`, canaryKey), "key: the variable that it names is not set"},
		{fmt.Sprintf(`key = "file://%s"`, canaryKey), "key: the file that it names cannot be read"},
		{fmt.Sprintf(`key = "file://%s"`, exposed),
			"key: the file that it names can be read by others (mode 0644): run chmod 600"},
		{`key = "env://SMTP_BAD_KEY"`, "key: what it names cannot be used"},
		{fmt.Sprintf(`key = "transit://%s@h/m/n"`, canaryKey), "key: a key in Vault is written"},
		{fmt.Sprintf(`old_keys = [%q]`, canaryKey), "old_keys: says where the key is"},
		{fmt.Sprintf(`database = %q`, canaryKey), "database: is not the address of a PostgreSQL database"},
		{fmt.Sprintf(`database = "postgres://u:%s@h:none/d"`, canaryKey), "database: is not the address"},
		{fmt.Sprintf(`database = "postgres://u:12/%s@h/d"`, canaryKey), "database: is not the address"},
		{fmt.Sprintf(`database = "postgres://u:12#%s@h/d"`, canaryKey), "database: is not the address"},
		{fmt.Sprintf(`database = "postgres://u:12?%s@h/d"`, canaryKey), "database: is not the address"},
		{fmt.Sprintf(`database = "mysql://u:%s@h/d"`, canaryKey), "database: is not the address"},
		{fmt.Sprintf(`database = "host=h password=%s"`, canaryKey), "database: is not the address"},
		{`database = "env://SMTP_BAD_ADDRESS"`, "database: is not the address"},
		{fmt.Sprintf(`database = "env://%s"`, canaryKey), "database: the variable that it names is not set"},
		{fmt.Sprintf(`database = "file://%s"`, exposed), "database: the file that it names can be read by others"},
		{fmt.Sprintf(`database = "postgres://u:${%s}@h/d"`, canaryKey), "begin an expression"},
		{fmt.Sprintf(`database = "postgres://u:\q%s@h/d"`, canaryKey), "is not valid HCL"},
		{fmt.Sprintf(`colour = %q`, canaryKey), `unknown key "colour"; the keys are data_dir, database`},
	}
}

// TestBadConfiguration holds everything of the config block that the plugin alone can judge, early or late: exit status
// 2, the place of the key, and no value.
func TestBadConfiguration(t *testing.T) {
	directory := t.TempDir()
	exposed, open := filepath.Join(directory, "exposed"), filepath.Join(directory, "open")
	write(t, exposed, canaryKey, 0o644)
	mkdir(t, open)
	for path, mode := range map[string]os.FileMode{exposed: 0o644, open: 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SMTP_BAD_ADDRESS", "postgres://u:"+canaryKey+"/@h/d")
	t.Setenv("SMTP_BAD_KEY", canaryKey+"0")
	for _, c := range badConfigurations(exposed, open) {
		t.Run(strings.ReplaceAll(c.line, canaryKey, "SECRET"), func(t *testing.T) {
			path := manifest(t, "smtp", "smtp-plugin", "    "+c.line)
			r := harnessIn(t, shortDir(t), "", "load", "--json", "--log-level", "trace", "--manifest", path)
			if r.status != 2 || r.stdout != "" {
				t.Errorf("exit status %d, want 2; %s", r.status, r.stdout)
			}
			if !strings.Contains(r.stderr, path+":5:") || !strings.Contains(r.stderr, c.says) {
				t.Errorf("standard error does not name line 5 and say %q:\n%s", c.says, r.stderr)
			}
			for _, leak := range leaks(r.stdout+r.stderr, canaryKey, canaryKey[1:]) {
				t.Errorf("a value is repeated: %s", leak)
			}
		})
	}
}

// TestReservedVariables starts a plugin with everything of the environment that begins with P, in an environment that
// holds what a host says to its plugin.
func TestReservedVariables(t *testing.T) {
	for name, value := range map[string]string{"PLUGIN_CLIENT_CERT": "none", "PLUGIN_UNIX_SOCKET_DIR": "/nowhere",
		"PLUGIN_PROTOCOL_VERSIONS": "99", "PLUGIN_MIN_PORT": "x"} {
		t.Setenv(name, value)
	}
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	write(t, path, fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n  env = [\"P*\", \"S*\"]\n}\n",
		binary("smtp-plugin")), 0o644)
	if r := harness(t, "", "load", "--json", "--manifest", path); r.status != 0 {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
}

// TestOpenFiles starts on files as a careless restore leaves them.
func TestOpenFiles(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	data := filepath.Join(filepath.Dir(path), "data")
	save := []string{"save", "--manifest", path, "--set", "server=a.example", "--set", "login=a@b.example",
		"--secret", "password=env:SECRET"}
	if r := harness(t, "x", save...); r.status != 0 {
		t.Fatal(r.stderr)
	}
	write(t, filepath.Join(data, "smtp-settings.db-wal"), "", 0o644)
	opened := []string{"smtp-settings.db", "smtp-settings.db-wal", "notifications.lock"}
	for _, name := range opened {
		write(t, filepath.Join(data, name+".there"), "", 0o600) // Other files are none of the plugin's business.
		if err := os.Chmod(filepath.Join(data, name), 0o644); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	h := supervised(t, path) // With its files in use.
	for _, name := range opened {
		if info, err := os.Stat(filepath.Join(data, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	h.Close()
	if err := os.Chmod(filepath.Join(data, "smtp-settings.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := harness(t, "", "load", "--log-level", "warn", "--manifest", path); r.status != 0 ||
		!strings.Contains(r.stderr, "was open to other users of this machine; it is private now") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	if err := os.Chmod(data, 0o777); err != nil {
		t.Fatal(err)
	}
	r := harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, data+" can be written by others (mode 0777): run chmod go-w "+data) {
		t.Errorf("a data directory that others can write: exit status %d\n%s", r.status, r.stderr)
	}
}

// TestBadKeyNotOnPage puts a key in the place of its source while the Console runs: what the page and the log say about
// the restart names the place, and not the key.
func TestBadKeyNotOnPage(t *testing.T) {
	t.Parallel()
	c := startCanaryHost(t)
	write(t, c.manifest, fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n  config {\n    key = %q\n  }\n}\n",
		binary("smtp-plugin"), canaryKey), 0o644)
	c.host.Restart()
	late := time.Now().Add(time.Minute) // Only so that a plugin that is not refused ends the test.
	for !strings.Contains(c.host.Status().Reason, "plugin.hcl:4:5: config: key:") {
		if time.Now().After(late) {
			t.Fatalf("the status is %+v", c.host.Status())
		}
		time.Sleep(10 * time.Millisecond)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Actor", "anna")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page := readAll(t, answer.Body)
	if !strings.Contains(page, "plugin.hcl:4:5: config: key:") {
		t.Errorf("the page does not name the place:\n%s", page)
	}
	for place, text := range map[string]string{"page": page, "log": c.log.String(),
		"status": fmt.Sprint(c.host.Status())} {
		for _, leak := range leaks(text, canaryKey) {
			t.Errorf("the key is in the %s: %s", place, leak)
		}
	}
}
