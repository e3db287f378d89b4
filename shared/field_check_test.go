package shared_test

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// richSchema has what soundSchema has not.
func richSchema() shared.Schema {
	schema := soundSchema()
	schema.Actions = []shared.Action{
		{Name: "find_printer", Label: "Find a printer", Options: []shared.Field{
			{Name: "floor", Label: "Floor", Kind: shared.KindInteger, Default: shared.Integer(1), Min: shared.Integer(0)},
		}},
		{Name: "sign_in", Label: "Sign in", NeedsSecrets: true, Changes: true, Confirm: "This signs you out elsewhere."},
		{Name: "feed", Label: "Feed a page", Test: true, VisibleWhen: shared.IsSet("paper")},
	}
	schema.Sections = append(schema.Sections, shared.Section{Name: "more", Fields: []shared.Field{
		{Name: "printer", Label: "Printer", Kind: shared.KindChoice, OptionsFrom: "find_printer"},
		{Name: "account", Label: "Account", Kind: shared.KindAuthorization, Sensitive: true, Action: "sign_in"},
		{Name: "queue", Label: "Queue", Kind: shared.KindURL, ReadOnly: true, Default: shared.Text("https://a.example/q")},
		{Name: "hosts", Label: "Hosts", Kind: shared.KindList, Items: shared.KindHostPort, Min: shared.Integer(1),
			Default: shared.List("a.example:631"), Link: shared.Link{Text: "How", URL: "https://a.example/how"}},
		{Name: "wait", Label: "Wait", Kind: shared.KindDuration, Min: shared.Text("1s"), Default: shared.Text("5s")},
		{Name: "colours", Label: "Colours", Kind: shared.KindText, Pattern: "[a-z]+", PatternMessage: "Small letters.",
			VisibleWhen: shared.All(shared.IsSet("paper"), shared.Not(shared.AtLeast("copies", shared.Integer(9))))},
	}})
	return schema
}

