// Package phrase is texts for people in the reader's language.
//
// The program is written in English, and what it says is found in the code as it is said. A text whose parts differ from case
// to case is made by [Of], which keeps its parts apart; so it can be made now, kept in a database for a week, and be read in
// Japanese then. Where texts leave the program, a [Language] writes them: it looks the English text up in a [Catalogue] and
// fills the parts in. A text that the catalogue does not have is written in English.
package phrase

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// mark begins a phrase whose parts are apart. It is a control character that no text for people holds.
const mark = "\x1f"

// Of makes a phrase: an English text in which {name} stands for each part that differs, followed by names and values. A value
// may be a phrase itself; see also [Word]. Without pairs it is the text as it is.
func Of(english string, pairs ...any) string {
	if len(pairs) == 0 {
		return english
	}
	parts := make([]string, 1, len(pairs)+1)
	parts[0] = english
	for _, one := range pairs {
		parts = append(parts, fmt.Sprint(one))
	}
	return encode(parts)
}

// Word makes a phrase of a fixed text that is to be a part of another one and translated with it, such as a field's label.
func Word(english string) string { return encode([]string{english}) }

// Verbatim makes a phrase of a text that is never translated, such as what somebody has typed.
func Verbatim(text string) string { return encode([]string{"{text}", "text", text}) }

// Sentences puts phrases one after the other; empty ones are left out.
func Sentences(phrases ...string) string {
	given := slices.DeleteFunc(slices.Clone(phrases), func(one string) bool { return one == "" })
	switch n := len(given); n {
	case 0:
		return ""
	case 1:
		return given[0]
	default: // Halves, for a phrase in a phrase is quoted once more and each time twice as long.
		return Of("{sentence} {next}", "sentence", Part(Sentences(given[:n/2]...)), "next", Part(Sentences(given[n/2:]...)))
	}
}

// Part makes a text that may be a phrase already a part of another one.
func Part(text string) string {
	if HasParts(text) {
		return text
	}
	return Word(text)
}

// HasParts reports whether the text is a phrase whose parts are apart, which must not be cut or put together by hand.
func HasParts(text string) bool { return strings.HasPrefix(text, mark) }

func encode(parts []string) string {
	encoded, err := json.Marshal(parts)
	if err != nil {
		return parts[0] // Strings can always be encoded.
	}
	return mark + string(encoded)
}

// English writes a text in English.
func English(text string) string { return Language{}.Text(text) }

// decode returns the parts of a phrase. A plain text is its own only part.
func decode(text string) (english string, pairs []string) {
	encoded, marked := strings.CutPrefix(text, mark)
	if !marked {
		return text, nil
	}
	var parts []string
	if err := json.Unmarshal([]byte(encoded), &parts); err != nil || len(parts) == 0 {
		return text, nil
	}
	return parts[0], parts[1:]
}
