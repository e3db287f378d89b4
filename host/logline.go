package host

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Bounds of one line of the plugin's log. What is longer is cut.
const (
	maxLogLine  = 64 << 10 // bytes
	maxLogText  = 4000     // characters of a message
	maxLogPair  = 2000     // characters of a name or a value beside the message
	maxLogPairs = 32
)

// logLine is one line that the plugin wrote, made safe to show. Nothing that a plugin writes can make this fail: go-plugin's own
// reader of such lines panics when a message is not a text.
type logLine struct {
	structured bool   // It is hclog's JSON.
	at         string // as the plugin wrote it; may be empty
	level      hclog.Level
	message    string
	pairs      []any // names and values in turn
}

// parseLine makes sense of a line: one of hclog in JSON, or else plain text.
func parseLine(line []byte) logLine {
	var raw map[string]json.RawMessage
	if first := bytes.TrimLeft(line, " \t"); len(first) == 0 || first[0] != '{' || json.Unmarshal(first, &raw) != nil {
		return plainLine(string(line))
	}
	level := hclog.LevelFromString(logText(raw["@level"], maxLogPair))
	if level == hclog.NoLevel || level >= hclog.Off {
		return plainLine(string(line)) // It is JSON, but not of hclog.
	}
	parsed := logLine{
		structured: true, level: level, message: printable.Line(logText(raw["@message"], maxLogText)), at: printable.Line(logText(raw["@timestamp"], maxLogPair)),
	}
	for _, name := range []string{"@level", "@message", "@timestamp"} {
		delete(raw, name)
	}
	names := slices.Sorted(maps.Keys(raw))
	for _, name := range names[:min(len(names), maxLogPairs)] {
		value := strings.Map(printable.Rune, logText(raw[name], maxLogPair))
		parsed.pairs = append(parsed.pairs, printable.Line(printable.Shortened(name, maxLogPair)), value)
	}
	if parsed.at != "" {
		parsed.pairs = append(parsed.pairs, "timestamp", parsed.at)
	}
	return parsed
}

// logText is a text of JSON, and of everything else the JSON itself.
func logText(raw json.RawMessage, longest int) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	return printable.Shortened(text, longest)
}

// plainLine takes the level from how the line begins, as programs without hclog write it.
func plainLine(line string) logLine {
	plain := logLine{level: hclog.Debug, message: printable.Line(strings.TrimSpace(printable.Shortened(line, maxLogText)))}
	for prefix, level := range map[string]hclog.Level{
		"[TRACE]": hclog.Trace, "[INFO]": hclog.Info, "[WARN]": hclog.Warn, "[ERROR]": hclog.Error,
		panicPrefix: hclog.Error, "fatal error: ": hclog.Error,
	} {
		if strings.HasPrefix(plain.message, prefix) {
			plain.level = level
		}
	}
	return plain
}

// panicPrefix begins the last words of a Go program.
const panicPrefix = "panic: "

// crash reports whether the line begins the stack of a program that ends.
func (l logLine) crash() bool {
	return strings.HasPrefix(l.message, panicPrefix) || strings.HasPrefix(l.message, "fatal error: ")
}

// String is the line as people read it: time, level and message, or the plain line.
func (l logLine) String() string {
	if !l.structured {
		return printable.Shortened(l.message, logTailLineLength)
	}
	return printable.Shortened(strings.TrimSpace(l.at+" ["+strings.ToUpper(l.level.String())+"] "+l.message), logTailLineLength)
}
