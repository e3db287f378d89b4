package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExportAndImport prints the settings, saves them again, and refuses what is not a document of this plugin.
func TestExportAndImport(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	status, document := run(t, plugin, manifest, "export --json")
	if status != exitDone || !strings.Contains(document, `"values": {`) {
		t.Fatalf("exit status %d\n%s", status, document)
	}
	for name, test := range map[string]struct {
		content string
		status  int
		says    string
	}{
		"own": {document, exitDone, "Saved as revision"},
		"a value more": {strings.Replace(document, `"values": {`, `"values": {"gone": 1,`, 1), exitDone,
			"“gone” has no place"},
		"another plugin": {`{"plugin":"other","values":{}}`, exitFailed, "These are the settings of “other”"},
		"no JSON":        {"server = a", exitUsage, "invalid character"},
		"for apply":      {"server: a\n", exitUsage, "a file in YAML is for testharness apply"},
	} {
		path := filepath.Join(t.TempDir(), "settings.json")
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		status, out := run(t, plugin, manifest, "import "+path)
		if status != test.status || !strings.Contains(out, test.says) {
			t.Errorf("%s: exit status %d\n%s", name, status, out)
		}
	}
	if status, out := run(t, plugin, manifest, "import /nowhere"); status != exitUsage {
		t.Errorf("no file: exit status %d\n%s", status, out)
	}
}
