package diagnosis

import (
	"strings"
	"testing"
)

// TestGeneral holds that each cause can be told without a value.
func TestGeneral(t *testing.T) {
	for code := range causes() {
		if said := General(code); !strings.HasSuffix(said, ".") || strings.ContainsAny(said, "{}") {
			t.Errorf("%s: %q", code, said)
		}
	}
	if said := General("no_such_code"); said != "" {
		t.Error(said)
	}
}
