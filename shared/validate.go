package shared

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Violation is what a schema or the contract does not allow, not yet written in a language.
type Violation struct {
	// Code is the stable name of the violation, such as "out_of_range".
	Code string
	// Field is the name of the field; empty when it concerns none that is declared.
	Field string
	// Summary is one sentence; Detail says what would be allowed, or nothing.
	Summary, Detail text.Text
}

// In writes the violation as a finding for the reader.
func (v Violation) In(reader text.Language) Diagnostic {
	return Diagnostic{
		Severity: SeverityError, Code: v.Code, Field: v.Field, Summary: reader.Render(v.Summary),
		Detail: reader.Render(v.Detail),
	}
}

// Validate does the checks that the schema alone allows: declared fields, kinds, required fields, bounds, patterns and
// options. A plugin calls it first in its own Validate and adds what only it knows. values are the values that would be
// in force; secretSet tells whether the named sensitive field would be set, nil that none would. At most one Diagnostic
// per field comes back, in the order of the schema; then one for each name that is not declared. The texts are English;
// a plugin that speaks several languages asks for the Violations.
func (s Schema) Validate(values Values, secretSet func(field string) bool) Diagnostics {
	var found Diagnostics
	for _, one := range s.Violations(values, secretSet, nil) {
		found = append(found, one.In(text.Language{}))
	}
	return found
}

// Violations does the checks of Validate and leaves the language open. label is what a field is called in any of them;
// nil means its Label. Package translations has the texts.
func (s Schema) Violations(values Values, secretSet func(field string) bool, label func(Field) text.Text) []Violation {
	if label == nil {
		label = func(field Field) text.Text { return text.Plain(field.Label) }
	}
	if secretSet == nil {
		secretSet = func(string) bool { return false }
	}
	var found []Violation
	follows := s.Evaluate(values)
	for field := range s.Fields() {
		if one := follows.complaintOf(field, secretSet); one != nil {
			found = append(found, *one.about(field, label))
		}
	}
	for _, name := range values.Names() {
		if field := follows.fields[name]; field == nil || field.Sensitive {
			found = append(found, Violation{
				Code:    "unknown_field",
				Summary: text.Of("There is no field “{name}” here.", "name", name),
				Detail:  s.namedFields(),
			})
		}
	}
	return found
}

// namedFields says which fields there are.
func (s Schema) namedFields() text.Text {
	names := s.valueNames()
	return text.Of("The field is {names}. || The fields are {names}.", "names", strings.Join(names, ", "),
		"count", len(names))
}

func (s Schema) valueNames() []string {
	var names []string
	for field := range s.Fields() {
		if !field.Sensitive {
			names = append(names, field.Name)
		}
	}
	return names
}

// ValidateOptions checks the options of a test as [Schema.Validate] does the fields.
func (t TestAction) ValidateOptions(values Values) Diagnostics { return t.Form().Validate(values, nil) }

// Violations checks the options of a test as [Schema.Violations] does the fields.
func (t TestAction) Violations(values Values, label func(Field) text.Text) []Violation {
	return t.Form().Violations(values, nil, label)
}
