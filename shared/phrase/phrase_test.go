package phrase

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
)

var testCatalogue = NewCatalogue(fstest.MapFS{
	"texts/de.json": {Data: []byte(`{"Password": "Passwort", "“{field}” must be filled in.": "„{field}“ muss ausgefüllt werden.",
		"{first} before {second}": "{second} nach {first}", "{sentence} {next}": "{sentence} | {next}", "Port": "Anschluss"}`)},
	"texts/fr.json": {Data: []byte(`{`)},
}, "texts", NewCatalogue(fstest.MapFS{"more/de.json": {Data: []byte(`{"Cancel": "Abbrechen", "Port": "nicht dieser"}`)}}, "more"))

// TestText writes phrases in English, in a language, and in one that does not have them.
func TestText(t *testing.T) {
	for _, c := range []struct{ locale, text, want string }{
		{"", "Password", "Password"},
		{"de-AT", "Password", "Passwort"},
		{"de", "Unknown", "Unknown"},
		{"de", "Cancel", "Abbrechen"},
		{"de", "Port", "Anschluss"},
		{"fr", "Password", "Password"}, // its file is damaged
		{"it", "Password", "Password"},
		{"../de", "Password", "Password"},
		{"de", Of("“{field}” must be filled in.", "field", Word("Password")), "„Passwort“ muss ausgefüllt werden."},
		{"en", Of("“{field}” must be filled in.", "field", Word("Password")), "“Password” must be filled in."},
		{"de", Of("“{field}” must be filled in.", "field", "Password"), "„Password“ muss ausgefüllt werden."}, // a name, not a text
		{"de", Of("{first} before {second}", "first", 1, "second", 2), "2 nach 1"},
		{"de", Of("{first} before {second}", "first", "{second}", "second", "{first}"), "{first} nach {second}"}, // no second round
		{"de", Sentences("Password", "", Of("{first} before {second}", "first", 1, "second", 2)), "Passwort | 2 nach 1"},
		{"de", Sentences("Password"), "Passwort"},
		{"de", Sentences(), ""},
		{"de", Verbatim("Password"), "Password"},
		{"de", mark + "not a phrase", mark + "not a phrase"},
		{"de", mark + "[]", mark + "[]"},
		{"de", mark + `["%s {x}", "x"]`, "%s {x}"},
	} {
		if got := testCatalogue.Language(c.locale).Text(c.text); got != c.want {
			t.Errorf("%q in %q is %q, want %q", c.text, c.locale, got, c.want)
		}
	}
}

// TestStored keeps a phrase as JSON, as a database does, and reads it in another language later.
func TestStored(t *testing.T) {
	stored, err := json.Marshal(Of("“{field}” must be filled in.", "field", Word("Password")))
	if err != nil {
		t.Fatal(err)
	}
	var read string
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	if got := testCatalogue.Language("de").Text(read); got != "„Passwort“ muss ausgefüllt werden." {
		t.Error(got)
	}
}

// TestBounded writes a phrase whose parts hold each other a thousand times over.
func TestBounded(t *testing.T) {
	text := Verbatim(strings.Repeat("x", 1000))
	for range 4 {
		text = Of(strings.Repeat("{a}", 1000), "a", text)
	}
	if n := len(English(text)); n > maxText+len("…") {
		t.Errorf("%d bytes", n)
	}
}

// FuzzText writes what a server may have put where a text was expected.
func FuzzText(f *testing.F) {
	f.Add(mark + `["a {b}","b","c"]`)
	f.Add(mark + `["{a}{a}{a}","a","\u001f[\"{a}{a}\",\"a\",\"x\"]"]`)
	f.Fuzz(func(t *testing.T, text string) {
		written := testCatalogue.Language("de").Text(text)
		if len(written) > maxText+len(text)+len("…") {
			t.Errorf("%d bytes became %d", len(text), len(written))
		}
		if english := English(text); !HasParts(text) && english != text {
			t.Errorf("%q became %q", text, english)
		}
	})
}

// TestManySentences joins many: a phrase in a phrase is quoted once more, so one in the other after the other would double each time.
func TestManySentences(t *testing.T) {
	const count = 500
	var sentences []string
	for i := range count {
		sentences = append(sentences, "", Of("Process {pid} delivers.", "pid", i))
	}
	joined := Sentences(sentences...)
	if len(joined) > count*count*20 {
		t.Fatalf("%d sentences became %d bytes", count, len(joined))
	}
	text := English(joined)
	if !strings.HasPrefix(text, "Process 0 delivers. Process 1 delivers.") || strings.Count(text, "delivers.") != count {
		t.Errorf("they became %.100q", text)
	}
}
