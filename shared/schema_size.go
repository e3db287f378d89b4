package shared

import (
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// sizes refuses a schema that is too large to be looked at.
func (c *schemaCheck) sizes() {
	s := c.schema
	fields, anyOf := 0, 0
	for field := range s.Fields() {
		fields++
		anyOf += c.fieldSizes(field)
	}
	for _, option := range s.Test.Options {
		anyOf += c.fieldSizes(option)
	}
	c.atMost("sections", len(s.Sections), maxSections)
	if fields == 0 {
		c.refuse("no fields")
	}
	c.atMost("fields", fields+len(s.Test.Options), maxFields)
	c.atMost("presets", len(s.Presets), maxPresets)
	c.atMost("prerequisites", len(s.Prerequisites), maxConditions)
	c.atMost("values in conditions", anyOf, maxAnyOf)
	for _, preset := range s.Presets {
		c.atMost("values of a preset", len(preset.Values), maxFields)
	}
	c.atMost("bytes of text", s.textSize(), maxSchemaText)
}

func (c *schemaCheck) atMost(what string, have, most int) {
	if have > most {
		c.refuse("%d %s, at most %d", have, what, most)
	}
}

// fieldSizes returns how many values the field's conditions have.
func (c *schemaCheck) fieldSizes(f Field) int {
	c.atMost("options of a choice", len(f.Options), maxOptions)
	c.atMost("conditional defaults of a field", len(f.DefaultWhen), maxConditions)
	anyOf := 0
	if f.VisibleWhen != nil {
		anyOf = len(f.VisibleWhen.AnyOf)
	}
	for _, rule := range f.DefaultWhen {
		anyOf += len(rule.When.AnyOf)
	}
	return anyOf
}

// textSize is how many bytes of text the schema has.
func (s Schema) textSize() int {
	size := textSize(s.Title, s.Description, s.Test.Label, s.SaveNote, s.SuggestLabel)
	for _, one := range s.Prerequisites {
		size += textSize(one.ID, one.Text)
	}
	for _, section := range s.Sections {
		size += textSize(section.Name, section.Title, section.Help)
	}
	for field := range s.Fields() {
		size += field.textSize()
	}
	for _, option := range s.Test.Options {
		size += option.textSize()
	}
	for _, preset := range s.Presets {
		size += textSize(preset.Name, preset.Label, preset.Note)
		for name, value := range preset.Values {
			size += textSize(name, value.text)
		}
	}
	return size
}

func (f Field) textSize() int {
	size := textSize(f.Name, f.Label, f.Help, string(f.Kind), f.Default.text, f.Pattern, f.Placeholder, f.Group)
	for _, option := range f.Options {
		size += textSize(option.Value, option.Label)
	}
	if f.VisibleWhen != nil {
		size += f.VisibleWhen.textSize()
	}
	for _, rule := range f.DefaultWhen {
		size += rule.When.textSize() + len(rule.Value.text)
	}
	return size
}

func (c Condition) textSize() int {
	size := len(c.Field)
	for _, value := range c.AnyOf {
		size += len(value.text)
	}
	return size
}

func textSize(texts ...string) int {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	return size
}

// patternSize is roughly how many instructions an expression is compiled to, and a number above maxPattern when there
// are more.
func patternSize(expression *syntax.Regexp) int {
	size := 1
	if expression.Op == syntax.OpLiteral {
		size = len(expression.Rune)
	}
	for _, sub := range expression.Sub {
		size += patternSize(sub)
	}
	if expression.Op == syntax.OpRepeat {
		size *= max(expression.Min+1, expression.Max, 1)
	}
	return min(size, maxPattern+1)
}

// circles refuses fields whose defaults or visibility depend on each other in a circle.
func (c *schemaCheck) circles(list []Field) {
	done := names{}
	var path []string
	var follow func(name string)
	follow = func(name string) {
		if at := slices.Index(path, name); at >= 0 {
			if circle := path[at:]; len(circle) > 1 { // One that depends on itself has been named already.
				c.refuse(
					"defaults and visibility depend on each other in a circle: %s",
					strings.Join(quoted(append(slices.Clone(circle), name)), " → "),
				)
			}
			return
		}
		if done[name] {
			return
		}
		path = append(path, name)
		for _, next := range c.declared[name].dependencies() {
			follow(next)
		}
		path = path[:len(path)-1]
		done[name] = true
	}
	for _, field := range list {
		follow(field.Name)
	}
}

// dependencies names the fields that the field's conditions look at.
func (f Field) dependencies() []string {
	var list []string
	if f.VisibleWhen != nil {
		list = append(list, f.VisibleWhen.Field)
	}
	for _, rule := range f.DefaultWhen {
		if !slices.Contains(list, rule.When.Field) {
			list = append(list, rule.When.Field)
		}
	}
	return list
}

func quoted(list []string) []string {
	marked := make([]string, len(list))
	for i, one := range list {
		marked[i] = strconv.Quote(one)
	}
	return marked
}
