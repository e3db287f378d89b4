package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestBadManifest and TestBadPlugin hold everything that can be wrong before the first page is shown. Each must end
// with a clear message that names the place, the documented exit status, and nothing left behind.
func TestBadManifest(t *testing.T) {
	t.Parallel()
	plugin := binary("smtp-plugin")
	text := func(content string) func(testing.TB, string) {
		return func(t testing.TB, path string) { t.Helper(); write(t, path, content, 0o644) }
	}
	block := func(keys string) func(testing.TB, string) {
		return text(fmt.Sprintf("plugin \"smtp\" {\n%s\n}\n", keys))
	}
	good := fmt.Sprintf("binary = %q", plugin)
	for _, c := range []struct {
		name  string
		write func(testing.TB, string)
		says  string
	}{
		{"missing", func(testing.TB, string) {}, "there is no such file; give its place with --manifest"},
		{"directory", func(t testing.TB, path string) { mkdir(t, path) }, "cannot be read: is a directory"},
		{"empty", text(""), `plugin.hcl:1:1: declares no plugin; write a block plugin "NAME" { … }`},
		{"binary-rubbish", text("\x00\xff\xfe{{{"), "plugin.hcl:1:1: holds the control character U+0000"},
		{"unknown-key-in-plugin", block(good + "\nbinray = \"x\""),
			`plugin.hcl:3:1: unknown key "binray"; did you mean "binary"? The keys are binary, sha256 and env`},
		{"unknown-key-in-config", block(good + "\nconfig {\n dat_dir = \"x\"\n}"),
			`plugin.hcl:4:2: config: unknown key "dat_dir"; did you mean "data_dir"?`},
		{"duplicate", block(good + "\nconfig {\n data_dir = \"x\"\n data_dir = \"y\"\n}"),
			`plugin.hcl:5:2: the key "data_dir" stands twice, first in line 4`},
		{"second-config", block(good + "\nconfig {\n}\nconfig {\n}"),
			"plugin.hcl:5:1: a second config block, the first is in line 3"},
		{"everything-of-the-environment", block(good + "\nenv = [\"*\"]"), "plugin.hcl:3:8: env:"},
		{"star-in-front", block(good + "\nenv = [\"*_PROXY\"]"), "plugin.hcl:3:8: env:"},
		{"binary-missing", block(`binary = "nowhere/smtp-plugin"`), "does not exist; build it, or correct the path"},
		{"binary-is-a-directory", block(`binary = "/tmp"`), "is a directory"},
		{"wrong-checksum", block(good + "\nsha256 = \"" + strings.Repeat("0", 64) + "\""), "but sha256 says 0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "plugin.hcl")
			c.write(t, path)
			checkRefused(t, path, 2, c.says)
		})
	}
	t.Run("not-executable", func(t *testing.T) {
		t.Parallel()
		path := copiedPlugin(t, 0o600)
		checkRefused(t, path, 2, "is not executable; run chmod +x")
	})
	t.Run("writable-by-others", func(t *testing.T) {
		t.Parallel()
		path := copiedPlugin(t, 0o777)
		checkRefused(t, path, 2, "can be written by others (mode 0777)")
	})
	t.Run("another-plugin", func(t *testing.T) {
		t.Parallel()
		path := manifest(t, "smtp", "smtp-plugin")
		checkRefused(t, path, 2, `declares plugin "smtp", not "sms"`, "--plugin", "sms")
	})
}

