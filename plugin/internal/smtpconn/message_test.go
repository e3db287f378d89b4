package smtpconn

import (
	"bufio"
	"bytes"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDotStuffed compares with the standard library's way to send a message.
func TestDotStuffed(t *testing.T) {
	for _, message := range []string{
		"Subject: x\r\n\r\nx\r\n", "one line", "bare\nline\nends", "ends bare\n", "a\r\n.\r\nb\r\n", ".", "..\r\n", ".a\n.\n",
		"\r\n", "\n", "\n.\n", "a\rb\r\n", "ends with CR\r",
		"x\r\n.", strings.Repeat(".\n", 5000),
	} {
		var want bytes.Buffer
		writer := textproto.NewWriter(bufio.NewWriter(&want)).DotWriter()
		_, _ = writer.Write([]byte(message))
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		if difference := cmp.Diff(want.String(), string(dotStuffed([]byte(message)))); difference != "" {
			t.Errorf("%.40q (-want +got):\n%s", message, difference)
		}
	}
	if got := string(dotStuffed(nil)); got != ".\r\n" {
		t.Errorf("nothing becomes %q", got)
	}
}

// TestLongMessages sends messages about as long as what goes out with the last byte. All but that has left when it is
// asked for.
func TestLongMessages(t *testing.T) {
	for _, size := range []int{1, maxEnding - 8, maxEnding - 3, maxEnding - 2, maxEnding + 1, 1 << 20} {
		line := "x\r\n"
		usable, err := sendMessageOver(t, answering(t, nil), []byte(strings.Repeat(line, size/len(line)+1)))
		if err != nil || !usable {
			t.Errorf("%d bytes: %v, usable %t", size, err, usable)
		}
	}
}
