package shared_test

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestEntryWithoutTextIsNamed says of a line that is no entry of a map which one it is, and how it is written.
func TestEntryWithoutTextIsNamed(t *testing.T) {
	schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "labels", Label: "Labels", Kind: shared.KindMap},
	}}}}
	field, _ := schema.Field("labels")
	typed, err := field.Parse("site = graz\nnokey")
	if err != nil {
		t.Fatal(err)
	}
	found := schema.Validate(shared.Values{"labels": typed}, func(string) bool { return false })
	if len(found) != 1 || !strings.Contains(found[0].Summary, "“nokey” in “Labels” has no text") ||
		!strings.Contains(found[0].Summary, "key = text") {
		t.Errorf("it says %v", found)
	}
}
