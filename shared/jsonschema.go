package shared

import "encoding/json"

// jsonSchemaDialect is draft 2020-12.
const jsonSchemaDialect = "https://json-schema.org/draft/2020-12/schema"

// JSONSchema exports the shape of the page's values as a JSON Schema (draft 2020-12) for other tools. What JSON Schema
// has no word for, such as conditional defaults and visibility, is left out; a conditionally visible field is not
// required.
func (s Schema) JSONSchema() ([]byte, error) {
	properties := map[string]any{}
	var required []string
	for field := range s.Fields() {
		properties[field.Name] = field.jsonSchema()
		if field.Required && field.VisibleWhen == nil {
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

func (f Field) jsonSchema() map[string]any {
	property := map[string]any{"title": f.Label, "type": "string"}
	set := func(facet string, value any, given bool) {
		if given {
			property[facet] = value
		}
	}
	set("description", f.Help, f.Help != "")
	set("default", f.Default, !f.Default.IsEmpty())
	set("writeOnly", true, f.Sensitive)
	set("pattern", "^(?:"+f.Pattern+")$", f.Pattern != "")
	set("examples", []string{f.Placeholder}, f.Placeholder != "")
	shortest, longest := "minLength", "maxLength"
	switch f.Kind {
	case KindInteger:
		property["type"], shortest, longest = "integer", "minimum", "maximum"
	case KindBoolean:
		property["type"] = "boolean"
	case KindEmail:
		property["format"] = "email"
	case KindChoice:
		var values []string
		for _, option := range f.Options {
			values = append(values, option.Value)
		}
		property["enum"] = values
	}
	set(shortest, f.Min, f.Min != nil)
	set(longest, f.Max, f.Max != nil)
	return property
}
