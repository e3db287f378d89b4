package pluginlog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"
)

// hostileLines are lines that are not what hclog writes, or pretend to be.
var hostileLines = []string{
	`{"@level":"info","@message":{"a":1}}`,
	`{"@level":"info","@message":7}`,
	`{"@level":"info","@message":null}`,
	`{"@level":"info","@message":["x",true]}`,
	`{"@level":{"a":1},"@message":"x"}`,
	`{"@level":null,"@message":"x"}`,
	`{"@level":"off","@message":"x"}`,
	`{"@level":"info","@message":"x","@timestamp":5}`,
	`{"@level":"info","@message":"x","@timestamp":{}}`,
	`{"@level":"info","@message":"x","@timestamp":null}`,
	`{"@level":"info","@message":"x","@timestamp":"the day before yesterday"}`,
	`{"@level":"info","@message":"x","number":1e99999}`,
	`{"@level":"info","@level":"error","@message":"x","@message":3}`,
	`{"@level":"error","@message":"\u001b[2J\u001b]0;owned\u0007\u202e"}`,
	"\x1b[2J\x1b]0;owned\x07 plain \u202e",
	"panic: \x1b[31mred",
	"{\"@level\":\"info\",\"@message\":\"\xff\xfe\",\"\x1b[0m\":\"\r\nforged\"}",
	strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
	strings.Repeat("[", maxRaw*2),
	"{", "}", "null", "{}", "\x00", "[ERROR]", "   ", "{\"@level\":\"info\"",
}

// FuzzPluginLog writes anything at all, in pieces of any length: nothing panics, what is remembered and what is logged
// has bounds, is UTF-8 and cannot steer a terminal, and each record of the log begins with its time.
func FuzzPluginLog(f *testing.F) {
	for i, line := range hostileLines {
		f.Add([]byte(line+"\n"), i)
	}
	f.Fuzz(func(t *testing.T, written []byte, piece int) {
		var out bytes.Buffer
		tail := New(hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &out}))
		stream := tail.Stream("odd")
		piece = max(1, min(piece, 100))
		for rest := written; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			if n, err := stream.Write(rest[:min(piece, len(rest))]); err != nil || n != min(piece, len(rest)) {
				t.Fatalf("%d, %v", n, err)
			}
		}
		shown := tail.Last()
		if len(shown) > maxLines {
			t.Errorf("%d lines are remembered", len(shown))
		}
		for _, line := range append(shown, tail.LastError()) {
			if utf8.RuneCountInString(line) > maxLineLength+1 {
				t.Errorf("a remembered line has %d characters", utf8.RuneCountInString(line))
			}
			checkSafe(t, line)
		}
		checkSafe(t, strings.NewReplacer("\n", "", "\t", "").Replace(out.String()))
		for record := range strings.Lines(out.String()) {
			at, _, _ := strings.Cut(record, " ")
			_, err := time.Parse("2006-01-02T15:04:05.000Z0700", at)
			if err != nil && !strings.HasPrefix(record, "  ") {
				t.Errorf("a forged record: %q", record)
			}
		}
	})
}

func checkSafe(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || '\u202a' <= r && r <= '\u202e' }) {
		t.Errorf("control characters: %q", text)
	}
}

func TestPluginLogLevels(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{
			`{"@level":"warn","@message":"hot","@timestamp":"2026-01-02T03:04:05.000000Z","@module":"m","n":1}`,
			"[WARN]  p.odd: hot: @module=m n=1 timestamp=2026-01-02T03:04:05.000000Z",
		},
		{`{"@level":"info","@message":{"a":1}}`, `[INFO]  p.odd: {"a":1}`},
		{`{"level":"info","msg":"of another logger"}`, `[DEBUG] p.odd: {"level":"info","msg":"of another logger"}`},
		{"[ERROR] no hclog", "[ERROR] p.odd: [ERROR] no hclog"},
		{"just text", "[DEBUG] p.odd: just text"},
		{"panic: boom\n\ngoroutine 1 [running]:", "[ERROR] p.odd: panic: boom\n[ERROR] p.odd: goroutine 1 [running]:"},
		{
			"panic: boom\n{\"@level\":\"info\",\"@message\":\"lives on\"}\ntext",
			"[ERROR] p.odd: panic: boom\n[INFO]  p.odd: lives on\n[DEBUG] p.odd: text",
		},
		{`{"@level":"error","@message":"a\nb","stack":"one\ntwo"}`, "[ERROR] p.odd: a b:\n  stack=\n  | one\n  | two"},
	} {
		var out bytes.Buffer
		tail := New(hclog.New(&hclog.LoggerOptions{Name: "p", Level: hclog.Trace, Output: &out, DisableTime: true}))
		fmt.Fprintln(tail.Stream("odd"), c.written)
		if got := strings.TrimSpace(out.String()); got != c.want {
			t.Errorf("%s\nbecame\n%s\nwant\n%s", c.written, got, c.want)
		}
	}
}
