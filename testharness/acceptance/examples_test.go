package acceptance

import (
	"os"
	"path/filepath"
	"testing"
)

// TestExamplesAreBuilt builds all programs as make build does, and starts each example from bin/ by its own plugin.hcl.
func TestExamplesAreBuilt(t *testing.T) {
	t.Parallel()
	root := publicDir(t)
	run(t, "bash", "../../.ci/build", filepath.Join(root, "bin"), "examples")
	programs, err := filepath.Glob("../example/*/*-plugin")
	if err != nil || len(programs) < 2 {
		t.Fatal(programs, err)
	}
	for _, program := range programs {
		example := filepath.Base(filepath.Dir(program))
		declared, err := os.ReadFile(filepath.Join(filepath.Dir(program), "plugin.hcl"))
		if err != nil {
			t.Errorf("the example %s cannot be started: %v", example, err)
			continue
		}
		directory := filepath.Join(root, "testharness", "example", example)
		if err := os.MkdirAll(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(directory, "plugin.hcl")
		write(t, path, string(declared), 0o644)
		for _, command := range []string{"schema", "load"} {
			r := harness(t, "", command, "--plugin", example, "--manifest", path)
			if r.status != 0 {
				t.Errorf("%s of %s: exit status %d\n%s\n%s", command, example, r.status, r.stdout, r.stderr)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root, "bin", "skeleton-plugin")); err != nil {
		t.Error(err)
	}
}
