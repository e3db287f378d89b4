package shared

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
)

func (c *schemaCheck) field(f Field) {
	where := fmt.Sprintf("field %q", f.Name)
	if len(f.Name) > maxFieldName || !fieldName().MatchString(f.Name) {
		c.refuse("%s: a name has 1 to 64 lower case letters, digits and underscores and starts with a letter", where)
	}
	if f.Label == "" {
		c.refuse("%s has no label", where)
	}
	c.fieldTexts(where, f)
	if !f.Kind.Known() {
		c.refuse("%s has the kind %q, which this version does not know", where, f.Kind)
		return
	}
	c.meaning(where, f)
	c.secrecy(where, f)
	c.bounds(where, f)
	c.pattern(where, f)
	c.choices(where, f)
	c.defaults(where, f)
	c.condition(where+" visible_when", f.Name, f.VisibleWhen)
	c.condition(where+" required_when", f.Name, f.RequiredWhen)
	c.condition(where+" enabled_when", f.Name, f.EnabledWhen)
}

func (c *schemaCheck) fieldTexts(where string, f Field) {
	c.text(where+" label", f.Label, maxLabelLength)
	c.text(where+" help", f.Help, maxTextLength)
	c.text(where+" placeholder", f.Placeholder, maxTextLength)
	c.text(where+" group", f.Group, maxLabelLength)
	c.text(where+" pattern message", f.PatternMessage, maxTextLength)
	c.text(where+" key label", f.KeyLabel, maxLabelLength)
	c.text(where+" item label", f.ItemLabel, maxLabelLength)
	c.text(where+" unit", f.Unit, maxLabelLength)
	c.text(where+" deprecated", f.Deprecated, maxTextLength)
	c.text(where+" link", f.Link.Text, maxLabelLength)
	if f.Link != (Link{}) && (f.Link.Text == "" || !isWebAddress(f.Link.URL)) {
		c.refuse("%s: a link has a text and an https address without a name or password", where)
	}
}

// meaning refuses facets that have none for the kind of the field.
func (c *schemaCheck) meaning(where string, f Field) {
	texts := f.Kind.Form() == FormText && kinds[f.Kind].bounded == byLength
	entries := f.Kind == KindList || f.Kind == KindMap
	for facet, wrong := range map[string]bool{
		"min or max":   kinds[f.Kind].bounded == byNothing && f.Min != f.Max,
		"pattern":      f.Pattern != "" && !texts && !entries,
		"options":      len(f.Options) > 0 && !f.isChoice(),
		"options_from": f.OptionsFrom != "" && !f.isChoice() && f.Kind != KindText && f.Kind != KindList,
		"items":        f.Items != "" && !entries,
		"key_label":    f.KeyLabel != "" && f.Kind != KindMap,
		"item_label":   f.ItemLabel != "" && !entries,
		"schemes":      len(f.Schemes) > 0 && f.Kind != KindURL && f.Items != KindURL,
		"accept":       len(f.Accept) > 0 && f.Kind != KindFile,
		"unit":         f.Unit != "" && f.Kind != KindInteger && f.Kind != KindDecimal,
		"radio":        f.Display == DisplayRadio && f.Kind != KindChoice,
		"code":         f.Display == DisplayCode && !texts && !entries,
	} {
		if wrong {
			c.refuse("%s: %s means nothing for the kind %q", where, facet, f.Kind)
		}
	}
	if f.PatternMessage != "" && f.Pattern == "" {
		c.refuse("%s has a message for a pattern but none", where)
	}
	if f.Items != "" && !slices.Contains([]Kind{KindText, KindEmail, KindURL, KindHostPort}, f.Items) {
		c.refuse("%s has entries of kind %q", where, f.Items)
	}
	for _, scheme := range f.Schemes {
		if !schemeName().MatchString(scheme) {
			c.refuse("%s: %q is not the scheme of a URL", where, scheme)
		}
	}
	for _, suffix := range f.Accept {
		if !fileSuffix().MatchString(suffix) {
			c.refuse("%s: %q is not the end of a file's name", where, suffix)
		}
	}
}

var (
	schemeName = onFirstUse(`^[a-z][a-z0-9+.\-]{0,30}$`)
	fileSuffix = onFirstUse(`^\.[A-Za-z0-9]{1,20}$`)
)

func (f Field) isChoice() bool { return f.Kind == KindChoice || f.Kind == KindChoices }

