package pluginlog

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
	maxRaw   = 64 << 10 // bytes
	maxText  = 4000     // characters of a message
	maxPair  = 2000     // characters of a name or a value beside the message
	maxPairs = 32
)

// line is one line that the plugin wrote, made safe to show. Nothing that a plugin writes can make this fail:
// go-plugin's own reader of such lines panics when a message is not a text.
type line struct {
	structured bool   // It is hclog's JSON.
	at         string // as the plugin wrote it; may be empty
	level      hclog.Level
	message    string
	pairs      []any // names and values in turn
}

// parse makes sense of a line: one of hclog in JSON, or else plain text.
func parse(written []byte) line {
	var raw map[string]json.RawMessage
	first := bytes.TrimLeft(written, " \t")
	if !bytes.HasPrefix(first, []byte{'{'}) || json.Unmarshal(first, &raw) != nil {
		return plain(string(written))
	}
	level := hclog.LevelFromString(text(raw["@level"], maxPair))
	if level == hclog.NoLevel || level >= hclog.Off {
		return plain(string(written)) // It is JSON, but not of hclog.
	}
	parsed := line{
		structured: true, level: level, message: printable.Line(text(raw["@message"], maxText)),
		at: printable.Line(text(raw["@timestamp"], maxPair)),
	}
	for _, name := range []string{"@level", "@message", "@timestamp"} {
		delete(raw, name)
	}
	names := slices.Sorted(maps.Keys(raw))
	for _, name := range names[:min(len(names), maxPairs)] {
		value := strings.Map(printable.Rune, text(raw[name], maxPair))
		parsed.pairs = append(parsed.pairs, printable.Line(printable.Shortened(name, maxPair)), value)
	}
	if parsed.at != "" {
		parsed.pairs = append(parsed.pairs, "timestamp", parsed.at)
	}
	return parsed
}

// text is a text of JSON, and of everything else the JSON itself.
func text(raw json.RawMessage, longest int) string {
	var decoded string
	if json.Unmarshal(raw, &decoded) != nil {
		decoded = string(raw)
	}
	return printable.Shortened(decoded, longest)
}

// plain takes the level from how the line begins, as programs without hclog write it.
func plain(written string) line {
	l := line{level: hclog.Debug, message: printable.Line(strings.TrimSpace(printable.Shortened(written, maxText)))}
	for prefix, level := range map[string]hclog.Level{
		"[TRACE]": hclog.Trace, "[INFO]": hclog.Info, "[WARN]": hclog.Warn, "[ERROR]": hclog.Error,
		PanicPrefix: hclog.Error, "fatal error: ": hclog.Error,
	} {
		if strings.HasPrefix(l.message, prefix) {
			l.level = level
		}
	}
	return l
}

// PanicPrefix begins the last words of a Go program.
const PanicPrefix = "panic: "

// crash reports whether the line begins the stack of a program that ends.
func (l line) crash() bool {
	return strings.HasPrefix(l.message, PanicPrefix) || strings.HasPrefix(l.message, "fatal error: ")
}

// String is the line as people read it: time, level and message, or the plain line.
func (l line) String() string {
	if !l.structured {
		return printable.Shortened(l.message, maxLineLength)
	}
	level := " [" + strings.ToUpper(l.level.String()) + "] "
	return printable.Shortened(strings.TrimSpace(l.at+level+l.message), maxLineLength)
}
