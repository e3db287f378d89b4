package host

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
)

// Bounds of the remembered log.
const (
	logTailLines      = 20
	logTailLineLength = 500
)

// logTail keeps the last lines that the plugin wrote. It may be written to concurrently.
type logTail struct {
	mu      sync.Mutex
	lines   []string
	partial []byte
}

func (t *logTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, p...)
	for {
		end := bytes.IndexByte(t.partial, '\n')
		if end < 0 && len(t.partial) < 4*logTailLineLength {
			return len(p), nil
		}
		if end < 0 {
			end = len(t.partial) - 1
		}
		t.add(string(t.partial[:end]))
		t.partial = append([]byte(nil), t.partial[end+1:]...)
	}
}

func (t *logTail) add(line string) {
	line = strings.ToValidUTF8(strings.TrimSpace(line), "\uFFFD")
	if line == "" {
		return
	}
	if runes := []rune(line); len(runes) > logTailLineLength {
		line = string(runes[:logTailLineLength]) + "…"
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > logTailLines {
		t.lines = t.lines[len(t.lines)-logTailLines:]
	}
}

// last returns the lines, oldest first, in a form for people.
func (t *logTail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	shown := make([]string, len(t.lines))
	for i, line := range t.lines {
		shown[i] = readable(line)
	}
	return shown
}

// lastError returns the message of the last line that reports an error; empty when there is none.
func (t *logTail) lastError() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.lines) - 1; i >= 0; i-- {
		var entry struct {
			Level   string `json:"@level"`
			Message string `json:"@message"`
		}
		if json.Unmarshal([]byte(t.lines[i]), &entry) == nil && entry.Level == "error" {
			return entry.Message
		}
		if strings.HasPrefix(t.lines[i], "panic: ") {
			return t.lines[i]
		}
	}
	return ""
}

// readable turns an hclog line in JSON into time, level and message.
func readable(line string) string {
	var entry map[string]any
	if json.Unmarshal([]byte(line), &entry) != nil {
		return line
	}
	text, _ := entry["@message"].(string)
	level, _ := entry["@level"].(string)
	at, _ := entry["@timestamp"].(string)
	return strings.TrimSpace(at + " [" + strings.ToUpper(level) + "] " + text)
}
