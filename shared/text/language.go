package text

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Language writes texts in one language. The zero value is English. It may be used concurrently.
type Language struct {
	tag          string
	translations []translations
}

// Tag is the language's BCP 47 tag, such as "de".
func (l Language) Tag() string {
	if l.tag == "" {
		return english
	}
	return l.tag
}

// english is the language that messages are written in.
const english = "en"

// maxText bounds a text in bytes. Values may come from a stranger, such as the names in a certificate, and could be
// made to hold each other many times.
const maxText = 64 << 10

// longestName bounds a name in a message, in bytes.
const longestName = 64

// Render writes the text. What is longer than 64 KiB is cut.
func (l Language) Render(t Text) string {
	if t.message == "" {
		return cut(t.plain)
	}
	number, counted := t.number()
	written := l.translate(t.message, number, counted)
	if len(t.values) == 0 {
		return cut(written)
	}
	return l.fill(written, t.values)
}

// Message writes a message that has no values.
func (l Language) Message(message Message) string { return l.Render(Text{message: message}) }

func (t Text) number() (number int, counted bool) {
	for _, one := range t.values {
		if one.name == count {
			return one.number, true
		}
	}
	return 0, false
}

// translate returns the translation of a message, or the message.
func (l Language) translate(message Message, number int, counted bool) string {
	form := other
	if counted {
		form = l.form(number)
	}
	for _, known := range l.translations {
		if translated, is := known[message]; is {
			return translated.of(form)
		}
	}
	one, several, counts := strings.Cut(string(message), betweenForms)
	if counts && number != 1 {
		return several
	}
	return one
}

// form is the plural form of a whole number in the language (CLDR, cardinal).
func (l Language) form(number int) string {
	// MatchPlural wants the integer digits; a number without fraction has no more.
	return forms[plural.Cardinal.MatchPlural(language.Make(l.Tag()), max(number, -number), 0, 0, 0, 0)]
}

var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: other,
}

// other is the plural form that every message has.
const other = "other"

// fill puts values for the names that it has values for.
func (l Language) fill(written string, values []value) string {
	var filled strings.Builder
	for filled.Len() < maxText {
		before, rest, opened := strings.Cut(written, "{")
		filled.WriteString(before)
		if !opened {
			break
		}
		name, after, closed := strings.Cut(rest[:min(len(rest), longestName)], "}")
		after += rest[min(len(rest), longestName):]
		at := slices.IndexFunc(values, func(one value) bool { return one.name == name })
		if !closed || at < 0 {
			filled.WriteString("{")
			written = rest
			continue
		}
		filled.WriteString(l.Render(values[at].text))
		written = after
	}
	return cut(filled.String())
}

func cut(written string) string {
	if len(written) <= maxText {
		return written
	}
	return strings.ToValidUTF8(written[:maxText], "") + "…"
}

func sortedNames[T any](values map[string]T) []string { return slices.Sorted(maps.Keys(values)) }
