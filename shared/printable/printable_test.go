package printable_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"grüße, 長い \U0001F600":     "grüße, 長い \U0001F600",
		"a\nb\tc\r\nd":             "a b c  d",
		"\x1b]0;owned\x07":         "\uFFFD]0;owned\uFFFD",
		"a\x00b\x7fc\u0085d":       "a\uFFFDb\uFFFDc\uFFFDd",
		"caf\xe9":                  "caf\uFFFD",
		"\u202eevil\u2066x\u2069":  "\uFFFDevil\uFFFDx\uFFFD",
		"line\u2028break\u2029end": "line\uFFFDbreak\uFFFDend",
		"zero\u200dwidth\u00adok":  "zero\u200dwidth\u00adok",
	} {
		if got := printable.Line(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestRune(t *testing.T) {
	for r, want := range map[rune]rune{
		'a': 'a', '\n': '\n', '\t': '\t', '\r': unicode.ReplacementChar, '\x1b': unicode.ReplacementChar, '長': '長',
	} {
		if got := printable.Rune(r); got != want {
			t.Errorf("%q became %q, want %q", r, got, want)
		}
	}
}

func TestShortened(t *testing.T) {
	for _, test := range []struct {
		text    string
		longest int
		want    string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc…"},
		{"長い文", 3, "長い文"},
		{"長い文章", 3, "長い文…"},
		{"a", 0, "…"},
	} {
		if got := printable.Shortened(test.text, test.longest); got != test.want {
			t.Errorf("%q cut to %d became %q, want %q", test.text, test.longest, got, test.want)
		}
	}
}

// FuzzLine looks for a text that is not safe to show afterwards, or that the second time changes again.
func FuzzLine(f *testing.F) {
	for _, text := range []string{"", "a\nb", "\x1b[2J", "\xff\xfe", "\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := printable.Line(text)
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || printable.Line(line) != line {
			t.Errorf("%q became %q", text, line)
		}
	})
}
