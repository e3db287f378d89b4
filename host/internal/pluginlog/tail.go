// Package pluginlog reads what a plugin writes to its log, which is untrusted input, passes it on to the host's log and
// remembers the last lines.
package pluginlog

import (
	"bytes"
	"io"
	"sync"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/throttle"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Bounds of what is remembered.
const (
	maxLines      = 20
	maxLineLength = 500 // characters
)

// How much of the plugin's log is passed on: bytes in a second, and at once. A line costs lineCost more than its
// length. What is more is left out and counted; the last lines are remembered all the same.
const (
	perSecond = 256 << 10
	burst     = 2 << 20
	lineCost  = 256
)

// Tail passes what the plugin writes on to the host's log, and keeps the last lines, over all runs of the plugin. New
// makes one. It may be used concurrently.
type Tail struct {
	logger hclog.Logger // where the lines go, with the level that they have
	flow   *throttle.Throttle

	mu    sync.Mutex
	lines []line
	fresh int // how many of them are of the run that was begun last
}

// New returns a tail that passes the lines on to the logger.
func New(logger hclog.Logger) *Tail {
	return &Tail{logger: logger, flow: throttle.New(perSecond, burst)}
}

// Stream returns a writer for one of the plugin's outputs, named in the log as it is here. It splits what is
// written into lines; the part of a line that is longer than maxRaw is forgotten. Writing never fails.
func (t *Tail) Stream(named string) io.Writer { return &stream{tail: t, named: named} }

type stream struct {
	tail    *Tail
	named   string
	mu      sync.Mutex
	partial []byte
	inCrash bool // The lines that follow belong to the stack of a crash.
}

// Write takes all that it is given and never fails.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rest := p; len(rest) > 0; {
		part, after, complete := bytes.Cut(rest, []byte{'\n'})
		s.partial = append(s.partial, part[:min(len(part), maxRaw-len(s.partial))]...)
		if rest = after; complete {
			s.end()
		}
	}
	return len(p), nil
}

func (s *stream) end() {
	text := bytes.TrimSpace(s.partial)
	s.partial = s.partial[:0]
	if len(text) > 0 {
		s.inCrash = s.tail.add(text, s.named, s.inCrash)
	}
}

// add keeps a line and passes it on, unless there were too many. It reports whether the lines that follow belong to
// a crash.
func (t *Tail) add(text []byte, named string, inCrash bool) bool {
	allowed, before := t.flow.Allow(len(text) + lineCost)
	var l line
	if allowed {
		l = parse(text)
	} else {
		l = plain(string(text)) // Making sense of it takes more time than it deserves.
	}
	inCrash = !l.structured && (inCrash || l.crash())
	if inCrash {
		l.level = hclog.Error
	}
	t.remember(l)
	switch {
	case allowed:
		if before > 0 {
			t.logger.Warn("lines of the plugin's log were left out", "count", before)
		}
		t.logger.Named(named).Log(l.level, l.message, l.pairs...)
	case before == 0:
		t.logger.Warn("the plugin writes more than its log takes; lines are left out")
	}
	return inCrash
}

func (t *Tail) remember(l line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, l)
	t.fresh = min(t.fresh+1, maxLines)
	if len(t.lines) > maxLines {
		t.lines = append(t.lines[:0], t.lines[len(t.lines)-maxLines:]...)
	}
}

// Begin tells that another run of the plugin starts: its errors are not those of the runs before.
func (t *Tail) Begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = 0
}

// Last returns the lines, oldest first, in a form for people.
func (t *Tail) Last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return shown(t.lines)
}

// OfThisRun returns those of them that are of the run that was begun last.
func (t *Tail) OfThisRun() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return shown(t.lines[len(t.lines)-t.fresh:])
}

func shown(lines []line) []string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.String()
	}
	return texts
}

// LastError returns the message of the last line of this run that reports an error, the first of a crash; empty when
// there is none.
func (t *Tail) LastError() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.lines) - 1; i >= len(t.lines)-t.fresh; i-- {
		if l := t.lines[i]; l.message != "" && (l.structured && l.level == hclog.Error || l.crash()) {
			return printable.Shortened(l.message, maxLineLength)
		}
	}
	return ""
}
