// Package printable makes text from elsewhere safe to show: on a terminal, in a log and on a page. Whatever another
// process or a remote server said goes through it before a person sees it.
package printable

import (
	"strings"
	"unicode"
)

// Line returns the text as one line that is safe to show: what is not UTF-8, control characters and
// characters that turn the direction of the text around them become U+FFFD each, line breaks and tabs become spaces.
func Line(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return Rune(r)
	}, text)
}

// Rune does the same with one character, but leaves line feed and tab as they are: they cannot do more than break a
// line.
func Rune(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', '\u202a' <= r && r <= '\u202e',
		'\u2066' <= r && r <= '\u2069':
		return unicode.ReplacementChar
	default:
		return r
	}
}

// Shortened returns the text, or its first characters and "…" when it has more than longest characters. Text that is
// not UTF-8 is cut between its bytes.
func Shortened(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	count := 0
	for at := range text {
		if count == longest {
			return text[:at] + "…"
		}
		count++
	}
	return text
}
