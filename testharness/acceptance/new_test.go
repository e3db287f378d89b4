package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewPlugin makes a plugin as its author would: it compiles, its tests pass, and the Console works with it.
func TestNewPlugin(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	inside := func(where, name string, args ...string) string {
		t.Helper()
		command := exec.Command(name, args...)
		command.Dir = where
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	inside(directory, binary("testharness"), "new", "weather", "--replace", root)
	plugin := filepath.Join(directory, "weather")
	// The same versions as here, so that nothing has to be looked up.
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(plugin, "go.sum"), string(sums), 0o644)
	inside(plugin, "go", "mod", "tidy")
	inside(plugin, "go", "vet", "./...")
	inside(plugin, "go", "test", "./...")
	inside(plugin, "go", "build", "-o", "bin/", "./weather-plugin")
	out := inside(plugin, binary("testharness"), "conformance", "--set", "address=127.0.0.1:1")
	if !strings.Contains(out, "0 broken") {
		t.Errorf("the new plugin breaks the contract:\n%s", out)
	}
	if out := inside(plugin, binary("testharness"), "schema"); !strings.Contains(out, "Weather settings") {
		t.Errorf("its form is\n%s", out)
	}
	r := harness(t, "", "new", "Not-A-Name")
	if r.status != 2 || !strings.Contains(r.stderr, "cannot be the name of a plugin") {
		t.Errorf("a bad name: exit status %d\n%s", r.status, r.stderr)
	}
}
