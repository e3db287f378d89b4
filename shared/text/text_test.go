package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

var testCatalog = NewCatalog(fstest.MapFS{
	"texts/de.json": {Data: []byte(`{"Password": "Passwort",
		"“{field}” must be filled in.": "„{field}“ muss ausgefüllt werden.",
		"{first} before {second}": "{second} nach {first}", "{sentence} {next}": "{sentence} | {next}", "Port": "Anschluss",
		"a day || {count} days": {"one": "ein Tag", "other": "{count} Tage"}}`)},
	"texts/ru.json": {Data: []byte(`{"a day || {count} days":
		{"one": "{count} день", "few": "{count} дня", "many": "{count} дней", "other": "{count} дня"}}`)},
	"texts/ja.json": {Data: []byte(
		`{"a day || {count} days": {"other": "{count}日"}, "{count} in the queue": "{count}件"}`)},
	"texts/fr.json": {Data: []byte(`{`)},
}, "texts", NewCatalog(
	fstest.MapFS{"more/de.json": {Data: []byte(`{"Cancel": "Abbrechen", "Port": "nicht dieser"}`)}}, "more"))

const (
	mustBeFilled Message = "“{field}” must be filled in."
	before       Message = "{first} before {second}"
	days         Message = "a day || {count} days"
)

// TestRender writes texts in English, in a language, and in one that does not have them.
func TestRender(t *testing.T) {
	for _, c := range []struct {
		locale string
		text   Text
		want   string
	}{
		{"", Of("Password"), "Password"},
		{"de-AT", Of("Password"), "Passwort"},
		{"de_AT", Of("Password"), "Passwort"},
		{"de", Of("Unknown"), "Unknown"},
		{"de", Of("Cancel"), "Abbrechen"},
		{"de", Of("Port"), "Anschluss"},
		{"fr", Of("Password"), "Password"}, // its file is damaged
		{"it", Of("Password"), "Password"},
		{"../de", Of("Password"), "Password"},
		{"de", Of(mustBeFilled, "field", Message("Password")), "„Passwort“ muss ausgefüllt werden."},
		{"de", Of(mustBeFilled, "field", Of("Password")), "„Passwort“ muss ausgefüllt werden."},
		{"en", Of(mustBeFilled, "field", Of("Password")), "“Password” must be filled in."},
		{"de", Of(mustBeFilled, "field", "Password"), "„Password“ muss ausgefüllt werden."}, // a name, not a text
		{"de", Of(before, "first", 1, "second", 2), "2 nach 1"},
		{"de", Of(before, "first", "{second}", "second", "{first}"), "{first} nach {second}"}, // no second round
		{"de", Of(before, "first", 1), "{second} nach 1"},
		{"de", Of(before, "first", 1, "second"), "{second} nach 1"},
		{"de", Join(Of("Password"), Text{}, Of(before, "first", 1, "second", 2)), "Passwort | 2 nach 1"},
		{"de", Join(Of("Password")), "Passwort"},
		{"de", Join(), ""},
		{"de", Plain("Password"), "Password"},
		{"de", Plain("{first} || %s"), "{first} || %s"},
		{"", Of(days, "count", 1), "a day"},
		{"", Of(days, "count", 0), "0 days"},
		{"", Of(days, "count", int64(2)), "2 days"},
		{"", Of(days, "count", uint32(1)), "a day"},
		{"ru", Of(days, "count", uint8(22)), "22 дня"},
		{"de", Of(days, "count", 1), "ein Tag"},
		{"de", Of(days, "count", 11), "11 Tage"},
		{"ru", Of(days, "count", 1), "1 день"},
		{"ru", Of(days, "count", 3), "3 дня"},
		{"ru", Of(days, "count", 11), "11 дней"},
		{"ru", Of(days, "count", 21), "21 день"},
		{"ru", Of(days, "count", 22), "22 дня"},
		{"ja", Of(days, "count", 1), "1日"},
		{"ja", Of("{count} in the queue", "count", 1), "1件"},
		{"fr", Of(days, "count", 1), "a day"},
	} {
		if got := testCatalog.Language(c.locale).Render(c.text); got != c.want {
			t.Errorf("%+v in %q is %q, want %q", c.text, c.locale, got, c.want)
		}
	}
}

// TestKept keeps texts as JSON, as a database does, and reads them in another language later.
func TestKept(t *testing.T) {
	for _, one := range []Text{
		{}, Of("Password"), Plain("Password"), Plain("\x1f[]"), Of(mustBeFilled, "field", Of("Password")),
		Of(days, "count", 3),
		Join(Of("Password"), Of(before, "first", Plain("{x}"), "second", Of(days, "count", 21))),
	} {
		kept, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		var read Text
		if err := json.Unmarshal(kept, &read); err != nil {
			t.Errorf("%s: %v", kept, err)
		}
		for _, locale := range []string{"", "de", "ru"} {
			reader := testCatalog.Language(locale)
			if got, want := reader.Render(read), reader.Render(one); got != want {
				t.Errorf("%s in %q became %q, want %q", kept, locale, got, want)
			}
		}
	}
}