func TestBadPlugin(t *testing.T) {
	t.Parallel()
	for way, says := range map[string]string{
		"no-plugin": "it is not a settings plugin",
		"other-version": "it was built for another version of the contract than this host's: it " +
			"speaks version 99, the host 1",
		"dies-at-start":  "cannot start: the moon is in the wrong phase",
		"hangs-at-start": "it did not get ready in time: the limit is 10s",
		"unknown-kind": `its form is refused: schema: field "url" has the kind "KIND_UNSPECIFIED", ` +
			"which this version does not know",
		"too-many-fields": "it did not declare its form",
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, manifest(t, "odd", oddPlugin(t, way)), 3, says)
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	for _, c := range []struct {
		says string
		args []string
	}{
		{"say what to do", nil},
		{`unknown command "tset"`, []string{"tset"}},
		{"unknown flag: --sett", []string{"test", "--sett", "server=x"}},
		{"--set server: write field=value", []string{"test", "--set", "server"}},
		{"there is no such field", []string{"test", "--set", "sever=x"}},
		{"a secret never stands on the command line", []string{"test", "--set", "password=hunter2"}},
		{"the source must be env:NAME, file:PATH, -, keep or clear", []string{"test", "--secret", "password=hunter2"}},
		{"the file cannot be read: no such file", []string{"test", "--secret", "password=file:hunter2"}},
		{"the environment variable NO_SUCH is not set", []string{"test", "--secret", "password=env:NO_SUCH"}},
		{"--log-level loud is none of", []string{"load", "--log-level", "loud"}},
		{`there is no notification "abc"`, []string{"list", "--before", "abc"}},
		{"--timeout must be longer than 0s", []string{"test", "--timeout", "0s"}},
	} {
		r := harness(t, "", append(c.args, "--manifest", path)...)
		if r.status != 2 || !strings.Contains(r.stderr, c.says) || r.stdout != "" {
			t.Errorf("testharness %v: exit status %d, want 2; standard error does not say %q:\n%s\n%s", c.args, r.status, c.says,
				r.stderr, r.stdout)
		}
		if strings.Contains(r.stderr, "hunter2") {
			t.Errorf("testharness %v repeats the secret:\n%s", c.args, r.stderr)
		}
	}
}

// checkRefused runs the harness in a directory for temporary files of its own and makes sure that nothing is left there
// and no process of the plugin lives on.
func checkRefused(t *testing.T, path string, status int, says string, more ...string) {
	t.Helper()
	temporary := shortDir(t)
	r := harnessIn(t, temporary, "", append([]string{"load", "--json", "--manifest", path}, more...)...)
	if r.status != status {
		t.Errorf("exit status %d, want %d", r.status, status)
	}
	if !strings.Contains(r.stderr, says) {
		t.Errorf("standard error does not say %q:\n%s", says, r.stderr)
	}
	if r.stdout != "" {
		t.Errorf("standard output is not empty:\n%s", r.stdout)
	}
	checkNothingLeft(t, temporary, path)
}

// checkNothingLeft looks for sockets and for processes that were started with the manifest.
func checkNothingLeft(t testing.TB, temporary, manifestPath string) {
	t.Helper()
	left, err := os.ReadDir(temporary)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("left behind: %s", filepath.Join(temporary, entry.Name()))
	}
	for _, pid := range processesWith(t, manifestPath) {
		t.Errorf("process %d lives on", pid)
	}
}

// processesWith returns the processes that have the text among their arguments.
func processesWith(t testing.TB, argument string) []int {
	t.Helper()
	directories, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, file := range directories {
		arguments, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(arguments), argument) {
			continue // Processes come and go.
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}

// oddPlugin makes the plugin that misbehaves in the given way and returns its name.
func oddPlugin(t testing.TB, way string) string {
	t.Helper()
	return oddPluginOf(t, binary("odd-plugin"), way)
}

// oddPluginOf is oddPlugin of a program that need not be this version's.
func oddPluginOf(t testing.TB, program, way string) string {
	t.Helper()
	path := filepath.Join(shortDir(t), way)
	if err := os.Link(program, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// copiedPlugin is a manifest for a copy of the plugin with the given mode.
func copiedPlugin(t testing.TB, mode os.FileMode) string {
	t.Helper()
	content, err := os.ReadFile(binary("smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	copied := filepath.Join(directory, "smtp-plugin")
	write(t, copied, string(content), 0o700)
	if err := os.Chmod(copied, mode); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(directory, "plugin.hcl")
	write(t, path, fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n}\n", copied), 0o644)
	return path
}

func mkdir(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

// shortDir is a directory with a path short enough for a socket in it.
func shortDir(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("/tmp", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	return directory
}
