package diagnosis

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestReference holds the document to the table.
func TestReference(t *testing.T) {
	const path = "../../docs/causes.md"
	if *update {
		if err := os.WriteFile(path, []byte(Reference()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != Reference() {
		t.Errorf("%s is not current, run go test ./plugin/diagnosis -update: %v", path, err)
	}
}
