package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// initialized is a line of GODEBUG=inittrace=1.
var initialized = regexp.MustCompile(`(?m)^init (github\.com/smtp-settings/\S+) @.* clock, (\d+) bytes, \d+ allocs$`)

// TestStartIsLight holds that no package of ours makes much before it is known whether it is needed: expressions are
// compiled, and tables made, when they are first used. The bounds are for the descriptors of the contract, which
// generated code registers, and for the tables of diagnosis and their closures.
func TestStartIsLight(t *testing.T) {
	bounds := map[string]int{
		"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1": 136 << 10,
		"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis":  224 << 10,
	}
	// The program as it is delivered: the race detector, which this test may run under, makes more of everything.
	plugin := filepath.Join(t.TempDir(), "smtp-plugin")
	build := exec.Command("go", "build", "-o", plugin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	program := exec.Command(plugin, "--version")
	program.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := program.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	lines := initialized.FindAllSubmatch(trace, -1)
	if len(lines) < 5 {
		t.Fatalf("only %d packages of ours are initialized", len(lines))
	}
	for _, line := range lines {
		bound, given := bounds[string(line[1])]
		if !given {
			bound = 48 << 10
		}
		if made, _ := strconv.Atoi(string(line[2])); made > bound {
			t.Errorf("%s allocates %d bytes before it is used, at most %d", line[1], made, bound)
		}
	}
}
