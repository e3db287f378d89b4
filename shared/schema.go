package shared

import "iter"

// Schema declares a settings page. It is data: the host renders it without knowing what the fields are for.
type Schema struct {
	// Title is the page's heading.
	Title string `json:"title,omitempty"`
	// Description stands under the heading; plain text, may be empty.
	Description string `json:"description,omitempty"`
	// Prerequisites stand before the form, with their live state where the host knows how to ask for it.
	Prerequisites []Prerequisite `json:"prerequisites,omitempty"`
	// Sections are shown in this order. Together they have at least one field.
	Sections []Section `json:"sections"`
	// Presets fill the form with known values; may be empty.
	Presets []Preset `json:"presets,omitempty"`
	// Test declares the page's test.
	Test TestAction `json:"test"`
	// SaveNote says what happens after saving; may be empty.
	SaveNote string `json:"save_note,omitempty"`
	// SuggestLabel is the text of the button that asks for suggestions; empty when the page is no [Suggester].
	SuggestLabel string `json:"suggest_label,omitempty"`
}

// Section is a titled group of fields.
type Section struct {
	// Name identifies the section; people do not see it.
	Name string `json:"name"`
	// Title may be empty: the fields then stand without a heading.
	Title string `json:"title,omitempty"`
	// Help stands under the title; plain text, may be empty.
	Help string `json:"help,omitempty"`
	// Advanced sections are folded until they are asked for.
	Advanced bool    `json:"advanced,omitempty"`
	Fields   []Field `json:"fields"`
}

// Kind says what a field holds and how it is edited.
type Kind string

// The kinds. The set is closed: a host refuses a schema with a kind that it does not know.
const (
	// KindText is one line of text.
	KindText Kind = "text"
	// KindMultiline is text of several lines, such as a PEM certificate.
	KindMultiline Kind = "multiline"
	// KindInteger is a whole number.
	KindInteger Kind = "integer"
	// KindBoolean is a tick-box. Its default is false.
	KindBoolean Kind = "boolean"
	// KindChoice is one of Options.
	KindChoice Kind = "choice"
	// KindEmail is an e-mail address.
	KindEmail Kind = "email"
	// KindDuration is a length of time as text, such as "30s" (time.ParseDuration).
	KindDuration Kind = "duration"
)

// known reports whether this version of the contract has the kind.
func (k Kind) known() bool {
	switch k {
	case KindText, KindMultiline, KindInteger, KindBoolean, KindChoice, KindEmail, KindDuration:
		return true
	default:
		return false
	}
}

// Field declares one setting. The facets are named as in JSON Schema where it has a word for them.
type Field struct {
	// Name identifies the field in drafts, diagnostics and on the command line: lower case letters, digits and
	// underscores, starting with a letter, at most 64 characters, unique in the schema.
	Name string `json:"name"`
	// Label names it for people; never empty.
	Label string `json:"label"`
	// Help is plain text; may be empty.
	Help string `json:"help,omitempty"`
	Kind Kind   `json:"kind"`
	// Required fields must have a value (or a default) while they are visible.
	Required bool `json:"required,omitempty"`
	// Sensitive fields are secrets: their text goes in as a SecretChange and never comes out.
	Sensitive bool `json:"sensitive,omitempty"`
	// Default applies while the field is empty. The zero Value means no default.
	Default Value `json:"default,omitzero"`
	// DefaultWhen overrides Default: the first rule whose condition holds wins.
	DefaultWhen []ConditionalDefault `json:"default_when,omitempty"`
	// VisibleWhen hides the field unless the condition holds; nil means always visible. A hidden field is not required
	// and not checked.
	VisibleWhen *Condition `json:"visible_when,omitempty"`
	// Min and Max bound an integer's value, or the length in characters of any other text; nil means no bound.
	Min *int64 `json:"min,omitempty"`
	Max *int64 `json:"max,omitempty"`
	// Pattern is a regular expression (RE2) that the whole text must match; empty means any.
	Pattern string `json:"pattern,omitempty"`
	// Options are the values of a KindChoice.
	Options []Option `json:"options,omitempty"`
	// Placeholder is an example, shown while the field is empty.
	Placeholder string `json:"placeholder,omitempty"`
	// Group puts neighbouring fields of the same non-empty group on one line.
	Group string `json:"group,omitempty"`
}

// Option is one value of a choice.
type Option struct {
	// Value is what is stored; it may be empty, and is unique among the options.
	Value string `json:"value"`
	// Label names it for people.
	Label string `json:"label"`
}

// Condition holds when the named field has one of the values (its default counts while it is empty).
type Condition struct {
	// Field is the name of another field that is not Sensitive: a field of the form for those of the form, an option of
	// the test for those of the test. Conditions do not lead in a circle.
	Field string `json:"field"`
	// AnyOf has at least one value, each of the kind of the field.
	AnyOf []Value `json:"any_of"`
}

// ConditionalDefault is a default that depends on another field.
type ConditionalDefault struct {
	When Condition `json:"when"`
	// Value is of the kind of the field; an empty one means no default.
	Value Value `json:"value"`
}

// Preset fills the form with the known values of, say, a provider.
type Preset struct {
	// Name identifies the preset; people do not see it.
	Name string `json:"name"`
	// Label names it for people.
	Label string `json:"label"`
	// Values are written into the form, never a secret; fields that are not named stay as they are.
	Values Values `json:"values"`
	// Note tells what else there is to know; plain text, may be empty.
	Note string `json:"note,omitempty"`
}

// Prerequisite is a condition outside the page. The host that knows the ID shows its state.
type Prerequisite struct {
	// ID is the stable name of the condition, such as "processing_server".
	ID string `json:"id"`
	// Text says what has to be; plain text.
	Text string `json:"text"`
}

// TestAction declares the page's test.
type TestAction struct {
	// Label is the button's text.
	Label string `json:"label"`
	// Options are asked beside the button and sent as TestRequest.Options; usually none or few. They are never
	// Sensitive.
	Options []Field `json:"options,omitempty"`
}

// Fields goes through every field of every section, in order.
func (s Schema) Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, section := range s.Sections {
			for _, field := range section.Fields {
				if !yield(field) {
					return
				}
			}
		}
	}
}

// Field returns the named field, and whether there is one.
func (s Schema) Field(name string) (Field, bool) {
	for _, section := range s.Sections {
		for _, field := range section.Fields {
			if field.Name == name {
				return field, true
			}
		}
	}
	return Field{}, false
}
