package shared_test

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// soundSchema is the smallest schema with one of everything that a defect below can spoil.
func soundSchema() shared.Schema {
	return shared.Schema{
		Title: "Printer",
		Sections: []shared.Section{{Name: "printer", Fields: []shared.Field{
			{
				Name: "paper", Label: "Paper", Kind: shared.KindChoice,
				Options: []shared.Option{{Value: "a4", Label: "A4"}, {Value: "a5", Label: "A5"}},
			},
			{Name: "copies", Label: "Copies", Kind: shared.KindInteger, Default: shared.Integer(1),
				VisibleWhen: shared.Condition{Field: "paper", AnyOf: []shared.Value{shared.Text("a4")}}},
			{Name: "pin", Label: "PIN", Kind: shared.KindText, Sensitive: true},
		}}},
		Presets: []shared.Preset{{Name: "office", Label: "Office", Values: shared.Values{"copies": shared.Integer(2)}}},
		Test: shared.TestAction{Label: "Print a page", Options: []shared.Field{
			{Name: "colour", Label: "In colour", Kind: shared.KindBoolean},
		}, Plan: []shared.PlannedStep{{ID: "warm_up", Label: "Warm up"}, {ID: "print", Label: "Print", Detail: "a page"}}},
	}
}

func TestSoundSchema(t *testing.T) {
	if err := soundSchema().Check(); err != nil {
		t.Error(err)
	}
}

