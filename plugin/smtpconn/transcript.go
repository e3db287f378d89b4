package smtpconn

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Bounds of the transcript; a server that talks more is not better understood.
const (
	maxTranscriptLines = 400
	maxTranscriptLine  = 500
)

// hiddenText stands where a credential was.
const hiddenText = "(hidden)"

// Transcript is the conversation line by line: "S: " before what the server said, "C: " before what we said, "-- " before
// what happened. Our credentials never enter it, because the wire knows by the state of the protocol which lines carry
// them. A server that repeats them is a second case: see echoes.
type Transcript struct {
	lines []string
	echoes
}

// Lines returns a copy of the lines so far.
func (t *Transcript) Lines() []string { return append([]string(nil), t.lines...) }

func (t *Transcript) server(line string) { t.add("S: " + t.hide(printable(line))) }
func (t *Transcript) client(line string) { t.add("C: " + printable(line)) }
func (t *Transcript) event(text string)  { t.add("-- " + text) }

func (t *Transcript) add(line string) {
	if len(line) > maxTranscriptLine {
		cut := maxTranscriptLine
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		line = line[:cut] + "…"
	}
	switch {
	case len(t.lines) < maxTranscriptLines:
		t.lines = append(t.lines, line)
	case len(t.lines) == maxTranscriptLines:
		t.lines = append(t.lines, "-- the rest is left out")
	}
}

// echoes recognises our credentials in a server's words: some servers repeat what was typed. This cannot be known from
// the state of the protocol, so it is a search, over the forms in which the credentials went out.
type echoes struct{ forms []string }

func echoesOf(target Target) echoes {
	var found echoes
	for _, secret := range []shared.SecretText{target.Password, target.AccessToken} {
		if secret.IsEmpty() {
			continue
		}
		plain := secret.Reveal()
		found.forms = append(found.forms, plain,
			base64.StdEncoding.EncodeToString([]byte(plain)),
			base64.StdEncoding.EncodeToString([]byte("\x00"+target.Login+"\x00"+plain)),
			base64.StdEncoding.EncodeToString([]byte(target.Login+"\x00"+target.Login+"\x00"+plain)))
	}
	return found
}

// hide replaces every echo. A secret of fewer than four characters is only looked for as a word of its own: it would
// otherwise be found in the middle of innocent words.
func (e echoes) hide(text string) string {
	for _, form := range e.forms {
		if len(form) >= 4 {
			text = strings.ReplaceAll(text, form, hiddenText)
			continue
		}
		words := strings.Split(text, " ")
		for i, word := range words {
			if strings.Trim(word, `"'<>()[]:;,.`) == form {
				words[i] = hiddenText
			}
		}
		text = strings.Join(words, " ")
	}
	return text
}
