package finding

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
)

// TestEarlierFindings reads what version 0.1 kept of a message whose outcome was unknown, in today's words.
func TestEarlierFindings(t *testing.T) {
	const kept = `{"severity":"error","code":"outcome_unknown","step":"message",
		"summary":"\u001f[\"The message may have arrived: it was sent {count} times, ` +
		`and the server never said whether it took it.\",\"count\",\"3\"]",
		"detail":"\u001f[\"{sentence} {next}\",\"sentence\",\"\\u001f[\\\"The server closed the connection.\\\"]\",` +
		`\"next\",\"\\u001f[\\\"It is sent again, {max} times in all.\\\",\\\"max\\\",\\\"3\\\"]\"]"}`
	var read Finding
	if err := json.Unmarshal([]byte(kept), &read); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{
		"en": "The message may have arrived: it was sent 3 times, and the server never said whether it took it." +
			" The server closed the connection. It is sent again, 3 times in all.",
		"ru": "Возможно, сообщение дошло: оно отправлялось 3 раза, " +
			"и сервер ни разу не сказал, принял ли он его." +
			" The server closed the connection. Оно отправляется снова, всего 3 раза.",
	} {
		written := read.In(language.Of(tag))
		if got := written.Summary + " " + written.Detail; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", tag, got, want)
		}
	}
}

// TestEarlierDeadLetter reads a dead letter of version 0.1, whose words are others today.
func TestEarlierDeadLetter(t *testing.T) {
	const kept = `{"severity":"error","code":"recipient_unknown","step":"recipient",
		"summary":"\u001f[\"The server does not know the mail box {recipient}.\",\"recipient\",\"gone@email.com\"]",
		"detail":"\u001f[\"Port {port} of {host} answers from here.\",\"port\",\"465\",\"host\",\"smtp.email.com\"]"}`
	var read Finding
	if err := json.Unmarshal([]byte(kept), &read); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{
		"en": "The server does not know the mailbox gone@email.com. Port 465 of smtp.email.com answers from here.",
		"de": "Der Server kennt das Postfach gone@email.com nicht. Port 465 von smtp.email.com antwortet von hier aus.",
	} {
		written := read.In(language.Of(tag))
		if got := written.Summary + " " + written.Detail; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", tag, got, want)
		}
	}
	// What is kept of it anew is read without knowing of the earlier words.
	again, err := json.Marshal(read)
	if err != nil || strings.Contains(string(again), "mail box") {
		t.Errorf("%s, %v", again, err)
	}
}

// TestWhatWasKeptIsTranslated holds that every message that version 0.1 may have kept in a dead letter or a pause is in
// today's catalogs, or is known to be said in other words: add it to the earlier ones when you change a sentence.
func TestWhatWasKeptIsTranslated(t *testing.T) {
	content, err := os.ReadFile("testdata/written-by-0.1.json")
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	if err := json.Unmarshal(content, &written); err != nil {
		t.Fatal(err)
	}
	today := catalogOf(t, "de")
	for _, message := range written {
		renaming, changed := earlier[message]
		if !slices.Contains(today, message) && !changed {
			t.Errorf("%q is said no more, and nothing tells what it has become", message)
		}
		if changed && !slices.Contains(today, string(renaming.Message)) {
			t.Errorf("%q became %q, which nothing says", message, renaming.Message)
		}
	}
}

// TestWhatIsSaidTodayKeepsItsWords holds that no sentence that today's version says is taken for one of an earlier
// version when it is read again.
func TestWhatIsSaidTodayKeepsItsWords(t *testing.T) {
	today := catalogOf(t, "de")
	for message, renaming := range earlier {
		if slices.Contains(today, message) {
			t.Errorf("%q is said today, and would be read as %q", message, renaming.Message)
		}
	}
}

func catalogOf(t *testing.T, tag string) []string {
	t.Helper()
	content, err := os.ReadFile("../language/languages/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var translations map[string]any
	if err := json.Unmarshal(content, &translations); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(maps.Keys(translations))
}