// defects spoil a sound schema in one place each, and say what Check then says.
var defects = map[string]struct {
	spoil func(s *shared.Schema, paper, copies, pin *shared.Field)
	want  string
}{
	"no title":  {func(s *shared.Schema, _, _, _ *shared.Field) { s.Title = "" }, "no title"},
	"no fields": {func(s *shared.Schema, _, _, _ *shared.Field) { s.Sections, s.Presets = nil, nil }, "no fields"},
	"a long title": {func(s *shared.Schema, _, _, _ *shared.Field) { s.Title = strings.Repeat("é", 201) },
		"title has 201 characters, at most 200"},
	"a field twice": {
		func(_ *shared.Schema, _, copies, pin *shared.Field) { pin.Name = copies.Name },
		`field "copies" is declared twice`,
	},
	"a preset twice": {
		func(s *shared.Schema, _, _, _ *shared.Field) { s.Presets = append(s.Presets, s.Presets[0]) },
		`preset "office" is declared twice`,
	},
	"a test option twice": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Test.Options = append(s.Test.Options, s.Test.Options[0])
	}, `test option "colour" is declared twice`},
	"an option twice": {
		func(_ *shared.Schema, paper, _, _ *shared.Field) { paper.Options[1].Value = "a4" },
		`field "paper": option "a4" is declared twice`,
	},
	"a name in capitals": {
		func(_ *shared.Schema, _, _, pin *shared.Field) { pin.Name = "PIN" }, "lower case letters",
	},
	"no label": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.Label = "" }, `field "copies" has no label`,
	},
	"an unknown kind": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.Kind = "colour" },
		"which this version does not know",
	},
	"a secret number": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.Sensitive = true }, "secrets are text",
	},
	"a secret's default": {
		func(_ *shared.Schema, _, _, pin *shared.Field) { pin.Default = shared.Text("0000") },
		"is sensitive and has a default",
	},
	"a secret test option": {
		func(s *shared.Schema, _, _, _ *shared.Field) { s.Test.Options[0].Sensitive = true },
		`test option "colour" is sensitive`,
	},
	"a planned step twice": {
		func(s *shared.Schema, _, _, _ *shared.Field) { s.Test.Plan[1].ID = "warm_up" },
		`planned step "warm_up" is declared twice`,
	},
	"a planned step without a label": {
		func(s *shared.Schema, _, _, _ *shared.Field) { s.Test.Plan[0].Label = "" },
		`planned step "warm_up" has no id or no label`,
	},
	"too many planned steps": {
		func(s *shared.Schema, _, _, _ *shared.Field) { s.Test.Plan = make([]shared.PlannedStep, 33) },
		"33 planned steps, at most 32",
	},
	"bounds reversed": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.Min, copies.Max = bound(2), bound(1) },
		"min 2 is above max 1",
	},
	"a broken pattern": {
		func(_ *shared.Schema, _, _, pin *shared.Field) { pin.Pattern = "[" }, "no regular expression",
	},
	"a choice of nothing": {
		func(_ *shared.Schema, paper, _, _ *shared.Field) { paper.Options = nil }, "is a choice without options",
	},
	"a default of another kind": {func(_ *shared.Schema, _, copies, _ *shared.Field) {
		copies.Default = shared.Text("one")
	},
		`field "copies": the default`},
	"a condition on itself": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.VisibleWhen.Field = "copies" },
		"depends on the field itself",
	},
	"a condition on nothing": {func(_ *shared.Schema, _, copies, _ *shared.Field) {
		copies.VisibleWhen.Field = "ink"
	},
		`depends on "ink", which is not declared`},
	"a condition on a secret": {func(_ *shared.Schema, _, copies, _ *shared.Field) {
		copies.VisibleWhen.Field = "pin"
	},
		`depends on "pin", which is sensitive`},
	"a condition that never holds": {func(_ *shared.Schema, _, copies, _ *shared.Field) {
		copies.VisibleWhen.AnyOf[0] = shared.Text("a3")
	},
		`waits for the value`},
	"a condition without values": {
		func(_ *shared.Schema, _, copies, _ *shared.Field) { copies.VisibleWhen.AnyOf = nil }, "a condition of 0 parts",
	},
	"a preset of nothing": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Presets[0].Values["ink"] = shared.Integer(1)
	},
		`sets "ink", which is not declared`},
	"a preset's secret": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Presets[0].Values["pin"] = shared.Text("1")
	},
		`sets "pin", which is sensitive`},
	"a preset of another kind": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Presets[0].Values["copies"] = shared.Text("two")
	},
		`sets "copies" to`},
	"a circle of defaults": {func(_ *shared.Schema, paper, copies, _ *shared.Field) {
		copies.VisibleWhen = shared.Condition{}
		paper.DefaultWhen = []shared.ConditionalDefault{
			{
				When:  shared.Condition{Field: "copies", AnyOf: []shared.Value{shared.Integer(1)}},
				Value: shared.Text("a4"),
			},
		}
		copies.DefaultWhen = []shared.ConditionalDefault{
			{
				When:  shared.Condition{Field: "paper", AnyOf: []shared.Value{shared.Text("a4")}},
				Value: shared.Integer(1),
			},
		}
	}, `in a circle: "paper" → "copies" → "paper"`},
	"a circle of visibility and default": {func(_ *shared.Schema, paper, _, _ *shared.Field) {
		paper.DefaultWhen = []shared.ConditionalDefault{
			{
				When:  shared.Condition{Field: "copies", AnyOf: []shared.Value{shared.Integer(1)}},
				Value: shared.Text("a4"),
			},
		}
	}, `in a circle: "paper" → "copies" → "paper"`},
	"a circle of visibility": {func(_ *shared.Schema, paper, _, _ *shared.Field) {
		paper.VisibleWhen = shared.Condition{Field: "copies", AnyOf: []shared.Value{shared.Integer(1)}}
	}, `in a circle: "paper" → "copies" → "paper"`},
	"a circle of test options": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Test.Options[0].VisibleWhen = shared.Condition{
			Field: "duplex", AnyOf: []shared.Value{shared.Boolean(true)},
		}
		s.Test.Options = append(s.Test.Options, shared.Field{Name: "duplex", Label: "Duplex",
			Kind:        shared.KindBoolean,
			VisibleWhen: shared.Condition{Field: "colour", AnyOf: []shared.Value{shared.Boolean(true)}}})
	}, `in a circle: "colour" → "duplex" → "colour"`},
	"a test option that depends on a field of the form": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Test.Options[0].VisibleWhen = shared.Condition{Field: "copies", AnyOf: []shared.Value{shared.Integer(1)}}
	}, `depends on "copies", which is not declared`},
	"a pattern that grows": {
		func(_ *shared.Schema, _, _, pin *shared.Field) { pin.Pattern = "((x{10}){10}){10}y{999}" },
		"more than 2000 instructions",
	},
	"too much text": {func(s *shared.Schema, _, _, _ *shared.Field) {
		s.Presets[0].Values["paper"] = shared.Text(strings.Repeat("x", 600<<10))
	}, "bytes of text, at most"},
	"too many values in conditions": {func(_ *shared.Schema, _, copies, _ *shared.Field) {
		copies.VisibleWhen.AnyOf = make([]shared.Value, 5000)
	}, "5000 values in conditions, at most 4096"},
	"too many options": {
		func(_ *shared.Schema, paper, _, _ *shared.Field) { paper.Options = make([]shared.Option, 257) },
		"257 options of a choice, at most 256",
	},
	"an escape sequence in an option": {func(_ *shared.Schema, paper, _, _ *shared.Field) {
		paper.Options[1].Value = "\x1b[2J"
	},
		"has a control character"},
}

func bound(n int64) shared.Value { return shared.Integer(n) }

func TestUnsoundSchema(t *testing.T) {
	for name, defect := range defects {
		schema := soundSchema()
		fields := schema.Sections[0].Fields
		defect.spoil(&schema, &fields[0], &fields[1], &fields[2])
		if err := schema.Check(); err == nil || !strings.Contains(err.Error(), defect.want) {
			t.Errorf("%s: %v, want %q", name, err, defect.want)
		}
	}
}
