package shared

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Bounds of a schema. They are far above what a person can fill in and far below what would hurt a host.
const (
	maxSections    = 32
	maxFields      = 128
	maxOptions     = 256
	maxPresets     = 64
	maxConditions  = 32
	maxLabelLength = 200
	maxTextLength  = 4000
)

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Check returns an error that names every place where the schema breaks the contract, nil when there is none. A host
// refuses such a schema: it comes from another process and is untrusted input.
func (s Schema) Check() error {
	check := schemaCheck{schema: s}
	check.counts()
	check.texts()
	fields, options, presets := names{}, names{}, names{}
	for field := range s.Fields() {
		check.once("field", field.Name, fields)
		check.field(field)
	}
	for _, option := range s.Test.Options {
		check.once("test option", option.Name, options)
		check.field(option)
		if option.Sensitive {
			check.refuse("test option %q is sensitive", option.Name)
		}
	}
	for _, preset := range s.Presets {
		check.once("preset", preset.Name, presets)
		check.values(fmt.Sprintf("preset %q", preset.Name), preset.Values)
	}
	return errors.Join(check.found...)
}

type schemaCheck struct {
	schema Schema
	found  []error
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
	if len(c.found) < enough {
		c.found = append(c.found, fmt.Errorf("schema: "+format, args...))
	}
}

func (c *schemaCheck) counts() {
	if n := len(c.schema.Sections); n > maxSections {
		c.refuse("%d sections, at most %d", n, maxSections)
	}
	fields := 0
	for range c.schema.Fields() {
		fields++
	}
	if fields == 0 {
		c.refuse("no fields")
	}
	if n := fields + len(c.schema.Test.Options); n > maxFields {
		c.refuse("%d fields, at most %d", n, maxFields)
	}
	if n := len(c.schema.Presets); n > maxPresets {
		c.refuse("%d presets, at most %d", n, maxPresets)
	}
	if n := len(c.schema.Prerequisites); n > maxConditions {
		c.refuse("%d prerequisites, at most %d", n, maxConditions)
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
		c.text("prerequisite id", prerequisite.ID, maxLabelLength)
		c.text("prerequisite", prerequisite.Text, maxTextLength)
	}
	for _, section := range c.schema.Sections {
		c.text("section name", section.Name, maxLabelLength)
		c.text("section title", section.Title, maxLabelLength)
		c.text("section help", section.Help, maxTextLength)
	}
	for _, preset := range c.schema.Presets {
		c.text("preset name", preset.Name, maxLabelLength)
		c.text("preset label", preset.Label, maxLabelLength)
		c.text("preset note", preset.Note, maxTextLength)
	}
}

func (c *schemaCheck) text(what, text string, longest int) {
	if n := utf8.RuneCountInString(text); n > longest {
		c.refuse("%s has %d characters, at most %d", what, n, longest)
	}
}

func (c *schemaCheck) field(f Field) {
	where := fmt.Sprintf("field %q", f.Name)
	if !fieldName.MatchString(f.Name) {
		c.refuse("%s: a name has 1 to 64 lower case letters, digits and underscores and starts with a letter", where)
	}
	if f.Label == "" {
		c.refuse("%s has no label", where)
	}
	c.text(where+" label", f.Label, maxLabelLength)
	c.text(where+" help", f.Help, maxTextLength)
	c.text(where+" placeholder", f.Placeholder, maxTextLength)
	c.text(where+" group", f.Group, maxLabelLength)
	if _, known := kindToProto[f.Kind]; !known {
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
	if len(f.Pattern) > maxTextLength {
		c.refuse("%s: the pattern is longer than %d bytes", where, maxTextLength)
	} else if _, err := regexp.Compile(f.Pattern); err != nil {
		c.refuse("%s: the pattern is no regular expression: %w", where, err)
	}
}

func (c *schemaCheck) options(where string, f Field) {
	if n := len(f.Options); n > maxOptions {
		c.refuse("%s has %d options, at most %d", where, n, maxOptions)
	}
	if f.Kind == KindChoice && len(f.Options) == 0 {
		c.refuse("%s is a choice without options", where)
	}
	values := names{}
	for _, option := range f.Options {
		c.once(where+": option", option.Value, values)
		c.text(where+" option", option.Value, maxLabelLength)
		c.text(where+" option label", option.Label, maxLabelLength)
	}
}

func (c *schemaCheck) defaults(where string, f Field) {
	if !f.Fits(f.Default) {
		c.refuse("%s: the default %q is not of kind %q", where, f.Default, f.Kind)
	}
	if len(f.DefaultWhen) > maxConditions {
		c.refuse("%s has %d conditional defaults, at most %d", where, len(f.DefaultWhen), maxConditions)
	}
	for _, rule := range f.DefaultWhen {
		c.condition(where+" default_when", f.Name, rule.When)
		if !f.Fits(rule.Value) {
			c.refuse("%s: the default %q is not of kind %q", where, rule.Value, f.Kind)
		}
	}
}

func (c *schemaCheck) condition(where, self string, condition Condition) {
	target, ok := c.schema.Field(condition.Field)
	switch {
	case condition.Field == self:
		c.refuse("%s depends on the field itself", where)
	case !ok:
		c.refuse("%s depends on %q, which is not declared", where, condition.Field)
	case target.Sensitive:
		c.refuse("%s depends on %q, which is sensitive", where, condition.Field)
	case len(condition.AnyOf) == 0 || len(condition.AnyOf) > maxOptions:
		c.refuse("%s has %d values, at least 1 and at most %d", where, len(condition.AnyOf), maxOptions)
	}
	for _, value := range condition.AnyOf {
		if ok && !target.Fits(value) {
			c.refuse("%s waits for the value %q of %q, which is not of kind %q", where, value, condition.Field, target.Kind)
		}
	}
}

func (c *schemaCheck) values(where string, values Values) {
	for _, name := range values.Names() {
		field, ok := c.schema.Field(name)
		switch {
		case !ok:
			c.refuse("%s sets %q, which is not declared", where, name)
		case field.Sensitive:
			c.refuse("%s sets %q, which is sensitive", where, name)
		case !field.Fits(values[name]):
			c.refuse("%s sets %q to %q, which is not of kind %q", where, name, values[name], field.Kind)
		}
	}
}

// Parse reads a value as people write it on a command line or in the environment. The empty text is the empty value.
func (f Field) Parse(text string) (Value, error) {
	value := Text(text)
	switch f.Kind {
	case KindInteger:
		if number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			value = Integer(number)
		}
	case KindBoolean:
		if truth, err := strconv.ParseBool(strings.TrimSpace(text)); err == nil {
			value = Boolean(truth)
		}
	}
	if !f.Fits(value) {
		return Value{}, errors.New(strings.TrimSuffix(phrase.English(phrase.Of(misfit[f.Kind].text, "field", f.Label)), "."))
	}
	return value, nil
}

// Fits reports whether the value is of the field's kind; an empty value fits every kind.
func (f Field) Fits(v Value) bool {
	if v.IsEmpty() {
		return true
	}
	text, isText := v.AsText()
	switch f.Kind {
	case KindInteger:
		_, ok := v.AsInteger()
		return ok
	case KindBoolean:
		_, ok := v.AsBoolean()
		return ok
	case KindChoice:
		return isText && slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == text })
	case KindDuration:
		_, err := time.ParseDuration(text)
		return isText && err == nil
	default:
		return isText
	}
}