// TestKeptAsString reads texts that were kept before there was a type for them.
func TestKeptAsString(t *testing.T) {
	for kept, want := range map[string]string{
		`""`:         "",
		`"Password"`: "Passwort",
		`"\u001f[\"“{field}” must be filled in.\",\"field\",\"\\u001f[\\\"Password\\\"]\"]"`: "„Passwort“ " +
			"muss ausgefüllt werden.",
		`"\u001f[\"“{field}” must be filled in.\",\"field\",\"Password\"]"`: "„Password“ " +
			"muss ausgefüllt werden.",
		`"\u001f[\"{text}\",\"text\",\"Password\"]"`:          "Password",
		`"\u001f[\"%s {x}\",\"x\"]"`:                          "%s {x}",
		`"\u001f[\"a day || {count} days\",\"count\",\"1\"]"`: "ein Tag",
		`"\u001fnot a phrase"`:                                "not a phrase",
		`"\u001f[]"`:                                          "[]",
	} {
		var read Text
		if err := json.Unmarshal([]byte(kept), &read); err != nil {
			t.Errorf("%s: %v", kept, err)
		}
		if got := testCatalog.Language("de").Render(read); got != want {
			t.Errorf("%s is %q, want %q", kept, got, want)
		}
	}
	for _, damaged := range []string{`1`, `[]`, `{"text": 1}`, `"`} {
		var read Text
		if err := json.Unmarshal([]byte(damaged), &read); err == nil {
			t.Errorf("%s was read as %q", damaged, read)
		}
	}
}

// TestRenamed reads what an earlier version kept in other words.
func TestRenamed(t *testing.T) {
	earlier := map[string]Renaming{
		"{days} days left":    {Message: days, Names: map[string]string{"days": "count"}},
		"“{field}” is empty.": {Message: mustBeFilled},
	}
	for kept, want := range map[string]string{
		`"\u001f[\"{days} days left\",\"days\",\"1\"]"`: "ein Tag",
		`"\u001f[\"{days} days left\",\"days\",\"3\"]"`: "3 Tage",
		`{"text":"{sentence} {next}","values":{
			"sentence":{"text":"“{field}” is empty.","values":{"field":{"text":"Password"}}},
			"next":{"plain":"“{field}” is empty."}}}`: "„Passwort“ muss ausgefüllt werden. | “{field}” is empty.",
		`"Password"`: "Passwort",
	} {
		var read Text
		if err := json.Unmarshal([]byte(kept), &read); err != nil {
			t.Fatal(err)
		}
		if got := testCatalog.Language("de").Render(read.Renamed(earlier)); got != want {
			t.Errorf("%s is %q, want %q", kept, got, want)
		}
	}
}

// TestBounded writes a text whose values hold each other a thousand times over.
func TestBounded(t *testing.T) {
	one := Plain(strings.Repeat("x", 1000))
	for range 4 {
		one = Of(Message(strings.Repeat("{a}", 1000)), "a", one)
	}
	if n := len(one.String()); n > maxText+len("…") {
		t.Errorf("%d bytes", n)
	}
}

// TestManySentences joins many, keeps them and reads them back.
func TestManySentences(t *testing.T) {
	const sentences = 500
	var all []Text
	for i := range sentences {
		all = append(all, Text{}, Of("Process {pid} delivers.", "pid", i))
	}
	kept, err := json.Marshal(Join(all...))
	if err != nil || len(kept) > sentences*200 {
		t.Fatalf("%d sentences became %d bytes, %v", sentences, len(kept), err)
	}
	var read Text
	if err := json.Unmarshal(kept, &read); err != nil {
		t.Fatal(err)
	}
	written := read.String()
	if !strings.HasPrefix(written, "Process 0 delivers. Process 1 delivers.") ||
		strings.Count(written, "delivers.") != sentences {
		t.Errorf("they became %.100q", written)
	}
}

// TestErrorsSpeakEnglish prints an error in each way that logs do.
func TestErrorsSpeakEnglish(t *testing.T) {
	cause := Error{Of(mustBeFilled, "field", Of("Password"))}
	wrapped := fmt.Errorf("save: %w", cause)
	for _, printed := range []string{cause.Error(), fmt.Sprint(cause), fmt.Sprintf("%v", error(cause)),
		cause.Text.String()} {
		if printed != "“Password” must be filled in." {
			t.Error(printed)
		}
	}
	if got := testCatalog.Language("de").Render(OfError(wrapped)); got != "„Passwort“ muss ausgefüllt werden." {
		t.Error(got)
	}
	if got := testCatalog.Language("de").Render(OfError(errors.New("Password"))); got != "Password" {
		t.Error(got)
	}
	if !OfError(nil).IsZero() {
		t.Error("no error says something")
	}
}

// TestNames finds the names of a message.
func TestNames(t *testing.T) {
	longName := Message(strings.Repeat("g", longestName))
	got := ("{a} {b_2} {a} {} { c } {d {e} {F} x} {" + longName + "}").Names()
	if fmt.Sprint(got) != "[a b_2 e]" {
		t.Error(got)
	}
}

// FuzzKept reads what may have been stored and writes it.
func FuzzKept(f *testing.F) {
	f.Add(`"\u001f[\"a {b}\",\"b\",\"c\"]"`)
	f.Add(`{"text":"{a}{a}","values":{"a":{"text":"{a}{a}","values":{"a":{"plain":"x"}}}}}`)
	f.Add(`{"text":"a || {count}","values":{"count":{"plain":"1"}},"count":1}`)
	f.Fuzz(func(t *testing.T, kept string) {
		var read Text
		if json.Unmarshal([]byte(kept), &read) != nil {
			return
		}
		if written := testCatalog.Language("de").Render(read); len(written) > maxText+len("…") {
			t.Errorf("%d bytes became %d", len(kept), len(written))
		}
	})
}
