package settingstest

import "github.com/smtp-settings/smtp-settings/shared"

// exampleTexts are values that a field of the kind takes when it asks for nothing special.
var exampleTexts = map[shared.Kind]string{
	shared.KindBoolean: "true", shared.KindDecimal: "1", shared.KindList: "example", shared.KindMap: "example = example",
	shared.KindEmail: "somebody@example.com", shared.KindHostPort: "localhost:4000", shared.KindDuration: "30s",
	shared.KindByteSize: "1 MiB", shared.KindDate: "2030-01-31", shared.KindURL: "https://localhost",
}

// exampleValue makes a value for a field: its placeholder, its lower bound or what is usual.
func exampleValue(field shared.Field) shared.Value {
	if value, err := field.Parse(field.Placeholder); err == nil && !value.IsEmpty() {
		return value
	}
	switch field.Kind {
	case shared.KindInteger, shared.KindDecimal, shared.KindByteSize, shared.KindDuration, shared.KindDate:
		if !field.Min.IsEmpty() {
			return field.Min
		}
		if field.Kind == shared.KindInteger {
			return shared.Integer(1)
		}
	case shared.KindChoice, shared.KindChoices:
		if len(field.Options) > 0 {
			value, _ := field.Parse(field.Options[0].Value)
			return value
		}
	}
	typed, special := exampleTexts[field.Kind]
	switch {
	case field.Kind == shared.KindURL && len(field.Schemes) > 0:
		typed = field.Schemes[0] + "://localhost"
	case field.Kind == shared.KindList && exampleTexts[field.Items] != "":
		typed = exampleTexts[field.Items]
	case field.Kind == shared.KindMap && exampleTexts[field.Items] != "":
		typed = "example = " + exampleTexts[field.Items]
	case !special:
		typed = "example"
	}
	value, _ := field.Parse(typed)
	return value
}
