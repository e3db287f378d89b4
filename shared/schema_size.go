package shared

import (
	"iter"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// sizes refuses a schema that is too large to be looked at.
func (c *schemaCheck) sizes() {
	s := c.schema
	fields := 0
	var all weight
	for field := range s.everyField() {
		fields++
		c.fieldSizes(field, &all)
	}
	for _, action := range s.Actions {
		all.add(action.VisibleWhen, 1)
	}
	c.atMost("sections", len(s.Sections), maxSections)
	if !s.hasFields() {
		c.refuse("no fields")
	}
	c.atMost("fields", fields, maxFields)
	c.atMost("presets", len(s.Presets), maxPresets)
	c.atMost("prerequisites", len(s.Prerequisites), maxConditions)
	c.atMost("actions", len(s.Actions), maxActions)
	c.atMost("planned steps", len(s.Test.Plan), maxPlan)
	c.atMost("values in conditions", all.values, maxAnyOf)
	c.atMost("conditions", all.parts, maxParts)
	c.atMost("conditions in each other", all.depth, maxNesting)
	for _, preset := range s.Presets {
		c.atMost("values of a preset", len(preset.Values), maxFields)
	}
	if len(c.found) == 0 { // Otherwise there may be too much to be counted.
		c.atMost("bytes of text", s.textSize(), maxSchemaText)
	}
}

// everyField goes through the fields of the form, and the options of its test and actions.
func (s Schema) everyField() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for field := range s.Fields() {
			if !yield(field) {
				return
			}
		}
		for _, option := range s.Test.Options {
			if !yield(option) {
				return
			}
		}
		for _, action := range s.Actions {
			for _, option := range action.Options {
				if !yield(option) {
					return
				}
			}
		}
	}
}

func (s Schema) hasFields() bool {
	return slices.ContainsFunc(s.Sections, func(section Section) bool { return len(section.Fields) > 0 })
}

func (c *schemaCheck) atMost(what string, have, most int) {
	if have > most {
		c.refuse("%d %s, at most %d", have, what, most)
	}
}

// fieldSizes adds what the field's conditions weigh.
func (c *schemaCheck) fieldSizes(f Field, all *weight) {
	c.atMost("options of a choice", len(f.Options), maxOptions)
	c.atMost("conditional defaults of a field", len(f.DefaultWhen), maxConditions)
	c.atMost("schemes", len(f.Schemes), maxNames)
	c.atMost("kinds of files", len(f.Accept), maxNames)
	c.atMost("former names", len(f.Formerly), maxNames)
	for _, condition := range f.conditions() {
		if !condition.IsZero() {
			all.add(condition, 1)
		}
	}
}

// textSize is how many bytes of text the schema has.
func (s Schema) textSize() int {
	size := textSize(s.Title, s.Description, s.Test.Label, s.SaveNote)
	for _, one := range s.Prerequisites {
		size += textSize(one.ID, one.Text)
	}
	for _, section := range s.Sections {
		size += textSize(section.Name, section.Title, section.Help)
	}
	for field := range s.everyField() {
		size += field.textSize()
	}
	for _, step := range s.Test.Plan {
		size += textSize(step.ID, step.Label, step.Detail)
	}
	for _, action := range s.Actions {
		size += textSize(action.Name, action.Label, action.Help, action.Confirm) + action.VisibleWhen.textSize()
	}
	for _, preset := range s.Presets {
		size += textSize(preset.Name, preset.Label, preset.Note)
		for name, value := range preset.Values {
			size += len(name) + value.size()
		}
	}
	return size
}

func (f Field) textSize() int {
	size := textSize(
		f.Name, f.Label, f.Help, string(f.Kind), f.Pattern, f.PatternMessage, f.OptionsFrom, f.Action, string(f.Items),
		f.KeyLabel, f.ItemLabel, string(f.Display), f.Unit, f.Link.Text, f.Link.URL, f.Placeholder, f.Group, f.Deprecated,
	) + textSize(f.Schemes...) + textSize(f.Accept...) + textSize(f.Formerly...)
	for _, value := range []Value{f.Default, f.Min, f.Max} {
		size += value.size()
	}
	for _, option := range f.Options {
		size += textSize(option.Value, option.Label)
	}
	for _, condition := range f.conditions() {
		size += condition.textSize()
	}
	for _, rule := range f.DefaultWhen {
		size += rule.Value.size()
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
	done, open := names{}, names{}
	var path []string
	var follow func(name string)
	follow = func(name string) {
		if open[name] {
			if circle := path[slices.Index(path, name):]; len(circle) > 1 { // One that depends on itself has been named already.
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
		path, open[name] = append(path, name), true
		for _, next := range c.declared[name].dependencies() {
			follow(next)
		}
		path = path[:len(path)-1]
		open[name], done[name] = false, true
	}
	for _, field := range list {
		follow(field.Name)
	}
}

// dependencies names the fields that the field's default and visibility depend on. Whether it is required or enabled
// decides about nothing else.
func (f Field) dependencies() []string {
	list := f.VisibleWhen.fields(nil)
	for _, rule := range f.DefaultWhen {
		list = rule.When.fields(list)
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
