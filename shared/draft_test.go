package shared_test

import (
	"maps"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestDraftApply lays drafts over what is in force.
func TestDraftApply(t *testing.T) {
	base := shared.Values{"server": shared.Text("a.example"), "port": shared.Integer(25), "safe": shared.Boolean(true)}
	for name, test := range map[string]struct {
		base, draft, want shared.Values
	}{
		"nothing over nothing": {nil, nil, shared.Values{}},
		"nothing":              {base, nil, base},
		"over nothing": {
			nil, shared.Values{"port": shared.Integer(587)}, shared.Values{"port": shared.Integer(587)},
		},
		"another value": {base, shared.Values{"port": shared.Integer(587)},
			shared.Values{
				"server": shared.Text("a.example"), "port": shared.Integer(587), "safe": shared.Boolean(true),
			}},
		"another kind of value": {base, shared.Values{"port": shared.Text("smtp")},
			shared.Values{
				"server": shared.Text("a.example"), "port": shared.Text("smtp"), "safe": shared.Boolean(true),
			}},
		"back to the default": {
			base, shared.Values{"port": {}, "safe": {}}, shared.Values{"server": shared.Text("a.example")},
		},
		"empty text": {
			base, shared.Values{"server": shared.Text(""), "port": {}, "safe": {}}, shared.Values{},
		},
		"zero and false are values": {base, shared.Values{"port": shared.Integer(0), "safe": shared.Boolean(false)},
			shared.Values{
				"server": shared.Text("a.example"), "port": shared.Integer(0), "safe": shared.Boolean(false),
			}},
		"an empty value over nothing":    {nil, shared.Values{"port": {}}, shared.Values{}},
		"an empty value that was stored": {shared.Values{"port": {}}, nil, shared.Values{}},
		"a name that nothing declares stays": {
			shared.Values{"old": shared.Text("x")}, shared.Values{"new": shared.Text("y")},
			shared.Values{"old": shared.Text("x"), "new": shared.Text("y")},
		},
	} {
		before, given := maps.Clone(test.base), maps.Clone(test.draft)
		got := shared.Draft{Values: test.draft}.Apply(test.base)
		if !maps.Equal(got, test.want) || got == nil {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		got["written"] = shared.Text("later")
		if !maps.Equal(test.base, before) || !maps.Equal(test.draft, given) {
			t.Errorf("%s: what it was made from changed", name)
		}
	}
}
