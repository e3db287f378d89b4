package shared

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Validate does the checks that the schema alone allows: declared fields, kinds, required fields, bounds, patterns and
// options. A plugin calls it first in its own Validate and adds what only it knows. values are the values that would be
// in force; secretSet tells whether the named sensitive field would be set. At most one Diagnostic per field comes back,
// in the order of the schema; then one for each name that is not declared.
func (s Schema) Validate(values Values, secretSet func(field string) bool) Diagnostics {
	var found Diagnostics
	for field := range s.Fields() {
		if s.Visible(field, values) {
			found = append(found, s.validateField(field, values, secretSet)...)
		}
	}
	for _, name := range values.Names() {
		if field, ok := s.Field(name); !ok || field.Sensitive {
			found = append(found, Diagnostic{
				Severity: SeverityError, Code: "unknown_field",
				Summary: fmt.Sprintf("There is no field %q here.", name),
				Detail:  "The fields are " + strings.Join(s.valueNames(), ", ") + ".",
			})
		}
	}
	return found
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

func (s Schema) validateField(field Field, values Values, secretSet func(string) bool) Diagnostics {
	fail := func(code, format string, args ...any) Diagnostics {
		return Diagnostics{{Severity: SeverityError, Code: code, Field: field.Name, Summary: fmt.Sprintf(format, args...)}}
	}
	if field.Sensitive {
		if field.Required && !secretSet(field.Name) {
			return fail("required", "“%s” must be filled in.", field.Label)
		}
		return nil
	}
	value := s.Effective(field.Name, values)
	if value.IsEmpty() {
		if field.Required {
			return fail("required", "“%s” must be filled in.", field.Label)
		}
		return nil
	}
	if !field.Fits(value) {
		return fail(misfit[field.Kind].code, "“%s” must be %s.", field.Label, misfit[field.Kind].expected)
	}
	if number, ok := value.AsInteger(); ok {
		if field.Min != nil && number < *field.Min || field.Max != nil && number > *field.Max {
			return fail("out_of_range", "“%s” must be %s.", field.Label, bounds(field, ""))
		}
		return nil
	}
	text, isText := value.AsText()
	if !isText {
		return nil
	}
	if field.Kind != KindMultiline && strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsRune(text, 0) {
		return fail("control_character", "“%s” contains a line break or another control character.", field.Label)
	}
	if n := int64(utf8.RuneCountInString(text)); field.Min != nil && n < *field.Min || field.Max != nil && n > *field.Max {
		return fail("wrong_length", "“%s” must have %s.", field.Label, bounds(field, " characters"))
	}
	if field.Kind == KindEmail && !IsEmailAddress(text) {
		return fail("not_an_address", "“%s” must be an e-mail address such as notifications@example.com.", field.Label)
	}
	if field.Pattern != "" && !regexp.MustCompile(`^(?:`+field.Pattern+`)$`).MatchString(text) {
		return fail("wrong_form", "“%s” does not have the expected form.", field.Label)
	}
	return nil
}

var misfit = map[Kind]struct{ code, expected string }{
	KindText:      {"not_text", "text"},
	KindMultiline: {"not_text", "text"},
	KindEmail:     {"not_text", "text"},
	KindInteger:   {"not_a_number", "a whole number"},
	KindBoolean:   {"not_a_boolean", "true or false"},
	KindChoice:    {"not_an_option", "one of the given options"},
	KindDuration:  {"not_a_duration", "a length of time such as 30s or 2m"},
}

func bounds(field Field, unit string) string {
	switch {
	case field.Min == nil:
		return fmt.Sprintf("at most %d%s", *field.Max, unit)
	case field.Max == nil:
		return fmt.Sprintf("at least %d%s", *field.Min, unit)
	default:
		return fmt.Sprintf("between %d and %d%s", *field.Min, *field.Max, unit)
	}
}

// IsEmailAddress reports whether text is one bare e-mail address: no display name, no angle brackets, no comment.
// Addresses with letters outside ASCII and with a domain of one word are addresses; a domain with letters outside ASCII must
// have a form in ASCII (RFC 5891).
func IsEmailAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || strings.ContainsAny(text, "<>()\"\\ \t,;:") && !isAddressLiteral(text) {
		return false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	domain := text[strings.LastIndexByte(text, '@')+1:]
	if strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if _, err := idna.Lookup.ToASCII(domain); err != nil {
			return false
		}
	}
	return parsed.Address == text && utf8.RuneCountInString(text) <= 254
}

var addressLiteral = regexp.MustCompile(`^[^\s<>()"\\,;:@]+@\[[0-9A-Fa-f:.IPv]+\]$`)

func isAddressLiteral(text string) bool { return addressLiteral.MatchString(text) }

// ValidateOptions checks the options of a test in the same way.
func (t TestAction) ValidateOptions(values Values) Diagnostics {
	options := Schema{Sections: []Section{{Fields: slices.Clone(t.Options)}}}
	return options.Validate(values, func(string) bool { return false })
}
