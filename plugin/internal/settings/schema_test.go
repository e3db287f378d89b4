package settings

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestJSONSchema holds the exported shape of the values, on which other tools rely.
func TestJSONSchema(t *testing.T) {
	const path = "testdata/settings.schema.json"
	exported, err := Schema().JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	text := string(exported) + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != text {
		t.Errorf("%s is not current; if the change is meant, run go test ./plugin/internal/settings -update: %v", path, err)
	}
}
