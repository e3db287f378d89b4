package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestContractOnlyGrows compares the contract with the one that is held, as make lint does, and then with changes of
// it: what only adds is accepted, and whatever would break a plugin or a host is refused.
func TestContractOnlyGrows(t *testing.T) {
	t.Parallel()
	const settings, history = "settings.proto", "history.proto"
	for name, change := range map[string]struct {
		file, from, to string
		breaks         bool
	}{
		"nothing": {settings, "", "", false},
		"a field more": {history, "  string confirmed = 5;\n",
			"  string confirmed = 5;\n  // More.\n  string more = 6;\n", false},
		"a field less":        {history, "  string confirmed = 5;\n", "", true},
		"another number":      {history, "string confirmed = 5;", "string confirmed = 6;", true},
		"another type":        {settings, "int64 revision = 4;", "string revision = 4;", true},
		"another name":        {settings, "repeated string formerly = 33;", "repeated string before = 33;", true},
		"a call less":         {history, "  rpc Purge(PurgeRequest) returns (PurgeResponse);\n", "", true},
		"an answer in pieces": {history, "returns (PurgeResponse)", "returns (stream PurgeResponse)", true},
		"another default":     {settings, "SEVERITY_ERROR = 1;", "SEVERITY_FAULT = 1;", true},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			proto := filepath.Join(directory, "shared", "proto")
			if err := os.CopyFS(proto, os.DirFS("../../shared/proto")); err != nil {
				t.Fatal(err)
			}
			changeFile(t, filepath.Join(proto, "settings", "v1", change.file), change.from, change.to)
			buf := exec.CommandContext(t.Context(), "go", "tool", "-modfile=.ci/tools/buf.mod", "buf", "breaking", directory,
				"--config", ".ci/buf.yaml", "--against", ".ci/contract.binpb")
			buf.Dir = "../.."
			out, err := buf.CombinedOutput()
			if refused := err != nil; refused != change.breaks || refused && !strings.Contains(string(out), ".proto:") {
				t.Errorf("refused: %t, %v\n%s", refused, err, out)
			}
		})
	}
}

// changeFile replaces a text that is in the file.
func changeFile(t *testing.T, path, from, to string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		t.Fatalf("there is no %q in %s", from, path)
	}
	write(t, path, strings.Replace(string(content), from, to, 1), 0o644)
}
