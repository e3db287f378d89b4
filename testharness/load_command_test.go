package main

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestHiddenIsMarked says of values that are hidden as the form is that they are not used: of those in force, of those
// that are exported, and of those that are given.
func TestHiddenIsMarked(t *testing.T) {
	const hidden = "format is hidden as the other fields are: its value is kept, and not used.\n"
	plugin, manifest := truthful(t), manifestOf(t)
	for line, want := range map[string]string{
		"load":                                        "format    json (default)  hidden, not used\n",
		"validate --set format=json":                  hidden,
		"save --set format=json":                      hidden,
		"test --set format=json":                      hidden,
		"action look --yes --set format=json":         hidden,
		"validate --set format=json --set safe=false": "format is hidden",
	} {
		if _, out := run(t, plugin, manifest, line); !strings.Contains(out, want) {
			t.Errorf("%s: it does not say %q\n%s", line, want, out)
		}
	}
	schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "on", Kind: shared.KindBoolean},
		{Name: "held", Kind: shared.KindText, VisibleWhen: shared.Equals("on", shared.Boolean(true))},
		{Name: "child", Kind: shared.KindText, VisibleWhen: shared.Not(shared.IsSet("held"))},
	}}}}
	var told strings.Builder
	printHidden(&told, schema, shared.Values{"held": shared.Text("x")}, []string{"held"})
	if told.String() != "held is hidden as the other fields are: its value is kept, and not used.\n" {
		t.Errorf("of an exported value it says %q", told.String())
	}
	for _, line := range []string{"validate", "validate --set format=json --set safe=true", "validate --set port=1",
		"validate --set format=json --json", "export --json"} {
		if _, out := run(t, plugin, manifest, line); strings.Contains(out, "hidden as the other") {
			t.Errorf("%s: it says that something is hidden\n%s", line, out)
		}
	}
}
