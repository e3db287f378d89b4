package form

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// fieldView is a field as it stands in a form: that of the page, or the options of its test or of an action. It is
// large, so it is handed on as a pointer; templates name what is declared as .Field.Label and the like, which they find
// at once, and .Label only after a search.
type fieldView struct {
	shared.Field        // Options are those to choose from now
	Key          string // identifies it on the page
	Control      string // name of the control
	Value        shared.Value
	Effective    shared.Value
	Default      shared.Value // the default that applies now
	Needed       bool         // it must have a value now
	Concealed    bool
	Disabled     bool
	Unset        bool   // it has no value, and its control shows the default as if it were one
	Obsolete     bool   // it is deprecated and has no value
	Pending      bool   // its saved value waits for a restart
	Retype       bool   // a secret was typed that is not carried back
	Clearing     bool   // the stored secret is to be removed
	Ticket       string // what an action gave for an authorization
	Lock         *shared.Lock
	Secret       shared.SecretState
	Findings     shared.Diagnostics
	Rules        fieldRules
	Again        *shared.Action // an action that stands beside another field, too
	Beside       *runView       // an action whose button stands beside the label
	// Mark says how the last test was about the field; empty when it was not. The verdict tells what it found.
	Mark shared.Severity
	// Viewed fields may only be looked at.
	Viewed bool

	// What follows from the rest; settle computes it.
	Shape       string // the template of the control
	Labelled    bool   // the label belongs to a single control
	Text        string // what stands in the control
	Hint        string // what stands in it while it is empty: the default, or else an example
	InputMode   string // the keyboard that a telephone offers; empty for the usual one
	DescribedBy string // the ids of what belongs to the control
	Attributes  template.HTMLAttr
	Off         bool // the control is of no use
	StarShown   bool // the sign of what must be filled in stands on the page, shown or not
	HasNotes    bool // there is more to say of the field than its help
}

// settle computes what follows from the rest, once: a template reads it several times, and calls a method at a higher
// price than it reads a field.
func (f *fieldView) settle() {
	f.Shape = f.shape()
	f.Labelled = !slices.Contains([]string{"radio", "ticks", "authorization"}, f.Shape)
	f.Text, f.Hint, f.InputMode, f.DescribedBy = f.text(), f.hint(), f.inputMode(), f.describedBy()
	f.Off = f.Lock != nil || f.Obsolete || f.Viewed
	f.Attributes = f.control()
	f.StarShown = f.Needed || f.Required || !f.RequiredWhen.IsZero()
	f.HasNotes = f.Link.URL != "" || f.Deprecated != "" || f.Pending || f.NeedsRestart || f.Lock != nil || f.Again != nil
}

// fieldRules are what the script needs to follow the form while it is typed in.
type fieldRules struct {
	Kind     shared.Kind                 `json:"kind,omitempty"`
	Control  string                      `json:"control,omitempty"`
	Scope    string                      `json:"scope,omitempty"` // what the names in conditions begin with
	Visible  shared.Condition            `json:"visible,omitzero"`
	Enabled  shared.Condition            `json:"enabled,omitzero"`
	Needed   shared.Condition            `json:"required,omitzero"`
	Defaults []shared.ConditionalDefault `json:"defaults,omitempty"`
	Default  shared.Value                `json:"default"`
}

// fieldScope is where fields stand together and look at each other: the form, or the options of a test or an action.
type fieldScope struct {
	schema  shared.Schema
	values  shared.Values
	follows *shared.Evaluation
	key     string // what the keys of the fields begin with
	control string // what the names of the controls begin with
}

func newScope(schema shared.Schema, values shared.Values, key, control string) fieldScope {
	return fieldScope{schema, values, schema.Evaluate(values), key, control}
}

// field lays out one field. It is the only way in which fields and options get onto the page.
func (s fieldScope) field(field shared.Field) *fieldView {
	one := &fieldView{
		Field: field, Key: s.key + field.Name, Control: s.control + field.Name,
		Value:     s.values[field.Name],
		Effective: s.follows.Effective(field.Name),
		Default:   s.follows.Default(field.Name),
		Needed:    s.follows.Required(field),
		Concealed: !s.follows.Visible(field),
		Disabled:  !field.ReadOnly && !s.follows.Enabled(field),
	}
	if field.Sensitive {
		one.Control = secretPrefix + field.Name
	}
	one.Unset = one.Value.IsEmpty() && showsDefault(field)
	one.Rules = fieldRules{
		Kind: field.Kind, Control: one.Control, Scope: s.key, Visible: field.VisibleWhen, Enabled: field.EnabledWhen,
		Needed: field.RequiredWhen, Defaults: field.DefaultWhen, Default: field.Default,
	}
	if field.Required {
		one.Rules.Needed = shared.Condition{}
	}
	return one
}

