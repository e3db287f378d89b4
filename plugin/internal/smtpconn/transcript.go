package smtpconn

import (
	"regexp"
	"sync"
	"unicode/utf8"
)

// Bounds of the transcript; a server that talks more is not better understood.
const (
	maxTranscriptLines = 400
	maxTranscriptLine  = 500
)

// Transcript is the conversation line by line: "S: " before what the server said, "C: " before what we said, "-- "
// before what happened. Our credentials never enter it, because the wire knows by the state of the protocol which
// lines carry them. A server that repeats them is a second case: see redaction. A nil Transcript records nothing.
type Transcript struct {
	lines []string
	*redaction
}

// Lines returns a copy of the lines so far.
func (t *Transcript) Lines() []string { return append([]string(nil), t.lines...) }

// replyStart is the part of a reply line that a server cannot say much with.
var replyStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[2-5]\d\d(?:[ -](?:[245]\.\d{1,3}\.\d{1,3}(?: |$))?|$)`)
})

// server adds the lines of one reply as they arrived, or what arrived of them.
func (t *Transcript) server(lines []string) {
	if t == nil || len(lines) == 0 || len(t.lines) > maxTranscriptLines {
		return
	}
	starts, texts := make([]string, len(lines)), make([]string, len(lines))
	for i, line := range lines {
		starts[i] = replyStart().FindString(line)
		texts[i] = printable(line[len(starts[i]):])
	}
	for i, text := range t.hideLines(texts) {
		t.add("S: " + starts[i] + text)
	}
}

func (t *Transcript) client(line string) {
	if t != nil {
		t.add("C: " + printable(line))
	}
}

func (t *Transcript) event(text string) {
	if t != nil {
		t.add("-- " + text)
	}
}

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
