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
	// Actions are what the page can do beside testing and saving; see [ActionRunner]. May be empty.
	Actions []Action `json:"actions,omitempty"`
	// SaveNote says what happens after saving; may be empty.
	SaveNote string `json:"save_note,omitempty"`
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

// Field declares one setting. The facets are named as in JSON Schema where it has a word for them. What has no meaning
// for the field's kind is not given.
type Field struct {
	// Name identifies the field in drafts, diagnostics and on the command line: lower case letters, digits and
	// underscores, starting with a letter, at most 64 characters, unique in the schema.
	Name string `json:"name"`
	// Label names it for people; never empty.
	Label string `json:"label"`
	// Help is plain text; may be empty.
	Help string `json:"help,omitempty"`
	Kind Kind   `json:"kind"`
	// Required fields must have a value (or a default) while they are visible and enabled; RequiredWhen makes a field
	// required while it holds.
	Required     bool      `json:"required,omitempty"`
	RequiredWhen Condition `json:"required_when,omitzero"`
	// Sensitive fields are secrets: their text goes in as a SecretChange and never comes out. They are of KindText,
	// KindMultiline, KindFile or KindAuthorization.
	Sensitive bool `json:"sensitive,omitempty"`
	// ReadOnly fields are shown, to be copied, and cannot be given a value. What they show is in Computed of the
	// [Snapshot] and the [Validation], or else their default.
	ReadOnly bool `json:"read_only,omitempty"`
	// Default applies while the field is empty. The zero Value means no default.
	Default Value `json:"default,omitzero"`
	// DefaultWhen overrides Default: the first rule whose condition holds wins.
	DefaultWhen []ConditionalDefault `json:"default_when,omitempty"`
	// VisibleWhen hides the field unless the condition holds; none means always visible. A hidden field is not required
	// and not checked, and what depends on it is hidden too.
	VisibleWhen Condition `json:"visible_when,omitzero"`
	// EnabledWhen has the field shown but not be changed unless the condition holds; none means always enabled. A disabled
	// field keeps its value, and is not required and not checked; see [Schema.Changeable].
	EnabledWhen Condition `json:"enabled_when,omitzero"`
	// Min and Max bound the value of numbers, durations ("30s"), byte sizes and dates: they are values of the field's
	// kind. Of other texts they bound the number of characters, of KindChoices, KindList and KindMap that of entries, and
	// are integers. The zero Value means no bound of the field's own; a list or a map never has more than 256 entries.
	Min Value `json:"min,omitzero"`
	Max Value `json:"max,omitzero"`
	// Pattern is a regular expression (RE2) that the whole text, or each entry of a list or map, must match; empty means
	// any. PatternMessage is the sentence that says so; empty means one that fits every pattern.
	Pattern        string `json:"pattern,omitempty"`
	PatternMessage string `json:"pattern_message,omitempty"`
	// Options are the values of a KindChoice or KindChoices.
	Options []Option `json:"options,omitempty"`
	// OptionsFrom names the action that finds more options of a KindChoice or KindChoices, or proposes texts for a
	// KindText or KindList. Any text may then be one, for what the action found is not kept.
	OptionsFrom string `json:"options_from,omitempty"`
	// Action names an action whose button stands beside the field.
	Action string `json:"action,omitempty"`
	// Items is the kind of the entries of a KindList or KindMap: KindText (also when empty), KindEmail, KindURL or
	// KindHostPort.
	Items Kind `json:"items,omitempty"`
	// KeyLabel and ItemLabel name the keys and the entries of a KindMap, or the entries of a KindList, for people; may be
	// empty.
	KeyLabel  string `json:"key_label,omitempty"`
	ItemLabel string `json:"item_label,omitempty"`
	// Schemes are those that a KindURL may have, in lower case; none means https and http.
	Schemes []string `json:"schemes,omitempty"`
	// Accept limits the files that a KindFile offers, such as ".pem"; none means all.
	Accept []string `json:"accept,omitempty"`
	// Display says how the field is best shown; a host may do otherwise.
	Display Display `json:"display,omitempty"`
	// Unit stands behind a number, such as "messages per minute"; may be empty.
	Unit string `json:"unit,omitempty"`
	// Link leads to where the field is explained; zero means nowhere.
	Link Link `json:"link,omitzero"`
	// Placeholder is an example, shown while the field is empty.
	Placeholder string `json:"placeholder,omitempty"`
	// Group puts neighbouring fields of the same non-empty group on one line.
	Group string `json:"group,omitempty"`
	// Deprecated says what to use instead of the field; empty means that the field is not deprecated. A deprecated field
	// that has no value need not be shown.
	Deprecated string `json:"deprecated,omitempty"`
	// NeedsRestart tells that a change takes effect only after a restart; see [Snapshot.Pending].
	NeedsRestart bool `json:"needs_restart,omitempty"`
	// Formerly are names that the field had in earlier versions of the plugin; see [Schema.Upgrade].
	Formerly []string `json:"formerly,omitempty"`
}

// Display says how a field is best shown.
type Display string

// The displays.
const (
	// DisplayDefault leaves it to the host.
	DisplayDefault Display = ""
	// DisplayRadio shows the options of a KindChoice beside each other.
	DisplayRadio Display = "radio"
	// DisplayCode shows text in letters of the same width, such as PEM or JSON.
	DisplayCode Display = "code"
)

// Link leads out of the page.
type Link struct {
	// Text is what is clicked; never empty.
	Text string `json:"text"`
	// URL is where it leads; it begins with https:// and has no user name or password.
	URL string `json:"url"`
}

// Option is one value of a choice.
type Option struct {
	// Value is what is stored, unique among the options. An empty one, of a choice that is not required and has no
	// default, stands for no choice.
	Value string `json:"value"`
	// Label names it for people.
	Label string `json:"label"`
}

// ConditionalDefault is a default that depends on other fields.
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
	// Options are asked beside the button and sent as TestRequest.Options; usually none or few. They are fields like those
	// of the form, but never Sensitive or ReadOnly, and their conditions look at each other.
	Options []Field `json:"options,omitempty"`
	// Plan are the steps that a test usually takes, in order, for a reader who has not tested yet. May be empty.
	Plan []PlannedStep `json:"plan,omitempty"`
}

// PlannedStep announces a step of a test.
type PlannedStep struct {
	// ID is that of the step when it is taken; see [StepResult].
	ID string `json:"id"`
	// Label names the step.
	Label string `json:"label"`
	// Detail says in a few words what one will know of it; may be empty.
	Detail string `json:"detail,omitempty"`
}

// Form returns the options as a form of their own: all that can be asked of a schema's fields can be asked of them.
func (t TestAction) Form() Schema { return optionForm(t.Label, t.Options) }

func optionForm(title string, options []Field) Schema {
	return Schema{Title: title, Sections: []Section{{Name: "options", Fields: options}}}
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
		for i := range section.Fields { // A field is large.
			if section.Fields[i].Name == name {
				return section.Fields[i], true
			}
		}
	}
	return Field{}, false
}
