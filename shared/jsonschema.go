package shared

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// jsonSchemaDialect is draft 2020-12.
const jsonSchemaDialect = "https://json-schema.org/draft/2020-12/schema"

// JSONSchema exports the shape of the page's values as a JSON Schema (draft 2020-12) for other tools. A document names
// only what is given: no value is empty. What JSON Schema has no word for is left out: what one field says of another
// (a conditionally visible or required field is not required, and a hidden one is judged as well), what other letters
// than those of ASCII may stand in an e-mail address, and the bounds of durations, which are told in $comment. ReadOnly
// fields are no values. Secrets are in it, but never required, for a stored one is kept.
//
// All else that [Schema.Validate] refuses for its form is refused by the schema, and the reverse.
func (s Schema) JSONSchema() ([]byte, error) {
	properties := map[string]any{}
	var required []string
	for field := range s.Fields() {
		if field.ReadOnly {
			continue
		}
		property, err := field.jsonSchema()
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", field.Name, err)
		}
		properties[field.Name] = property
		if field.alwaysRequired() {
			required = append(required, field.Name)
		}
	}
	schema := map[string]any{
		"$schema": jsonSchemaDialect, "title": s.Title, "type": "object",
		"properties": properties, "additionalProperties": false,
	}
	if s.Description != "" {
		schema["description"] = s.Description
	}
	if len(required) > 0 {
		schema["required"] = required
	}
	return json.MarshalIndent(schema, "", "  ")
}

// alwaysRequired reports whether the field must be given, whatever the others are.
func (f Field) alwaysRequired() bool {
	return f.Required && !f.Sensitive && f.VisibleWhen.IsZero() && f.EnabledWhen.IsZero() && f.Default.IsEmpty() &&
		len(f.DefaultWhen) == 0 && f.Kind != KindBoolean
}

type property map[string]any

func (p property) set(facet string, value any, given bool) {
	if given {
		p[facet] = value
	}
}

func (f Field) jsonSchema() (property, error) {
	p := property{"title": f.Label}
	p.set("description", f.Help, f.Help != "")
	p.set("default", f.Default, !f.Default.IsEmpty())
	p.set("writeOnly", true, f.Sensitive)
	p.set("deprecated", true, f.Deprecated != "")
	p.set("examples", []string{f.Placeholder}, f.Placeholder != "" && f.Kind.Form() == FormText)
	if f.Sensitive {
		p["type"] = "string"
		p.set("minLength", f.Min, !f.Min.IsEmpty())
		p.set("maxLength", f.Max, !f.Max.IsEmpty())
		return p, nil
	}
	switch f.Kind.Form() {
	case FormBoolean:
		p["type"] = "boolean"
	case FormInteger, FormDecimal:
		f.jsonNumber(p)
	case FormList, FormMap:
		return p, f.jsonEntries(p)
	default:
		return p, f.jsonString(p)
	}
	return p, nil
}

func (f Field) jsonNumber(p property) {
	p["type"] = "integer"
	if f.Kind == KindDecimal {
		p["type"] = "number"
	}
	least, most := f.bounds()
	p.set("minimum", least, !least.IsEmpty())
	p.set("maximum", most, !most.IsEmpty())
}

// jsonString says what a text looks like. Where several patterns count, they stand beside each other.
func (f Field) jsonString(p property) error {
	p["type"] = "string"
	if f.Kind == KindChoice && f.OptionsFrom == "" {
		p["enum"] = f.optionValues()
		return nil
	}
	least, most := f.bounds()
	if kinds[f.Kind].bounded == byLength {
		shortest, _ := least.AsInteger()
		p["minLength"] = max(shortest, 1)
		p.set("maxLength", most, !most.IsEmpty())
	} else {
		p["minLength"] = 1
	}
	patterns := f.textPatterns()
	switch {
	case f.Kind == KindEmail:
		longest, given := most.AsInteger()
		p["maxLength"] = maxEmailLength
		if given {
			p["maxLength"] = min(longest, maxEmailLength)
		}
	case f.Kind == KindDuration && (!least.IsEmpty() || !most.IsEmpty()):
		p["$comment"] = fmt.Sprintf("at least %s, at most %s", cmp.Or(least.String(), "0"), cmp.Or(most.String(), "any"))
	case f.Kind == KindDate:
		patterns = append(patterns, dateBounds(least.text, most.text)...)
	}
	return p.patterns(patterns)
}

