package shared_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

var movedSchema = shared.Schema{Title: "Moved", Sections: []shared.Section{{Name: "all", Fields: []shared.Field{
	{Name: "tls", Label: "TLS", Kind: shared.KindBoolean},
	{Name: "port", Label: "Port", Kind: shared.KindInteger, Default: shared.Integer(25),
		DefaultWhen: []shared.ConditionalDefault{
			{When: shared.Equals("tls", shared.Boolean(true)), Value: shared.Integer(465)},
		}},
	{Name: "mode", Label: "Mode", Kind: shared.KindChoice, Default: shared.Text("auto"),
		Formerly: []string{"mode_old", "way"},
		Options:  []shared.Option{{Value: "auto", Label: "Auto"}, {Value: "never", Label: "Never"}}},
	{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
	{Name: "shown", Label: "Shown", Kind: shared.KindText, ReadOnly: true},
}}}}

// TestUnpinned saves forms that show their defaults as values: they pin none.
func TestUnpinned(t *testing.T) {
	untouched := shared.Values{"tls": shared.Boolean(false), "port": shared.Integer(25), "mode": shared.Text("auto")}
	if got := (shared.Draft{Values: movedSchema.Unpinned(untouched, nil)}).Apply(nil); len(got) > 0 {
		t.Errorf("an untouched form gives %v", got)
	}
	stored := shared.Values{"port": shared.Integer(25)}
	if got := movedSchema.Unpinned(untouched, stored); got["port"] != shared.Integer(25) {
		t.Errorf("what was decided becomes %v", got)
	}
	encrypted := shared.Values{"tls": shared.Boolean(true), "port": shared.Integer(25)}
	if got := movedSchema.Unpinned(encrypted, nil); got["port"] != shared.Integer(25) ||
		got["tls"] != shared.Boolean(true) {
		t.Errorf("the default of before, which is none now, becomes %v", got)
	}
	encrypted["port"] = shared.Integer(465)
	if got := movedSchema.Unpinned(encrypted, nil); !got["port"].IsEmpty() || encrypted["port"].IsEmpty() {
		t.Errorf("the default of now becomes %v", got)
	}
	if got := movedSchema.Unpinned(shared.Values{"port": {}}, stored); !got["port"].IsEmpty() || len(got) != 1 {
		t.Errorf("a field that was emptied becomes %v", got)
	}
}

// TestUpgrade reads what earlier versions have stored.
func TestUpgrade(t *testing.T) {
	for _, c := range []struct {
		stored, want shared.Values
		dropped      []string
	}{
		{nil, shared.Values{}, nil},
		{shared.Values{"way": shared.Text("never")}, shared.Values{"mode": shared.Text("never")}, nil},
		{
			shared.Values{"way": shared.Text("never"), "mode": shared.Text("auto")},
			shared.Values{"mode": shared.Text("auto")}, nil,
		},
		{shared.Values{"mode": shared.Text("gone"), "way": shared.Text("never"), "other": shared.Integer(1)},
			shared.Values{"mode": shared.Text("never")}, []string{"mode", "other"}},
		{shared.Values{"token": shared.Text("x"), "shown": shared.Text("y"), "port": shared.Text("25")},
			shared.Values{}, []string{"port", "shown", "token"}},
	} {
		got, dropped := movedSchema.Upgrade(c.stored)
		if !maps.Equal(got, c.want) || !slices.Equal(dropped, c.dropped) {
			t.Errorf("%v becomes %v and %v", c.stored, got, dropped)
		}
	}
}

// TestExportAndImport takes settings from one installation to another.
func TestExportAndImport(t *testing.T) {
	info := shared.Info{Name: "moved", Version: "1.2.3"}
	here := shared.Snapshot{Values: shared.Values{"way": shared.Text("never"), "port": shared.Integer(26)}}
	document := movedSchema.Export(info, here)
	there := shared.Snapshot{
		Values: shared.Values{"tls": shared.Boolean(true)}, Locks: map[string]shared.Lock{"port": {Source: "PORT"}},
	}
	draft, found := movedSchema.Import(info, there, document)
	want := shared.Values{"mode": shared.Text("never")}
	if got := draft.Apply(there.Values); len(found) > 0 || !maps.Equal(got, want) || len(draft.Secrets) > 0 {
		t.Errorf("imported as %v, %v", got, found)
	}
	here.Locks = map[string]shared.Lock{"mode": {Source: "MODE"}}
	if got := movedSchema.Export(info, here).Values; !maps.Equal(got, shared.Values{"port": shared.Integer(26)}) {
		t.Errorf("with a mode that is fixed by the environment %v is exported", got)
	}
	document.Values["odd\x1b"] = shared.Text("x")
	if _, found := movedSchema.Import(info, there, document); len(found) != 1 || found.HasErrors() {
		t.Errorf("a value without a place: %v", found)
	}
	if draft, found := movedSchema.Import(shared.Info{Name: "other"}, there, document); !found.HasErrors() ||
		draft.Values != nil {
		t.Errorf("a document of another plugin: %v, %v", draft, found)
	}
}
