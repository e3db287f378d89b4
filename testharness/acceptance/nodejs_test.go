package acceptance

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// nodePlugin lays out the plugin written in JavaScript in a directory of its own, where it keeps its settings, and
// returns its manifest.
func nodePlugin(t *testing.T) string {
	t.Helper()
	const source, contract = "testharness/example/node", "shared/proto/settings/v1/settings.proto"
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	packages := filepath.Join(root, source, "node_modules")
	if _, err := os.Stat(filepath.Join(packages, "@grpc", "grpc-js")); err != nil {
		missing(t, "the npm packages of "+source+" are not installed")
	}
	directory := t.TempDir()
	for _, file := range []string{contract, source + "/goplugin.js", source + "/collector-plugin.js"} {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(directory, file)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, target, string(content), 0o755)
	}
	if err := os.Symlink(packages, filepath.Join(directory, source, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return manifest(t, "collector", filepath.Join(directory, source, "collector-plugin.js"))
}

// TestNodePlugin holds that the contract is enough to write a plugin in another language.
func TestNodePlugin(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address := "address=" + listener.Addr().String()

	r := harness(t, "", "conformance", "--manifest", nodePlugin(t), "--set", address)
	if r.status != 0 || !strings.Contains(r.stdout, " rules kept, 0 broken") {
		t.Fatalf("exit status %d\n%s\n%s", r.status, r.stdout, r.stderr)
	}
	if strings.Contains(r.stderr, "the plugin is gone") {
		t.Errorf("the plugin, which has no health service, was ended while it answered\n%s", r.stderr)
	}

	path := nodePlugin(t)
	r = harness(t, "s3cret", "test", "--manifest", path, "--set", address)
	if r.status != 0 || !strings.Contains(r.stdout, "The collector answers") {
		t.Errorf("test: exit status %d\n%s\n%s", r.status, r.stdout, r.stderr)
	}
	r = harness(t, "s3cret", "save", "--manifest", path, "--set", address, "--secret", "token=env:SECRET")
	if r.status != 0 {
		t.Errorf("save: exit status %d\n%s\n%s", r.status, r.stdout, r.stderr)
	}
	for _, command := range []string{"save", "test"} {
		r = harness(t, "", command, "--manifest", path, "--set", "address=127.0.0.1:1")
		if r.status == 0 || !strings.Contains(r.stdout+r.stderr, "Enter “Token” again") {
			t.Errorf("%s with another address: exit status %d\n%s\n%s", command, r.status, r.stdout, r.stderr)
		}
	}
	c := startConsole(t, "--manifest", path)
	b := newTab(t)
	b.open(c.address)
	if shown := read[string](b, `document.getElementById("control-address").value`); shown != listener.Addr().String() {
		t.Errorf("the page shows the address %q", shown)
	}
	if page := read[string](b, `document.documentElement.outerHTML`); strings.Contains(page, "s3cret") {
		t.Error("the page shows the token")
	}
}

// TestPluginWithTheLeast has a plugin in another language that offers no service of go-plugin's at all, prints to
// standard output when it has said where it listens, in a line that is longer than any pipe, and keeps its settings
// where it is told.
func TestPluginWithTheLeast(t *testing.T) {
	t.Parallel()
	path := nodePlugin(t)
	declared, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(declared), `binary = "`)
	program, _, _ = strings.Cut(program, `"`)
	library := filepath.Join(filepath.Dir(program), "goplugin.js")
	content, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	least := strings.Replace(string(content), "  server.addService(...controller(", "  void (controller(", 1)
	least = strings.Replace(least, "|${certificate}\\n`);", "|${certificate}\\n`);\n"+
		`  console.log("x".repeat(300000));`+"\n"+`  console.log("[ERROR] printed later");`, 1)
	if strings.Count(least, "void (controller(")+strings.Count(least, "printed later") != 2 {
		t.Fatalf("the example has changed:\n%s", least)
	}
	write(t, library, least, 0o644)
	directory := filepath.Join(t.TempDir(), "data")
	r := harness(t, "s3cret", "save", "--manifest", path, "--data-dir", directory, "--log-level", "debug",
		"--set", "address=127.0.0.1:1", "--secret", "token=env:SECRET")
	if r.status != 0 || !strings.Contains(r.stderr, "printed later") {
		t.Errorf("exit status %d\n%s\n%s", r.status, r.stdout, printable.Shortened(r.stderr, 4000))
	}
	if _, err := os.Stat(filepath.Join(directory, "collector.json")); err != nil {
		t.Error(err)
	}
}