// patterns says what the whole of a text matches.
func (p property) patterns(patterns []string) error {
	var each []any
	for _, pattern := range patterns {
		translated, err := ecmaPattern(pattern)
		if err != nil {
			return err
		}
		each = append(each, property{"pattern": translated})
	}
	if len(each) == 1 {
		p["pattern"] = each[0].(property)["pattern"]
		return nil
	}
	p.set("allOf", each, len(each) > 1)
	return nil
}

const (
	lineCharacters  = `[^\x00-\x1F\x7F-\x{9F}]*`
	linesCharacters = `[^\x00]*`
)

// textPatterns are the expressions that a text of the field matches.
func (f Field) textPatterns() []string {
	traits := kinds[f.Kind]
	var list []string
	switch {
	case f.Kind == KindURL:
		list = append(list, f.schemePattern()+urlRest)
	case f.Kind == KindEmail:
		list = append(list, emailPattern, lineCharacters)
	case traits.pattern != "":
		list = append(list, traits.pattern)
	case traits.lines:
		list = append(list, linesCharacters)
	default:
		list = append(list, lineCharacters)
	}
	if f.Pattern != "" {
		list = append(list, f.Pattern)
	}
	return list
}

func (f Field) optionValues() []string {
	var values []string
	for _, option := range f.Options {
		if option.Value != "" {
			values = append(values, option.Value)
		}
	}
	return values
}

// jsonEntries says what the entries of a list or a map look like.
func (f Field) jsonEntries(p property) error {
	least, most := f.bounds()
	fewest, _ := least.AsInteger()
	entry := property{"type": "string"}
	var err error
	if f.Kind == KindChoices && f.OptionsFrom == "" {
		entry["enum"] = f.optionValues()
	} else {
		err = f.entryField().jsonString(entry)
		if longest, given := entry["maxLength"].(int); !given || longest > maxEntryLength {
			entry["maxLength"] = maxEntryLength
		}
	}
	if f.Kind == KindMap {
		p["type"], p["additionalProperties"] = "object", entry
		key := property{"minLength": 1, "maxLength": maxEntryLength, "type": "string"}
		p["propertyNames"], p["minProperties"], p["maxProperties"] = key, max(fewest, 1), most
		return errors.Join(err, key.patterns([]string{lineCharacters}))
	}
	p["type"], p["items"], p["minItems"], p["maxItems"] = "array", entry, max(fewest, 1), most
	p.set("uniqueItems", true, f.Kind == KindChoices)
	return err
}

// dateBounds are expressions for days that are not before the first and not after the last one, either of which may be
// empty. Days are written with as many digits each.
func dateBounds(first, last string) []string {
	var list []string
	if first != "" {
		list = append(list, digitsBeyond(first, func(digit byte) string { return digitRange(digit+1, '9') }))
	}
	if last != "" {
		list = append(list, digitsBeyond(last, func(digit byte) string { return digitRange('0', digit-1) }))
	}
	return list
}

// digitsBeyond matches the text itself, and those that have another digit in one place, and then any.
func digitsBeyond(text string, other func(digit byte) string) string {
	pattern := text
	for i := range len(text) {
		if class := other(text[i]); text[i] != '-' && class != "" {
			pattern += "|" + text[:i] + class + ".*"
		}
	}
	return pattern
}

func digitRange(from, to byte) string {
	if from > to || to > '9' || from < '0' {
		return ""
	}
	return fmt.Sprintf("[%c-%c]", from, to)
}
