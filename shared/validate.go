package shared

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Validate does the checks that the schema alone allows: declared fields, kinds, required fields, bounds, patterns and
// options. A plugin calls it first in its own Validate and adds what only it knows. values are the values that would be
// in force; secretSet tells whether the named sensitive field would be set. At most one Diagnostic per field comes back,
// in the order of the schema; then one for each name that is not declared. The texts are English; see [Schema.Phrases].
func (s Schema) Validate(values Values, secretSet func(field string) bool) Diagnostics {
	return s.Phrases(values, secretSet).In(phrase.Language{})
}

// Phrases does the same and leaves the texts as phrases, for a page that speaks several languages: [Diagnostics.In] writes
// them, with a catalogue that [Catalogue] stands behind.
func (s Schema) Phrases(values Values, secretSet func(field string) bool) Diagnostics {
	var found Diagnostics
	follows := s.Evaluate(values)
	for field := range s.Fields() {
		if follows.Visible(field) {
			found = append(found, validateField(field, follows.Effective(field.Name), secretSet)...)
		}
	}
	for _, name := range values.Names() {
		if field := follows.fields[name]; field == nil || field.Sensitive {
			found = append(found, Diagnostic{
				Severity: SeverityError, Code: "unknown_field",
				Summary: phrase.Of("There is no field “{name}” here.", "name", name),
				Detail:  phrase.Of("The fields are {names}.", "names", strings.Join(s.valueNames(), ", ")),
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

func validateField(field Field, value Value, secretSet func(string) bool) Diagnostics {
	fail := func(code, english string, expected ...any) Diagnostics {
		pairs := append([]any{"field", phrase.Word(field.Label)}, expected...)
		return Diagnostics{{Severity: SeverityError, Code: code, Field: field.Name, Summary: phrase.Of(english, pairs...)}}
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
		return fail(misfit[field.Kind].code, misfit[field.Kind].text)
	}
	if number, ok := value.AsInteger(); ok {
		if field.Min != nil && number < *field.Min || field.Max != nil && number > *field.Max {
			return fail("out_of_range", "“{field}” must be {bounds}.", "bounds", numberBounds(field))
		}
		return nil
	}
	text, isText := value.AsText()
	if !isText {
		return nil
	}
	if !field.Holds(value) {
		return fail("control_character", "“{field}” contains a line break or another control character.")
	}
	if n := int64(utf8.RuneCountInString(text)); field.Min != nil && n < *field.Min || field.Max != nil && n > *field.Max {
		return fail("wrong_length", "“{field}” must have {bounds}.", "bounds", lengthBounds(field))
	}
	if field.Kind == KindEmail && !IsEmailAddress(text) {
		return fail("not_an_address", "“{field}” must be an e-mail address such as notifications@example.com.")
	}
	if field.Pattern != "" && !regexp.MustCompile(`^(?:`+field.Pattern+`)$`).MatchString(text) {
		return fail("wrong_form", "“{field}” does not have the expected form.")
	}
	return nil
}

var misfit = map[Kind]struct{ code, text string }{
	KindText:      {"not_text", phrase.Of("“{field}” must be text.")},
	KindMultiline: {"not_text", phrase.Of("“{field}” must be text.")},
	KindEmail:     {"not_text", phrase.Of("“{field}” must be text.")},
	KindInteger:   {"not_a_number", phrase.Of("“{field}” must be a whole number.")},
	KindBoolean:   {"not_a_boolean", phrase.Of("“{field}” must be true or false.")},
	KindChoice:    {"not_an_option", phrase.Of("“{field}” must be one of the given options.")},
	KindDuration:  {"not_a_duration", phrase.Of("“{field}” must be a length of time such as 30s or 2m.")},
}

func numberBounds(field Field) string {
	switch {
	case field.Min == nil:
		return phrase.Of("at most {max}", "max", *field.Max)
	case field.Max == nil:
		return phrase.Of("at least {min}", "min", *field.Min)
	default:
		return phrase.Of("between {min} and {max}", "min", *field.Min, "max", *field.Max)
	}
}

func lengthBounds(field Field) string {
	switch {
	case field.Min == nil:
		return phrase.Of("at most {max} characters", "max", *field.Max)
	case field.Max == nil:
		return phrase.Of("at least {min} characters", "min", *field.Min)
	default:
		return phrase.Of("between {min} and {max} characters", "min", *field.Min, "max", *field.Max)
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

// ValidateOptions checks the options of a test as [Schema.Validate] does the fields.
func (t TestAction) ValidateOptions(values Values) Diagnostics {
	return t.OptionPhrases(values).In(phrase.Language{})
}

// OptionPhrases checks the options of a test as [Schema.Phrases] does the fields.
func (t TestAction) OptionPhrases(values Values) Diagnostics {
	options := Schema{Sections: []Section{{Fields: slices.Clone(t.Options)}}}
	return options.Phrases(values, func(string) bool { return false })
}
