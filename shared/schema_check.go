package shared

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Bounds of a schema. They are far above what a person can fill in and far below what would hurt a host.
const (
	maxSections    = 32
	maxFields      = 128
	maxOptions     = 256
	maxPresets     = 64
	maxConditions  = 32
	maxAnyOf       = 4096 // values of all conditions together
	maxParts       = 8192 // conditions of all conditions together
	maxNesting     = 8    // conditions in conditions
	maxActions     = 32
	maxPlan        = 32
	maxNames       = 16   // schemes, former names, kinds of files
	maxPattern     = 2000 // instructions that a pattern is compiled to, roughly
	maxLabelLength = 200
	maxTextLength  = 4000
	maxSchemaText  = 512 << 10 // bytes of all texts together
)

// fieldName is what a field may be called, up to its length.
var fieldName = onFirstUse(`^[a-z][a-z0-9_]*$`)

const maxFieldName = 64

// Check returns an error that names every place where the schema breaks the contract, nil when there is none. A host
// refuses such a schema: it comes from another process and is untrusted input. It takes as long as the schema is large,
// and so does all that follows from a schema that it accepts.
func (s Schema) Check() error {
	check := schemaCheck{schema: s}
	if check.sizes(); len(check.found) > 0 {
		return errors.Join(check.found...) // What is too large is not looked at any further.
	}
	check.texts()
	var form []Field
	for field := range s.Fields() {
		form = append(form, field)
	}
	check.fields("field", form)
	check.presets()
	check.actions()
	check.plan()
	check.options("test option", s.Test.Options)
	for _, action := range s.Actions {
		check.options(fmt.Sprintf("option of the action %q", action.Name), action.Options)
	}
	return errors.Join(check.found...)
}

type schemaCheck struct {
	schema Schema
	// declared are the fields that conditions may look at: those of the form, or the options of the test among
	// themselves.
	declared map[string]Field
	// sound are those of them whose pattern a value can be held against.
	sound names
	found []error
}

type names map[string]bool

func (c *schemaCheck) once(what, name string, seen names) {
	if seen[name] {
		c.refuse("%s %q is declared twice", what, name)
	}
	seen[name] = true
}

func (c *schemaCheck) refuse(format string, args ...any) {
	const enough = 20 // A schema with more defects is no better understood with all of them.
	if len(c.found) >= enough {
		return
	}
	err := fmt.Errorf("schema: "+format, args...)
	if text := err.Error(); len(text) > maxTextLength { // A name may be as long as the schema.
		err = errors.New(strings.ToValidUTF8(text[:maxTextLength], "") + "…")
	}
	c.found = append(c.found, err)
}

// fields checks fields that may depend on each other.
func (c *schemaCheck) fields(what string, list []Field) {
	c.declared, c.sound = map[string]Field{}, names{}
	seen := names{}
	for _, field := range list {
		c.once(what, field.Name, seen)
		c.declared[field.Name] = field
	}
	for _, field := range list {
		for _, former := range field.Formerly {
			c.once(what, former, seen)
		}
	}
	for _, field := range list {
		c.field(field)
	}
	c.circles(list)
}

// options checks what is asked before a test or an action.
func (c *schemaCheck) options(what string, list []Field) {
	c.fields(what, list)
	for _, option := range list {
		if option.Sensitive {
			c.refuse("%s %q is sensitive", what, option.Name)
		}
		if option.ReadOnly {
			c.refuse("%s %q is read-only", what, option.Name)
		}
	}
}

// actions checks what the actions say of themselves and of the fields of the form.
func (c *schemaCheck) actions() {
	seen := names{}
	for _, action := range c.schema.Actions {
		where := fmt.Sprintf("action %q", action.Name)
		c.once("action", action.Name, seen)
		if len(action.Name) > maxFieldName || !fieldName().MatchString(action.Name) {
			c.refuse("%s: a name has 1 to 64 lower case letters, digits and underscores and starts with a letter", where)
		}
		if action.Label == "" {
			c.refuse("%s has no label", where)
		}
		c.text(where+" label", action.Label, maxLabelLength)
		c.text(where+" help", action.Help, maxTextLength)
		c.text(where+" confirm", action.Confirm, maxTextLength)
		c.condition(where+" visible_when", "", action.VisibleWhen)
		if action.Test && action.Changes {
			c.refuse("%s is a test and changes what is in force", where)
		}
	}
}

// plan checks the steps that a test announces.
func (c *schemaCheck) plan() {
	seen := names{}
	for _, step := range c.schema.Test.Plan {
		where := fmt.Sprintf("planned step %q", step.ID)
		c.once("planned step", step.ID, seen)
		c.identifier("planned step", step.ID)
		if step.ID == "" || step.Label == "" {
			c.refuse("%s has no id or no label", where)
		}
		c.text(where+" label", step.Label, maxLabelLength)
		c.text(where+" detail", step.Detail, maxTextLength)
	}
}

func (c *schemaCheck) presets() {
	seen := names{}
	for _, preset := range c.schema.Presets {
		c.once("preset", preset.Name, seen)
		c.values(fmt.Sprintf("preset %q", preset.Name), preset.Values)
	}
}

func (c *schemaCheck) texts() {
	c.text("title", c.schema.Title, maxLabelLength)
	if c.schema.Title == "" {
		c.refuse("no title")
	}
	c.text("description", c.schema.Description, maxTextLength)
	c.text("save note", c.schema.SaveNote, maxTextLength)
	c.text("test label", c.schema.Test.Label, maxLabelLength)
	for _, prerequisite := range c.schema.Prerequisites {
		c.identifier("prerequisite id", prerequisite.ID)
		c.text("prerequisite", prerequisite.Text, maxTextLength)
	}
	for _, section := range c.schema.Sections {
		c.identifier("section name", section.Name)
		c.text("section title", section.Title, maxLabelLength)
		c.text("section help", section.Help, maxTextLength)
	}
	for _, preset := range c.schema.Presets {
		c.identifier("preset name", preset.Name)
		c.text("preset label", preset.Label, maxLabelLength)
		c.text("preset note", preset.Note, maxTextLength)
	}
}

func (c *schemaCheck) text(what, text string, longest int) {
	if n := utf8.RuneCountInString(text); n > longest {
		c.refuse("%s has %d characters, at most %d", what, n, longest)
	}
}

// identifier checks what programs compare and people do not read.
func (c *schemaCheck) identifier(what, text string) {
	c.text(what, text, maxLabelLength)
	if printable.Line(text) != text {
		c.refuse("%s %q has a control character", what, text)
	}
}
