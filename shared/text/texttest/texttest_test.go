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