// richDefects spoil a rich schema in one place each, and say what Check then says.
var richDefects = map[string]struct {
	spoil func(s *shared.Schema, field func(name string) *shared.Field)
	want  string
}{
	"a default outside its bounds": {set("wait", func(f *shared.Field) { f.Default = shared.Text("1ms") }),
		`the default "1ms" is refused by the field itself (out_of_range)`},
	"a default with too few entries": {set("hosts", func(f *shared.Field) { f.Min = shared.Integer(2) }),
		"(wrong_length)"},
	"a default that does not match": {set("colours", func(f *shared.Field) { f.Default = shared.Text("RED") }),
		"(wrong_form)"},
	"a conditional default outside its bounds": {set("wait", func(f *shared.Field) {
		f.DefaultWhen = []shared.ConditionalDefault{{When: shared.IsSet("paper"), Value: shared.Text("1ms")}}
	}), "(out_of_range)"},
	"a conditional default without a condition": {set("wait", func(f *shared.Field) {
		f.DefaultWhen = []shared.ConditionalDefault{{Value: shared.Text("9s")}}
	}), "has no condition"},
	"an option's default outside its bounds": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Actions[0].Options[0].Default = shared.Integer(-1)
	}, "(out_of_range)"},
	"a preset outside the bounds": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Presets[0].Values["wait"] = shared.Text("1ms")
	}, "(out_of_range)"},
	"a preset of what is read-only": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Presets[0].Values["queue"] = shared.Text("https://b.example")
	}, "which is read-only"},
	"a bound of another kind": {set("wait", func(f *shared.Field) { f.Min = shared.Integer(1) }), `are no "1"`},
	"bounds reversed": {set("wait", func(f *shared.Field) { f.Max = shared.Text("900ms") }),
		"min 1s is above max 900ms"},
	"bounds of what has none": {set("printer", func(f *shared.Field) { f.Max = shared.Integer(9) }), "means nothing"},
	"too many entries": {set("hosts", func(f *shared.Field) { f.Max = shared.Integer(257) }),
		"at most 256 entries"},
	"a pattern of what has none": {set("wait", func(f *shared.Field) { f.Pattern = "x" }),
		"pattern means nothing for the kind"},
	"a pattern that is nested as deep as can be": {set("colours", func(f *shared.Field) {
		f.Pattern, f.Default = strings.Repeat("(", 999)+"x"+strings.Repeat(")", 999), shared.Text("x")
	}), "nested too deeply"},
	"a message for no pattern": {set("colours", func(f *shared.Field) { f.Pattern = "" }), "a message for a pattern"},
	"a unit of a text":         {set("colours", func(f *shared.Field) { f.Unit = "m" }), "unit means nothing"},
	"entries of a strange kind": {set("hosts", func(f *shared.Field) { f.Items = shared.KindBoolean }),
		`entries of kind "boolean"`},
	"a scheme that is none": {set("queue", func(f *shared.Field) { f.Schemes = []string{"HTTP"} }), "not the scheme"},
	"an unknown action":     {set("printer", func(f *shared.Field) { f.OptionsFrom = "guess" }), `the action "guess"`},
	"an authorization that nobody asks for": {set("account", func(f *shared.Field) { f.Action = "" }),
		"no action asks for"},
	"an authorization that comes out":    {set("account", func(f *shared.Field) { f.Sensitive = false }), "not sensitive"},
	"a read-only field that is required": {set("queue", func(f *shared.Field) { f.Required = true }), "is read-only"},
	"a link that is not encrypted": {set("hosts", func(f *shared.Field) { f.Link.URL = "http://a.example" }),
		"an https address"},
	"a link with a password": {set("hosts", func(f *shared.Field) { f.Link.URL = "https://u:p@a.example" }),
		"an https address"},
	"a link that is a script": {set("hosts", func(f *shared.Field) { f.Link.URL = "javascript:alert(1)" }),
		"an https address"},
	"a link without text": {set("hosts", func(f *shared.Field) { f.Link.Text = "" }), "a link has a text"},
	"an option for no choice of a required choice": {set("paper", func(f *shared.Field) {
		f.Required, f.Options[0].Value = true, ""
	}), "an option for no choice"},
	"a condition of two parts": {set("colours", func(f *shared.Field) { f.VisibleWhen.Set = true }), "of 2 parts"},
	"a condition about a field and others": {set("colours", func(f *shared.Field) { f.VisibleWhen.Field = "paper" }),
		"and others at once"},
	"a condition that says nothing": {set("colours", func(f *shared.Field) {
		f.VisibleWhen = shared.All(shared.Condition{})
	}), "says nothing"},
	"a condition about a read-only field": {set("colours", func(f *shared.Field) {
		f.VisibleWhen = shared.Not(shared.IsSet("queue"))
	}), `depends on "queue", which is read-only`},
	"a comparison with another kind": {set("colours", func(f *shared.Field) {
		f.VisibleWhen = shared.AtLeast("wait", shared.Integer(1))
	}), `compares "wait"`},
	"conditions in conditions without end": {set("colours", func(f *shared.Field) {
		for range 20 {
			f.VisibleWhen = shared.Not(f.VisibleWhen)
		}
	}), "conditions in each other, at most 8"},
	"very many conditions": {set("colours", func(f *shared.Field) {
		f.VisibleWhen = shared.All(make([]shared.Condition, 9000)...)
	}), "conditions, at most 8192"},
	"a circle through others": {set("paper", func(f *shared.Field) {
		f.VisibleWhen = shared.Any(shared.IsSet("hosts"), shared.Not(shared.IsSet("colours")))
	}), `in a circle`},
	"a condition on itself": {set("wait", func(f *shared.Field) { f.EnabledWhen = shared.Not(shared.IsSet("wait")) }),
		"depends on the field itself"},
	"a former name that is a name": {set("wait", func(f *shared.Field) { f.Formerly = []string{"hosts"} }),
		`field "hosts" is declared twice`},
	"an action twice": {func(s *shared.Schema, _ func(string) *shared.Field) { s.Actions[1].Name = "find_printer" },
		`action "find_printer" is declared twice`},
	"an action in capitals": {func(s *shared.Schema, _ func(string) *shared.Field) { s.Actions[2].Name = "FEED" },
		"lower case letters"},
	"an action without a label": {func(s *shared.Schema, _ func(string) *shared.Field) { s.Actions[0].Label = "" },
		"has no label"},
	"a test that changes something": {func(s *shared.Schema, _ func(string) *shared.Field) { s.Actions[2].Changes = true },
		"is a test and changes"},
	"an action that depends on a secret": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Actions[2].VisibleWhen = shared.IsSet("pin")
	}, "which is sensitive"},
	"a secret option of an action": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Actions[0].Options[0] = shared.Field{Name: "floor", Label: "Floor", Kind: shared.KindText, Sensitive: true}
	}, "is sensitive"},
	"too many actions": {func(s *shared.Schema, _ func(string) *shared.Field) {
		s.Actions = make([]shared.Action, 33)
	}, "33 actions, at most 32"},
}

// set spoils one field.
func set(name string, spoil func(*shared.Field)) func(*shared.Schema, func(string) *shared.Field) {
	return func(_ *shared.Schema, field func(string) *shared.Field) { spoil(field(name)) }
}

func TestUnsoundRichSchema(t *testing.T) {
	if err := richSchema().Check(); err != nil {
		t.Fatal(err)
	}
	for name, defect := range richDefects {
		schema := richSchema()
		defect.spoil(&schema, func(name string) *shared.Field {
			for i := range schema.Sections {
				for j := range schema.Sections[i].Fields {
					if field := &schema.Sections[i].Fields[j]; field.Name == name {
						return field
					}
				}
			}
			t.Fatalf("no field %s", name)
			return nil
		})
		if err := schema.Check(); err == nil || !strings.Contains(err.Error(), defect.want) {
			t.Errorf("%s: %v, want %q", name, err, defect.want)
		}
	}
}
