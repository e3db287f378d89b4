package smtpconn

import (
	"encoding/base64"
	"strings"
	"unicode"
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
// the state of the protocol, so it is a search, over the forms in which the credentials went out and come back.
type echoes struct{ forms []string }

func echoesOf(target Target) echoes {
	var found echoes
	for _, secret := range []shared.SecretText{target.Password, target.AccessToken} {
		if secret.IsEmpty() {
			continue
		}
		plain := secret.Reveal()
		// A reply is made printable, and read as Latin-1 where it is not UTF-8.
		found.forms = append(found.forms, plain, printable(plain), strings.TrimPrefix(printable("\xff"+plain), "ÿ"))
		found.sent(base64.StdEncoding.EncodeToString([]byte(plain)))
		found.sent(base64.StdEncoding.EncodeToString([]byte("\x00" + target.Login + "\x00" + plain)))
		found.sent(base64.StdEncoding.EncodeToString([]byte(target.Login + "\x00" + target.Login + "\x00" + plain)))
	}
	return found
}

// sent adds a line of the login as it went out; a server may leave the padding out when it repeats it.
func (e *echoes) sent(line string) {
	if form := strings.TrimRight(line, "="); len(form) > 1 { // "*" gives a login up.
		e.forms = append(e.forms, form)
	}
}

// shortForm is how many characters a form must have to be looked for everywhere. A shorter one is only looked for as a word
// of its own: it would otherwise be found in the middle of innocent words.
const shortForm = 4

// hide replaces every echo.
func (e *echoes) hide(text string) string {
	for _, form := range e.forms {
		if len(form) >= shortForm {
			text = strings.ReplaceAll(text, form, hiddenText)
		} else {
			text = hideWord(text, form)
		}
	}
	return text
}

func hideWord(text, word string) string {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	var hidden strings.Builder
	for {
		before, after, found := strings.Cut(text, word)
		hidden.WriteString(before)
		if !found {
			return hidden.String()
		}
		left, _ := utf8.DecodeLastRuneInString(before)
		right, _ := utf8.DecodeRuneInString(after)
		if inWord(left) || inWord(right) {
			hidden.WriteString(word)
		} else {
			hidden.WriteString(hiddenText)
		}
		text = after
	}
}
