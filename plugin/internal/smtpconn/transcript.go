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
// lines carry them. A server that repeats them is a second case: see redaction. It takes longer than the conversation
// itself to look for them, so that is done when somebody reads the lines. A nil Transcript records nothing.
type Transcript struct {
	said  []said
	count int // of the lines of all
	*redaction
}

// said is what was said at once: the lines of one reply as they arrived, or a line that is fit to be shown.
type said struct {
	reply []string
	line  string
}

// Lines returns the lines so far, fit to be shown.
func (t *Transcript) Lines() (lines []string) {
	for _, one := range t.said {
		if one.reply == nil {
			lines = append(lines, cutOff(one.line))
			continue
		}
		for _, line := range t.shown(one.reply) {
			lines = append(lines, cutOff(line))
		}
	}
	if len(lines) > maxTranscriptLines {
		lines = append(lines[:maxTranscriptLines], "-- the rest is left out")
	}
	return lines
}

// restart forgets what was said.
func (t *Transcript) restart() {
	if t != nil {
		t.said, t.count = nil, 0
	}
}

// replyStart is the part of a reply line that a server cannot say much with.
var replyStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[2-5]\d\d(?:[ -](?:[245]\.\d{1,3}\.\d{1,3}(?: |$))?|$)`)
})

// shown are the lines of a reply with what must not be shown hidden.
func (t *Transcript) shown(reply []string) []string {
	starts, texts := make([]string, len(reply)), make([]string, len(reply))
	for i, line := range reply {
		starts[i] = replyStart().FindString(line)
		texts[i] = printable(line[len(starts[i]):])
	}
	shown := t.hideLines(texts)
	for i, text := range shown {
		shown[i] = "S: " + starts[i] + text
	}
	return shown
}

// server adds the lines of one reply as they arrived, or what arrived of them.
func (t *Transcript) server(lines []string) {
	if len(lines) > 0 {
		t.add(said{reply: lines}, len(lines))
	}
}

func (t *Transcript) client(line string) { t.add(said{line: "C: " + printable(line)}, 1) }

func (t *Transcript) event(text string) { t.add(said{line: "-- " + text}, 1) }

func (t *Transcript) add(one said, lines int) {
	if t == nil || t.count > maxTranscriptLines {
		return
	}
	t.said, t.count = append(t.said, one), t.count+lines
}

func cutOff(line string) string {
	if len(line) <= maxTranscriptLine {
		return line
	}
	cut := maxTranscriptLine
	for !utf8.RuneStart(line[cut]) {
		cut--
	}
	return line[:cut] + "…"
}
