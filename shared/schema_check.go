package shared

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
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
	maxPattern     = 2000 // instructions that a pattern is compiled to, roughly
	maxLabelLength = 200
	maxTextLength  = 4000
	maxSchemaText  = 512 << 10 // bytes of all texts together
)

// fieldName is what a field may be called, up to its length.
var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

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
	check.fields("test option", s.Test.Options)
	for _, option := range s.Test.Options {
		if option.Sensitive {
			check.refuse("test option %q is sensitive", option.Name)
		}
	}
	return errors.Join(check.found...)
}

type schemaCheck struct {
	schema Schema
	// declared are the fields that conditions may look at: those of the form, or the options of the test among
	// themselves.
	declared map[string]Field
	found    []error
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
	c.declared = map[string]Field{}
	seen := names{}
	for _, field := range list {
		c.once(what, field.Name, seen)
		c.declared[field.Name] = field
	}
	for _, field := range list {
		c.field(field)
	}
	c.circles(list)
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
	c.text("suggest label", c.schema.SuggestLabel, maxLabelLength)
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

func (c *schemaCheck) field(f Field) {
	where := fmt.Sprintf("field %q", f.Name)
	if len(f.Name) > maxFieldName || !fieldName.MatchString(f.Name) {
		c.refuse("%s: a name has 1 to 64 lower case letters, digits and underscores and starts with a letter", where)
	}
	if f.Label == "" {
		c.refuse("%s has no label", where)
	}
	c.text(where+" label", f.Label, maxLabelLength)
	c.text(where+" help", f.Help, maxTextLength)
	c.text(where+" placeholder", f.Placeholder, maxTextLength)
	c.text(where+" group", f.Group, maxLabelLength)
	if !f.Kind.known() {
		c.refuse("%s has the kind %q, which this version does not know", where, f.Kind)
		return
	}
	if f.Sensitive && f.Kind != KindText && f.Kind != KindMultiline {
		c.refuse("%s is sensitive but of kind %q; secrets are text", where, f.Kind)
	}
	if f.Sensitive && !f.Default.IsEmpty() {
		c.refuse("%s is sensitive and has a default", where)
	}
	c.bounds(where, f)
	c.options(where, f)
	c.defaults(where, f)
	if f.VisibleWhen != nil {
		c.condition(where+" visible_when", f.Name, *f.VisibleWhen)
	}
}

func (c *schemaCheck) bounds(where string, f Field) {
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		c.refuse("%s: min %d is above max %d", where, *f.Min, *f.Max)
	}
	if parsed, err := syntax.Parse(f.Pattern, syntax.Perl); err != nil {
		c.refuse("%s: the pattern is no regular expression: %w", where, err)
	} else if patternSize(parsed) > maxPattern {
		c.refuse("%s: the pattern takes more than %d instructions", where, maxPattern)
	}
}

func (c *schemaCheck) options(where string, f Field) {
	if f.Kind == KindChoice && len(f.Options) == 0 {
		c.refuse("%s is a choice without options", where)
	}
	values := names{}
	for _, option := range f.Options {
		c.once(where+": option", option.Value, values)
		c.identifier(where+" option", option.Value)
		c.text(where+" option label", option.Label, maxLabelLength)
	}
}

func (c *schemaCheck) defaults(where string, f Field) {
	if !f.Fits(f.Default) || !f.Holds(f.Default) {
		c.refuse("%s: the default %q is not of kind %q", where, f.Default, f.Kind)
	}
	for _, rule := range f.DefaultWhen {
		c.condition(where+" default_when", f.Name, rule.When)
		if !f.Fits(rule.Value) || !f.Holds(rule.Value) {
			c.refuse("%s: the default %q is not of kind %q", where, rule.Value, f.Kind)
		}
	}
}

func (c *schemaCheck) condition(where, self string, condition Condition) {
	target, ok := c.declared[condition.Field]
	switch {
	case condition.Field == self:
		c.refuse("%s depends on the field itself", where)
	case !ok:
		c.refuse("%s depends on %q, which is not declared", where, condition.Field)
	case target.Sensitive:
		c.refuse("%s depends on %q, which is sensitive", where, condition.Field)
	case len(condition.AnyOf) == 0:
		c.refuse("%s has 0 values, at least 1", where)
	}
	for _, value := range condition.AnyOf {
		if ok && !target.Fits(value) {
			c.refuse(
				"%s waits for the value %q of %q, which is not of kind %q", where, value, condition.Field, target.Kind,
			)
		}
	}
}

func (c *schemaCheck) values(where string, values Values) {
	for _, name := range values.Names() {
		field, ok := c.declared[name]
		switch {
		case !ok:
			c.refuse("%s sets %q, which is not declared", where, name)
		case field.Sensitive:
			c.refuse("%s sets %q, which is sensitive", where, name)
		case !field.Fits(values[name]) || !field.Holds(values[name]):
			c.refuse("%s sets %q to %q, which is not of kind %q", where, name, values[name], field.Kind)
		}
	}
}
