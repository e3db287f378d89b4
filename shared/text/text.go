// Package text is what a program says to people, in the language of the one who reads it.
//
// The program is written in English. A [Message] is one English sentence or label with names in braces for what differs
// from case to case; a [Text] is a message together with those values. A text is not written in any language yet, so it
// can be made now, kept in a database for a week, and be read in Japanese then: [Language.Render] turns it into a
// string, at the edge of the program and nowhere else. What the translations of the language's [Catalog] do not have is
// written in English.
package text

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Message is an English text in which {name} stands for a value. It is the key of its translations, so it is always a
// constant of the program: what is typed by people or said by servers is a value of a message, or [Plain].
//
// The number that stands for {count} decides on the plural form, by the rules that CLDR has for the language. A message
// in which the words differ has both forms that English has, the one for 1 first: "a minute ago || {count} minutes
// ago". The number need not be shown: "{names} was changed || {names} were changed".
type Message string

// betweenForms stands between the two forms of English.
const betweenForms = " || "

// count is the name of the value that decides on the plural form.
const count = "count"

// Text is what is said. The zero value says nothing. A text does not change, and may be used concurrently.
type Text struct {
	message Message
	values  []value
	// plain is what is said where there is no message.
	plain string
}

// value is what stands for a name in a message.
type value struct {
	name string
	text Text
	// number is the value of {count}.
	number int
}

// Of makes a text of a message and of names and values in turn, as package log/slog has them. A value that is a Text or
// a Message is written in the reader's language too; any other is written as fmt.Sprint does and is the same in all
// languages. A name that the message does not have counts for nothing, and one that has no value stays as it is:
// {name}.
func Of(message Message, pairs ...any) Text {
	t := Text{message: message}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		t.values = append(t.values, valueOf(name, pairs[i+1]))
	}
	return t
}

func valueOf(name string, given any) value {
	switch given := given.(type) {
	case Text:
		return value{name: name, text: given}
	case Message:
		return value{name: name, text: Text{message: given}}
	default:
		return value{name: name, text: Plain(fmt.Sprint(given)), number: wholeNumber(given)}
	}
}

// wholeNumber is the number that decides on the plural form where it is {count}; of what is none it is 0.
func wholeNumber(given any) int {
	switch number := reflect.ValueOf(given); {
	case number.CanInt():
		return int(number.Int())
	case number.CanUint():
		return int(min(number.Uint(), math.MaxInt))
	default:
		return 0
	}
}

// Plain makes a text that is the same in every language: a name, a number, what a server said.
func Plain(words string) Text { return Text{plain: words} }

// next puts one sentence behind another. Some languages have no blank between them.
const next Message = "{sentence} {next}"

// Join puts sentences one behind the other. Those that say nothing are left out.
func Join(sentences ...Text) Text {
	var joined Text
	for _, one := range sentences {
		switch {
		case one.IsZero():
		case joined.IsZero():
			joined = one
		default:
			joined = Of(next, "sentence", joined, "next", one)
		}
	}
	return joined
}

// IsZero reports whether the text says nothing.
func (t Text) IsZero() bool { return t.message == "" && t.plain == "" }

// String is the text in English, for logs and errors.
func (t Text) String() string { return Language{}.Render(t) }

// Names are the names in braces of the message, in the order in which they stand, each once.
func (m Message) Names() []string {
	var names []string
	for rest := string(m); ; {
		_, after, opened := strings.Cut(rest, "{")
		name, behind, closed := strings.Cut(after, "}")
		if !opened || !closed {
			return names
		}
		if isName(name) {
			names = appendNew(names, name)
			rest = behind
		} else {
			rest = after
		}
	}
}

func isName(name string) bool {
	return name != "" && len(name) < longestName && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

func appendNew(names []string, name string) []string {
	for _, known := range names {
		if known == name {
			return names
		}
	}
	return append(names, name)
}
