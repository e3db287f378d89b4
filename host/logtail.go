package host

import (
	"bytes"
	"io"
	"sync"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Bounds of the remembered log.
const (
	logTailLines      = 20
	logTailLineLength = 500 // characters
)

// How much of the plugin's log is passed on: bytes in a second, and at once. A line costs lineCost more than its length. What is
// more is left out and counted; the last lines are remembered all the same.
const (
	logRate  = 256 << 10
	logBurst = 2 << 20
	lineCost = 256
)

// logTail passes what the plugin writes on to the host's log, and keeps the last lines. newLogTail makes one. It may be
// used concurrently.
type logTail struct {
	logger hclog.Logger // where the lines go, with the level that they have
	flow   throttle

	mu    sync.Mutex
	lines []logLine
	fresh int // how many of them are of the run that was begun last
}

func newLogTail(logger hclog.Logger) *logTail {
	return &logTail{logger: logger, flow: newThrottle(logRate, logBurst)}
}

// stream returns a writer for one of the plugin's outputs. It splits what is written into lines; the part of a line that is
// longer than maxLogLine is forgotten.
func (t *logTail) stream(named string) io.Writer { return &logStream{tail: t, named: named} }

type logStream struct {
	tail    *logTail
	named   string
	mu      sync.Mutex
	partial []byte
	inCrash bool // The lines that follow belong to the stack of a crash.
}

// Write takes all that it is given and never fails.
func (s *logStream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rest := p; len(rest) > 0; {
		part, after, complete := bytes.Cut(rest, []byte{'\n'})
		s.partial = append(s.partial, part[:min(len(part), maxLogLine-len(s.partial))]...)
		if rest = after; complete {
			s.end()
		}
	}
	return len(p), nil
}

func (s *logStream) end() {
	line := bytes.TrimSpace(s.partial)
	s.partial = s.partial[:0]
	if len(line) > 0 {
		s.inCrash = s.tail.add(line, s.named, s.inCrash)
	}
}

// add keeps a line and passes it on, unless there were too many. It reports whether the lines that follow belong to a crash.
func (t *logTail) add(text []byte, named string, inCrash bool) bool {
	allowed, before := t.flow.allow(len(text) + lineCost)
	var line logLine
	if allowed {
		line = parseLine(text)
	} else {
		line = plainLine(string(text)) // Making sense of it takes more time than it deserves.
	}
	inCrash = !line.structured && (inCrash || line.crash())
	if inCrash {
		line.level = hclog.Error
	}
	t.remember(line)
	switch {
	case allowed:
		if before > 0 {
			t.logger.Warn("lines of the plugin's log were left out", "count", before)
		}
		t.logger.Named(named).Log(line.level, line.message, line.pairs...)
	case before == 0:
		t.logger.Warn("the plugin writes more than its log takes; lines are left out")
	}
	return inCrash
}

func (t *logTail) remember(line logLine) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line)
	t.fresh = min(t.fresh+1, logTailLines)
	if len(t.lines) > logTailLines {
		t.lines = append(t.lines[:0], t.lines[len(t.lines)-logTailLines:]...)
	}
}

// begin tells that another run of the plugin starts: its errors are not those of the runs before.
func (t *logTail) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = 0
}

// last returns the lines, oldest first, in a form for people.
func (t *logTail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return shownLog(t.lines)
}

// ofThisRun returns the lines of the run that was begun last.
func (t *logTail) ofThisRun() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return shownLog(t.lines[len(t.lines)-t.fresh:])
}

func shownLog(lines []logLine) []string {
	shown := make([]string, len(lines))
	for i, line := range lines {
		shown[i] = line.String()
	}
	return shown
}

// lastError returns the message of the last line of this run that reports an error, the first of a crash; empty when there is none.
func (t *logTail) lastError() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.lines) - 1; i >= len(t.lines)-t.fresh; i-- {
		if line := t.lines[i]; line.message != "" && (line.structured && line.level == hclog.Error || line.crash()) {
			return printable.Shortened(line.message, logTailLineLength)
		}
	}
	return ""
}
