package shared

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

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
// in force; secretSet tells whether the named sensitive field would be set. At most one Diagnostic per field comes
// back, in the order of the schema; then one for each name that is not declared. The texts are English; a plugin that
// speaks several languages asks for the Violations.
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
	var found []Violation
	follows := s.Evaluate(values)
	for field := range s.Fields() {
		if !follows.Visible(field) {
			continue
		}
		if one := violationOf(field, follows.Effective(field.Name), secretSet, label); one != nil {
			found = append(found, *one)
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

// violationOf returns the first thing that is wrong with a field, nil when there is none.
func violationOf(field Field, value Value, secretSet func(string) bool, label func(Field) text.Text) *Violation {
	fail := func(code string, message text.Message, expected ...any) *Violation {
		pairs := append([]any{"field", label(field)}, expected...)
		return &Violation{Code: code, Field: field.Name, Summary: text.Of(message, pairs...)}
	}
	if field.Sensitive {
		if field.Required && !secretSet(field.Name) {
			return fail("required", "“{field}” must be filled in.")
		}
		return nil
	}
	if value.IsEmpty() {
		if field.Required {
			return fail("required", "“{field}” must be filled in.")
		}
		return nil
	}
	if !field.Fits(value) {
		return fail(misfit[field.Kind].code, misfit[field.Kind].message)
	}
	if number, ok := value.AsInteger(); ok {
		if field.Min != nil && number < *field.Min || field.Max != nil && number > *field.Max {
			return fail("out_of_range", "“{field}” must be {bounds}.", "bounds", numberBounds(field))
		}
		return nil
	}
	return textViolation(field, value, fail)
}

// textViolation is violationOf for what is typed as text.
func textViolation(field Field, value Value, fail func(string, text.Message, ...any) *Violation) *Violation {
	typed, isText := value.AsText()
	if !isText {
		return nil
	}
	if !field.Holds(value) {
		return fail("control_character", "“{field}” contains a line break or another control character.")
	}
	length := int64(utf8.RuneCountInString(typed))
	if field.Min != nil && length < *field.Min || field.Max != nil && length > *field.Max {
		return fail("wrong_length", "“{field}” must have {bounds}.", "bounds", lengthBounds(field))
	}
	if field.Kind == KindEmail && !IsEmailAddress(typed) {
		return fail("not_an_address", "“{field}” must be an e-mail address such as notifications@example.com.")
	}
	if field.Pattern != "" && !regexp.MustCompile(`^(?:`+field.Pattern+`)$`).MatchString(typed) {
		return fail("wrong_form", "“{field}” does not have the expected form.")
	}
	return nil
}

var misfit = map[Kind]struct {
	code    string
	message text.Message
}{
	KindText:      {"not_text", "“{field}” must be text."},
	KindMultiline: {"not_text", "“{field}” must be text."},
	KindEmail:     {"not_text", "“{field}” must be text."},
	KindInteger:   {"not_a_number", "“{field}” must be a whole number."},
	KindBoolean:   {"not_a_boolean", "“{field}” must be true or false."},
	KindChoice:    {"not_an_option", "“{field}” must be one of the given options."},
	KindDuration:  {"not_a_duration", "“{field}” must be a length of time such as 30s or 2m."},
}

func numberBounds(field Field) text.Text {
	switch {
	case field.Min == nil:
		return text.Of("at most {max}", "max", *field.Max)
	case field.Max == nil:
		return text.Of("at least {min}", "min", *field.Min)
	default:
		return text.Of("between {min} and {max}", "min", *field.Min, "max", *field.Max)
	}
}

func lengthBounds(field Field) text.Text {
	switch {
	case field.Min == nil:
		return text.Of("at most {count} character || at most {count} characters", "count", *field.Max)
	case field.Max == nil:
		return text.Of("at least {count} character || at least {count} characters", "count", *field.Min)
	default:
		return text.Of("between {min} and {count} character || between {min} and {count} characters",
			"min", *field.Min, "count", *field.Max)
	}
}

// IsEmailAddress reports whether address is one bare e-mail address: no display name, no angle brackets, no comment.
// Addresses with letters outside ASCII and with a domain of one word are addresses; a domain with letters outside ASCII
// must have a form in ASCII (RFC 5891).
func IsEmailAddress(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || strings.ContainsAny(address, "<>()\"\\ \t,;:") && !isAddressLiteral(address) {
		return false
	}
	if strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	domain := address[strings.LastIndexByte(address, '@')+1:]
	if strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if _, err := idna.Lookup.ToASCII(domain); err != nil {
			return false
		}
	}
	return parsed.Address == address && utf8.RuneCountInString(address) <= 254
}

var addressLiteral = regexp.MustCompile(`^[^\s<>()"\\,;:@]+@\[[0-9A-Fa-f:.IPv]+\]$`)

func isAddressLiteral(address string) bool { return addressLiteral.MatchString(address) }

// ValidateOptions checks the options of a test as [Schema.Validate] does the fields.
func (t TestAction) ValidateOptions(values Values) Diagnostics {
	return t.schema().Validate(values, noSecret)
}

// Violations checks the options of a test as [Schema.Violations] does the fields.
func (t TestAction) Violations(values Values, label func(Field) text.Text) []Violation {
	return t.schema().Violations(values, noSecret, label)
}

func (t TestAction) schema() Schema {
	return Schema{Sections: []Section{{Fields: slices.Clone(t.Options)}}}
}

func noSecret(string) bool { return false }
