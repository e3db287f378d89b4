package shared

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// switched has a chain of fields, each of which is enabled by the one before: a, b and a secret.
func switched() Schema {
	return Schema{Title: "Switched", Test: TestAction{Label: "Test"}, Sections: []Section{{Name: "all", Fields: []Field{
		{Name: "on", Label: "On", Kind: KindBoolean},
		{Name: "mode", Label: "Mode", Kind: KindText, DefaultWhen: []ConditionalDefault{
			{When: Equals("on", Boolean(true)), Value: Text("full")},
		}},
		{Name: "a", Label: "A", Kind: KindInteger, EnabledWhen: Equals("on", Boolean(true))},
		{Name: "b", Label: "B", Kind: KindText, EnabledWhen: IsSet("a")},
		{Name: "c", Label: "C", Kind: KindText, EnabledWhen: Equals("mode", Text("full"))},
		{Name: "hidden", Label: "Hidden", Kind: KindText, VisibleWhen: Equals("on", Boolean(true))},
		{Name: "d", Label: "D", Kind: KindText, EnabledWhen: Not(IsSet("hidden"))},
		{Name: "secret", Label: "Secret", Kind: KindText, Sensitive: true, EnabledWhen: IsSet("a")},
	}}}}
}

// TestChangeable lays drafts over what is stored: what a disabled field is given is not taken, and the values in force
// are asked for only when the draft does not tell.
func TestChangeable(t *testing.T) {
	on, off := Values{"on": Boolean(true)}, Values{"on": Boolean(false)}
	with := func(base Values, more Values) Values {
		all := maps.Clone(base)
		maps.Copy(all, more)
		return all
	}
	for name, c := range map[string]struct {
		given  Values
		secret bool
		stored Values
		left   []string // beside on
		asked  bool
	}{
		"the switch and what it enables": {given: with(on, Values{"a": Integer(1)}), left: []string{"a"}},
		"what the switch turns off":      {given: with(off, Values{"a": Integer(1)}), stored: on},
		"the switch is on already":       {given: Values{"a": Integer(1)}, stored: on, left: []string{"a"}, asked: true},
		"the switch is off":              {given: Values{"a": Integer(1)}, stored: off, asked: true},
		"what is not of its kind":        {given: with(off, Values{"a": Text("many")})},
		"what is emptied":                {given: with(off, Values{"a": {}}), stored: Values{"a": Integer(1)}},
		"a chain": {given: with(on, Values{"a": Integer(1), "b": Text("x")}),
			left: []string{"a", "b"}},
		"a chain that is cut": {given: with(off, Values{"a": Integer(1), "b": Text("x")}), asked: true},
		"a chain that is stored": {given: with(off, Values{"a": {}, "b": Text("x")}),
			stored: Values{"a": Integer(1)}, left: []string{"b"}, asked: true},
		"a secret": {given: with(on, Values{"a": Integer(1)}), secret: true,
			left: []string{"a", "secret"}},
		"a secret that is disabled": {given: with(off, Values{"a": Integer(1)}), secret: true, asked: true},
		"a default that follows": {given: with(on, Values{"mode": {}, "c": Text("x")}),
			left: []string{"mode", "c"}},
		"a default that does not": {given: with(off, Values{"mode": {}, "c": Text("x")}), left: []string{"mode"}},
		"what is not known of the hidden": {given: with(off, Values{"hidden": {}, "d": Text("x")}),
			left: []string{"hidden"}},
		"what is known when it is visible": {given: with(on, Values{"hidden": {}, "d": Text("x")}),
			left: []string{"hidden", "d"}},
	} {
		draft := Draft{Values: c.given, Secrets: map[string]SecretChange{}}
		if c.secret {
			draft.Secrets["secret"] = ReplaceSecret("s3cret")
		}
		before, asked := maps.Clone(c.given), false
		got := switched().Changeable(draft, func() Values { asked = true; return c.stored })
		var left []string
		for field := range switched().Fields() {
			if got.names(field.Name) && field.Name != "on" {
				left = append(left, field.Name)
			}
		}
		if !slices.Equal(left, c.left) || asked != c.asked {
			t.Errorf("%s: %v is left, the values in force were asked for: %t", name, left, asked)
		}
		if !maps.Equal(before, c.given) {
			t.Errorf("%s: the draft became %v", name, c.given)
		}
	}
}

// TestReachable leaves out what is given to hidden fields as well, also where the one that they depend on is hidden.
func TestReachable(t *testing.T) {
	schema := Schema{Sections: []Section{{Name: "all", Fields: []Field{
		{Name: "on", Label: "On", Kind: KindBoolean},
		{Name: "shown", Label: "Shown", Kind: KindText, VisibleWhen: Equals("on", Boolean(true))},
		{Name: "child", Label: "Child", Kind: KindText, VisibleWhen: Not(Equals("shown", Text("no")))},
		{Name: "both", Label: "Both", Kind: KindText, VisibleWhen: IsSet("shown"), EnabledWhen: IsSet("child")},
		{Name: "key", Label: "Key", Kind: KindText, Sensitive: true, VisibleWhen: Equals("on", Boolean(true))},
	}}}}
	all := Values{"shown": Text("x"), "child": Text("x"), "both": Text("x")}
	for name, c := range map[string]struct {
		on     Value
		given  Values
		stored Values
		left   []string
	}{
		"the switch and what it shows": {Boolean(true), all, nil, []string{"shown", "child", "both", "key"}},
		"what the switch hides":        {Boolean(false), all, Values{"on": Boolean(true)}, nil},
		"the switch is stored": {Value{}, all, Values{"on": Boolean(true)},
			[]string{"shown", "child", "both", "key"}},
		"a child is hidden": {Boolean(true), Values{"shown": Text("no"), "child": Text("x")}, nil,
			[]string{"shown", "key"}},
		"one is disabled": {Boolean(true), Values{"shown": Text("x"), "both": Text("x")}, nil, []string{"shown", "key"}},
	} {
		draft := Draft{Values: maps.Clone(c.given), Secrets: map[string]SecretChange{"key": ReplaceSecret("k")}}
		if !c.on.IsEmpty() {
			draft.Values["on"] = c.on
		}
		got := schema.Reachable(draft, func() Values { return c.stored })
		var left []string
		for field := range schema.Fields() {
			if got.names(field.Name) && field.Name != "on" {
				left = append(left, field.Name)
			}
		}
		if !slices.Equal(left, c.left) {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

// TestChangeableHasAnEnd has fields that enable each other in a chain as long as a schema may be, and in a circle.
func TestChangeableHasAnEnd(t *testing.T) {
	schema, given := Schema{Sections: []Section{{Name: "all"}}}, Values{}
	for i := range maxFields {
		field := Field{Name: fmt.Sprint("f", i), Label: "F", Kind: KindText, EnabledWhen: IsSet(fmt.Sprint("f", i+1))}
		schema.Sections[0].Fields = append(schema.Sections[0].Fields, field)
		given[field.Name] = Text("x")
	}
	if got := schema.Changeable(Draft{Values: given}, func() Values { return nil }); len(got.Values) > 0 {
		t.Errorf("of a chain whose end is not enabled %v is left", got.Values)
	}
	schema.Sections[0].Fields[maxFields-1].EnabledWhen = IsSet("f0")
	if got := schema.Changeable(Draft{Values: given}, func() Values { return nil }); len(got.Values) != maxFields {
		t.Errorf("of a circle %d are left", len(got.Values))
	}
}
