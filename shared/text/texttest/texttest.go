// Package texttest makes sure that a catalog has what a program says: nothing missing, nothing left over, no name lost,
// and every plural form that the language has.
package texttest

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Source is where a program says what it says.
type Source struct {
	// Packages are patterns as the go command takes them. Every constant of the type text.Message in their files, tests
	// left out, is a message.
	Packages []string
	// Templates are HTML templates in which the argument of the function t is a message.
	Templates []string
}

// Check fails the test for each message of the source that a file of the catalog's directory lacks, for each that
// nothing says any more, for each whose translation has other names, such as {host}, for each with {count} that lacks a
// plural form of the language, and for each in which something is written as programs write it; see [ForPrograms].
// Languages are the tags that there must be: de.json and so on.
func Check(t *testing.T, source Source, files fs.FS, directory string, languages []string) {
	t.Helper()
	said := source.messages(t)
	for _, message := range said {
		if odd := ForPrograms(string(message)); odd != "" && !saysWhatToType(message) {
			t.Errorf("%q has %q, which is written for programs", message, odd)
		}
	}
	for _, tag := range languages {
		content, err := fs.ReadFile(files, directory+"/"+tag+".json")
		if err != nil {
			t.Errorf("%s is missing: %v", tag, err)
			continue
		}
		var translations map[text.Message]any
		if err := json.Unmarshal(content, &translations); err != nil {
			t.Errorf("%s cannot be read: %v", tag, err)
			continue
		}
		for _, message := range said {
			checkTranslation(t, tag, message, translations[message])
		}
		for _, message := range slices.Sorted(maps.Keys(translations)) {
			if !slices.Contains(said, message) {
				t.Errorf("%s has %q, which nothing says", tag, message)
			}
		}
	}
}

func checkTranslation(t *testing.T, tag string, message text.Message, translation any) {
	t.Helper()
	written, _ := translation.(string)
	byForm, several := translation.(map[string]any)
	counts := isCounted(message)
	switch {
	case translation == nil || !several && written == "":
		t.Errorf("%s lacks %q", tag, message)
	case several && !counts:
		t.Errorf("%s has plural forms of %q, in which nothing is counted", tag, message)
	case counts && !several:
		t.Errorf("%s needs the plural forms %q of %q", tag, pluralForms(tag), message)
	case !several:
		checkNames(t, tag, message, written)
	default:
		if got := slices.Sorted(maps.Keys(byForm)); !slices.Equal(got, pluralForms(tag)) {
			t.Errorf("%s needs the plural forms %q of %q and has %q", tag, pluralForms(tag), message, got)
		}
		for _, form := range byForm {
			written, _ := form.(string)
			checkNames(t, tag, message, written)
		}
	}
}

// forPrograms are a date, a length of time and a text as programs write them, and a plural of no language.
var forPrograms = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b|\b(\d+h)?(\d+m)?\d+(\.\d+)?(h|m|s|µs|ns)\b|` +
	`=\?[\w-]+\?[bBqQ]\?|` +
	`\(s\)|%[dqsv]\b|\b1 (attempts|days|hours|messages|minutes|notifications|seconds|steps|times)\b|<nil>|!\w?\(`)

// ForPrograms returns what in a text is written as programs write it and people do not: 2026-12-31, 1m30s, a subject
// that is encoded, “1 messages”. It is empty when there is nothing.
func ForPrograms(written string) string { return forPrograms.FindString(written) }

// saysWhatToType reports whether a message is about what is to be typed, which a program reads.
func saysWhatToType(message text.Message) bool {
	return strings.Contains(string(message), "such as ") || strings.Contains(string(message), "from 1s to ") ||
		strings.Contains(string(message), "between 1s and ")
}

// isCounted reports whether the words of a message depend on a number, which need not be shown: "this is || these are".
func isCounted(message text.Message) bool {
	return slices.Contains(message.Names(), "count") || strings.Contains(string(message), " || ")
}

// checkNames lets a plural form leave the number out: it may say “a day”.
func checkNames(t *testing.T, tag string, message text.Message, written string) {
	t.Helper()
	if odd := ForPrograms(written); odd != "" && !saysWhatToType(message) {
		t.Errorf("%s has %q in the translation of %q, which is written for programs", tag, odd, message)
	}
	want, got := sorted(message), sorted(text.Message(written))
	if slices.Contains(want, "count") && !slices.Contains(got, "count") {
		got = append([]string{"count"}, got...)
		slices.Sort(got)
	}
	if written == "" || !slices.Equal(want, got) {
		t.Errorf("%s has other names than %q: %q", tag, message, written)
	}
}

func sorted(message text.Message) []string { return slices.Sorted(slices.Values(message.Names())) }

var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
	plural.Other: "other",
}

// pluralForms are the forms that whole numbers take in the language, and the one that every text has.
func pluralForms(tag string) []string {
	forms := map[string]bool{"other": true}
	for n := range 1000 {
		forms[formNames[plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(forms))
}

// messages returns what the source says, sorted.
func (s Source) messages(t *testing.T) []text.Message {
	t.Helper()
	found := constants(t, s.Packages)
	for _, path := range s.Templates {
		found = append(found, templateMessages(t, path)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var templateText = regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)

func templateMessages(t *testing.T, path string) []text.Message {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []text.Message
	for _, match := range templateText.FindAllStringSubmatch(string(content), -1) {
		said, err := strconv.Unquote(match[1])
		if err != nil {
			t.Fatalf("%s: %s: %v", path, match[1], err)
		}
		found = append(found, text.Message(said))
	}
	return found
}

// isMessage reports whether a constant is one that is said: the empty one says nothing.
func isMessage(constant string) bool { return strings.TrimSpace(constant) != "" }
