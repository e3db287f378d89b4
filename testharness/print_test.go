package main

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestChangesAreReadable writes lists and maps as load does and --set reads them, not as a text in quotes.
func TestChangesAreReadable(t *testing.T) {
	for want, change := range map[string]shared.Change{
		`["orders","invoices"] → ["orders"]`: {
			Before: shared.List("orders", "invoices"), After: shared.List("orders"),
		},
		`(default) → {"site":"vienna"}`: {After: shared.Map(map[string]string{"site": "vienna"})},
		`"465" → (default)`:             {Before: shared.Integer(465)},
		`"a" → "b"`:                     {Before: shared.Text("a"), After: shared.Text("b")},
	} {
		if got := describeChange(change); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNothingIsNoDefault has load call what has no value and no default not set.
func TestNothingIsNoDefault(t *testing.T) {
	schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "host", Kind: shared.KindText, Required: true},
		{Name: "mode", Kind: shared.KindText, Default: shared.Text("plain")},
	}}}}
	var out strings.Builder
	printSnapshot(&out, schema, shared.Snapshot{})
	if want := "host  (not set)\nmode  plain (default)\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("it says\n%s", out.String())
	}
}