// showsDefault reports whether the field's control shows the default as if it were the value. Others show it as a hint.
func showsDefault(field shared.Field) bool {
	switch field.Kind {
	case shared.KindBoolean, shared.KindChoices, shared.KindList, shared.KindMap:
		return !field.ReadOnly
	case shared.KindChoice:
		return !field.ReadOnly && field.OptionsFrom == ""
	default:
		return false
	}
}

func (f *fieldView) shape() string {
	switch {
	case f.ReadOnly:
		return "computed"
	case f.Kind == shared.KindChoice && f.OptionsFrom != "": // Any text may be one.
		return "line"
	case f.Kind == shared.KindChoice && f.Display == shared.DisplayRadio:
		return "radio"
	case f.Kind == shared.KindDate && !f.Fits(f.Value):
		return "line" // A browser's calendar would drop what was typed.
	}
	switch f.Kind {
	case shared.KindBoolean:
		return "tick"
	case shared.KindChoice:
		return "select"
	case shared.KindChoices:
		return "ticks"
	case shared.KindList, shared.KindMap:
		return "rows"
	case shared.KindMultiline, shared.KindFile:
		return "area"
	case shared.KindDate, shared.KindAuthorization:
		return string(f.Kind)
	default:
		return "line"
	}
}

func (f *fieldView) text() string {
	switch {
	case f.Sensitive:
		return ""
	case f.ReadOnly, f.Unset:
		return f.Format(f.Effective)
	default:
		return f.Format(f.Value)
	}
}

func (f *fieldView) hint() string {
	if f.Default.IsEmpty() {
		return f.Placeholder
	}
	return f.Format(f.Default)
}

// Checked reports whether a tick-box is ticked.
func (f *fieldView) Checked() bool {
	truth, _ := f.Effective.AsBoolean()
	return truth
}

// choice is an option as it stands on the page.
type choice struct {
	Value, Label string
	Chosen       bool
}

// chosen are the values in force, one or several.
func (f *fieldView) chosen() []string {
	chosen, several := f.Effective.AsList()
	if !several {
		single, _ := f.Effective.AsText()
		chosen = []string{single}
	}
	return chosen
}

// Offered are the options.
func (f *fieldView) Offered() []choice {
	chosen := setOf(f.chosen())
	choices := make([]choice, len(f.Options))
	for i, option := range f.Options {
		choices[i] = choice{option.Value, option.Label, chosen[option.Value]}
	}
	return choices
}

// Choices are the options, and what is in force although it is none of them.
func (f *fieldView) Choices() []choice {
	choices, others := f.Offered(), setOf(f.chosen())
	for _, option := range f.Options {
		delete(others, option.Value)
	}
	for _, one := range f.chosen() {
		if one != "" && others[one] {
			choices = append(choices, choice{one, one, true})
			delete(others, one)
		}
	}
	return choices
}

// CanBeEmpty reports whether a choice can be left open, or is as long as nobody has chosen: the first of its options
// is not chosen by itself.
func (f *fieldView) CanBeEmpty() bool {
	named := slices.ContainsFunc(f.Options, func(o shared.Option) bool { return o.Value == "" })
	return f.Default.IsEmpty() && !named
}

func (f *fieldView) inputMode() string {
	switch f.Kind {
	case shared.KindInteger:
		return "numeric"
	case shared.KindDecimal, shared.KindEmail, shared.KindURL:
		return string(f.Kind)
	default:
		return ""
	}
}

// Removable reports whether it is offered to remove the stored secret: not where the form could never be saved without.
func (f *fieldView) Removable() bool {
	always := f.Required && f.VisibleWhen.IsZero() && f.EnabledWhen.IsZero()
	return f.Secret.Set && !f.Off && !always
}

// Limit is the largest number of characters of a file.
func (f *fieldView) Limit() int64 {
	const unless = 65_536
	if most, ok := f.Max.AsInteger(); ok {
		return most
	}
	return unless
}

// Accepted are the ends of the names of files that are offered.
func (f *fieldView) Accepted() string { return strings.Join(f.Accept, ",") }

func (f *fieldView) describedBy() string {
	var ids []string
	for _, one := range []struct {
		name  string
		given bool
	}{
		{"unit", f.Unit != ""}, {"help", f.Help != ""}, {"state", f.Sensitive}, {"deprecated", f.Deprecated != ""},
		{"findings", true},
	} {
		if one.given {
			ids = append(ids, one.name+"-"+f.Key)
		}
	}
	return strings.Join(ids, " ")
}

// SecretText says what is known of a secret beside that it is stored.
func (f *fieldView) SecretText() text.Text {
	var hint, expires text.Text
	if !f.Secret.Set {
		return hint
	}
	if f.Secret.Hint != "" {
		hint = text.Of("Stored: {hint}.", "hint", strings.TrimSuffix(f.Secret.Hint, "."))
	}
	if at := f.Secret.Expires; !at.IsZero() {
		expires = text.Of("Valid until {date}.", "date", text.Date(at))
		if at.Before(time.Now()) {
			expires = text.Of("No longer valid since {date}.", "date", text.Date(at))
		}
	}
	return text.Join(hint, expires)
}
