package texttest

import (
	"slices"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestMessages finds what a package says, however it comes to a Message, and nothing else.
func TestMessages(t *testing.T) {
	source := Source{Packages: []string{"./testdata/speaker"}, Templates: []string{"testdata/speaker/page.html"}}
	want := []text.Message{
		"as a constant", "as a field", "as an argument of a function", "as the argument of Of", "as the key", "as the value",
		"in a template", "in an “entry”", "put together of two",
	}
	if got := source.messages(t); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestPluralForms knows the forms of the languages.
func TestPluralForms(t *testing.T) {
	for tag, want := range map[string][]string{
		"de": {"one", "other"}, "ja": {"other"}, "zh": {"other"}, "ru": {"few", "many", "one", "other"},
	} {
		if got := pluralForms(tag); !slices.Equal(got, want) {
			t.Errorf("%s: %q", tag, got)
		}
	}
}

// TestForPrograms finds what people do not write so, and nothing else.
func TestForPrograms(t *testing.T) {
	for _, odd := range []string{"until 2026-12-31 12:00", "in 1m30s", "after 30s", "took 1.5s", "=?utf-8?q?=C3=96l?=",
		"file(s)", "1 messages", "%s failed", "%!d(MISSING=1)", "it is <nil>"} {
		if ForPrograms(odd) == "" {
			t.Errorf("%q passes", odd)
		}
	}
	for _, fine := range []string{"5 December 2026", "in 90 seconds", "1.5 s", "11 messages", "21 steps", "TLS 1.3",
		"x509", "50 %", "R11, port 465"} {
		if odd := ForPrograms(fine); odd != "" {
			t.Errorf("%q is refused for %q", fine, odd)
		}
	}
}