// secrecy checks what is special about secrets and about what cannot be entered.
func (c *schemaCheck) secrecy(where string, f Field) {
	traits := kinds[f.Kind]
	given := !f.Default.IsEmpty() || len(f.DefaultWhen) > 0
	switch {
	case f.Sensitive && !traits.secret:
		c.refuse("%s is sensitive but of kind %q; secrets are text", where, f.Kind)
	case f.Sensitive && given:
		c.refuse("%s is sensitive and has a default", where)
	case f.Kind == KindAuthorization && (!f.Sensitive || f.Action == ""):
		c.refuse("%s is an authorization that is not sensitive, or that no action asks for", where)
	case f.ReadOnly && (f.Sensitive || f.Required || !f.RequiredWhen.IsZero() || !f.EnabledWhen.IsZero()):
		c.refuse("%s is read-only, so it is no secret, not required and never enabled", where)
	}
	for _, name := range []string{f.Action, f.OptionsFrom} {
		if _, declared := c.schema.Action(name); name != "" && !declared {
			c.refuse("%s names the action %q, which is not declared", where, name)
		}
	}
	for _, former := range f.Formerly {
		if len(former) > maxFieldName || !fieldName().MatchString(former) {
			c.refuse("%s: its former name %q is none", where, former)
		}
	}
}

func (c *schemaCheck) bounds(where string, f Field) {
	for _, bound := range []Value{f.Min, f.Max} {
		if !bound.IsEmpty() && kinds[f.Kind].bounded != byNothing && !f.boundFits(bound) {
			c.refuse("%s: min and max of the kind %q are no %q", where, f.Kind, bound)
			return
		}
	}
	if !f.Min.IsEmpty() && !f.Max.IsEmpty() && f.order(f.Min, f.Max) > 0 {
		c.refuse("%s: min %s is above max %s", where, f.Min, f.Max)
	}
	most, _ := f.Max.AsInteger()
	switch traits := kinds[f.Kind]; {
	case f.Kind == KindFile && most > maxFileEver:
		c.refuse("%s: a file has at most %d characters", where, maxFileEver)
	case traits.bounded == byEntries && most > maxEntries:
		c.refuse("%s: there are at most %d entries", where, maxEntries)
	}
}

func (c *schemaCheck) pattern(where string, f Field) {
	parsed, err := syntax.Parse(f.Pattern, syntax.Perl)
	switch {
	case err != nil:
		c.refuse("%s: the pattern is no regular expression: %w", where, err)
	case patternSize(parsed) > maxPattern:
		c.refuse("%s: the pattern takes more than %d instructions", where, maxPattern)
	case !compiles(f.Pattern):
		c.refuse("%s: the pattern is nested too deeply", where)
	default:
		c.sound[f.Name] = true
	}
}

// compiles reports whether an expression that is one can be held against the whole of a text.
func compiles(pattern string) bool {
	_, err := regexp.Compile(wholePattern(pattern))
	return err == nil
}

func (c *schemaCheck) choices(where string, f Field) {
	if f.isChoice() && len(f.Options) == 0 && f.OptionsFrom == "" {
		c.refuse("%s is a choice without options", where)
	}
	values := names{}
	for _, option := range f.Options {
		c.once(where+": option", option.Value, values)
		c.identifier(where+" option", option.Value)
		c.text(where+" option label", option.Label, maxLabelLength)
		if option.Value == "" && (f.Kind == KindChoices || f.Required || !f.Default.IsEmpty()) {
			c.refuse("%s has an option for no choice, which cannot be made", where)
		}
	}
}

func (c *schemaCheck) defaults(where string, f Field) {
	c.given(where+": the default", f, f.Default)
	for _, rule := range f.DefaultWhen {
		if rule.When.IsZero() {
			c.refuse("%s default_when has no condition", where)
		}
		c.condition(where+" default_when", f.Name, rule.When)
		c.given(where+": the default", f, rule.Value)
	}
}

// given checks a value that the schema gives to a field.
func (c *schemaCheck) given(what string, f Field, value Value) {
	switch {
	case value.IsEmpty():
	case !f.Fits(value) || !f.Holds(value):
		c.refuse("%s %q is not of kind %q", what, value, f.Kind)
	case !c.sound[f.Name]: // Its pattern has been refused already.
	default:
		if wrong := f.complaintAbout(value); wrong != nil {
			c.refuse("%s %q is refused by the field itself (%s)", what, value, wrong.code)
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
		case field.ReadOnly:
			c.refuse("%s sets %q, which is read-only", where, name)
		default:
			c.given(fmt.Sprintf("%s sets %q to a value:", where, name), field, values[name])
		}
	}
}
