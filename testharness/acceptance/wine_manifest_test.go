//go:build wine

package acceptance

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// program is the plugin as it is built for Windows.
func (d desk) program(name string) string {
	d.Helper()
	content, err := os.ReadFile(unixPath(installed + name))
	if err != nil {
		d.Fatal(err)
	}
	return string(content)
}

// TestWindowsPaths names the plugin in every way that is usual on Windows.
func TestWindowsPaths(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	d.write(`bin\smtp-plugin.exe`, d.program("smtp-plugin.exe"), 0o755)
	for _, named := range []string{
		`bin\\smtp-plugin.exe`, `bin\\smtp-plugin`, "bin/smtp-plugin", `.\\bin\\smtp-plugin`,
		strings.ReplaceAll(d.path(`bin\smtp-plugin`), `\`, `\\`), strings.ReplaceAll(d.path("bin/smtp-plugin.exe"), `\`, "/"),
	} {
		path := d.write(`other directory\..\plugin.hcl`, "plugin \"smtp\" {\r\n  binary = \""+named+"\"\r\n}\r\n", 0o644)
		if r := d.harness("schema", "--manifest", path); r.status != 0 {
			t.Errorf("binary = %q: exit status %d\n%s", named, r.status, r.stderr)
		}
	}
}

// TestWindowsStrangersAreNotRun lets everybody write to each thing that decides what is run, or that is kept secret.
func TestWindowsStrangersAreNotRun(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	d.write(`bin\smtp-plugin.exe`, d.program("smtp-plugin.exe"), 0o755)
	d.write("plugin.hcl", "plugin \"smtp\" {\r\n  binary = \"bin/smtp-plugin\"\r\n}\r\n", 0o644)
	d.must("load") // makes the data directory with the key
	for _, c := range []struct {
		of   string
		mode os.FileMode
	}{
		{`bin\smtp-plugin.exe`, 0o777}, {"bin", 0o777}, {"plugin.hcl", 0o666}, {`data\key`, 0o666}, {"data", 0o777},
	} {
		path := unixPath(d.path(c.of))
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		r := d.harness("load")
		if r.status < 2 || !strings.Contains(r.stderr, d.path(c.of)) || !strings.Contains(r.stderr, "icacls") {
			t.Errorf("everybody may write to %s: exit status %d\n%s%s", c.of, r.status, r.stdout, r.stderr)
		}
		if err := os.Chmod(path, before.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	d.must("load")
}

// TestWindowsRefusesManifests has manifests that are wrong: each is refused in words that name the place.
func TestWindowsRefusesManifests(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	// A program for Linux would run: Wine starts those too.
	d.write("macos.exe", "\xcf\xfa\xed\xfe\x07\x00\x00\x01"+strings.Repeat("\x00", 100), 0o755)
	d.write("text.exe", "echo no program\r\n", 0o755)
	d.write("empty.exe", "", 0o755)
	binaryIs := func(path string) string { return fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n}\n", path) }
	for name, c := range map[string]struct {
		text string
		says []string
	}{
		"syntax": {"plugin \"smtp\" {\n  binary = \n}\n", []string{":2:12: is not valid HCL"}},
		"backslash": {"plugin \"smtp\" {\n  binary = \"bin\\smtp-plugin\"\n}\n",
			[]string{":2:16: is not", `write a \ itself as \\`}},
		"unknown key":  {"plugin \"smtp\" {\n  binray = \"x\"\n}\n", []string{"binray"}},
		"missing":      {binaryIs(`C:\no\such.exe`), []string{`C:\no\such.exe`, "does not exist"}},
		"no directory": {binaryIs(`Q:\smtp-plugin.exe`), []string{`Q:\smtp-plugin.exe`}},
		"script":       {binaryIs("plugin.cmd"), []string{"is a script (.cmd)"}},
		"for macOS":    {binaryIs("macos.exe"), []string{"macos.exe", "it is a program for macOS"}},
		"text":         {binaryIs("text.exe"), []string{"text.exe", "it is not a program for this system"}},
		"empty":        {binaryIs("empty.exe"), []string{"empty.exe", "its file is empty"}},
		"checksum": {fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n  sha256 = %q\n}\n", installed+"smtp-plugin",
			strings.Repeat("0", 64)), []string{"has the checksum", "it was not run"}},
		"config": {fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n  config {\n    data_dri = \"x\"\n  }\n}\n",
			installed+"smtp-plugin"), []string{"data_dri"}},
	} {
		path := d.write("plugin.hcl", strings.ReplaceAll(c.text, "\n", "\r\n"), 0o644)
		r := d.harness("schema", "--manifest", path)
		if r.status < 2 {
			t.Errorf("%s: exit status %d\n%s%s", name, r.status, r.stdout, r.stderr)
		}
		for _, want := range append(c.says, d.directory) {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("%s: standard error does not say %q:\n%s", name, want, r.stderr)
			}
		}
	}
}
