package smtpconn

import (
	"bufio"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func read(text string) (Reply, error) {
	return readReply(bufio.NewReaderSize(strings.NewReader(text), maxReplyLine), func(string) {})
}

func TestReadReply(t *testing.T) {
	for _, c := range []struct {
		text string
		want Reply
	}{
		{"220 ready\r\n", Reply{Code: 220, Lines: []string{"ready"}}},
		{"220\r\n", Reply{Code: 220, Lines: []string{""}}},
		{"220 ready\n", Reply{Code: 220, Lines: []string{"ready"}}},
		{"250-one\r\n250 two\r\n", Reply{Code: 250, Lines: []string{"one", "two"}}},
		{"535 5.7.8 wrong\r\n", Reply{Code: 535, EnhancedCode: "5.7.8", Lines: []string{"wrong"}}},
		{"535-5.7.8 very\r\n535 5.7.8 wrong\r\n", Reply{Code: 535, EnhancedCode: "5.7.8", Lines: []string{"very", "wrong"}}},
		{"550 5.7.1\r\n", Reply{Code: 550, EnhancedCode: "5.7.1", Lines: []string{""}}},
		{"550 4.7.1 contradicts\r\n", Reply{Code: 550, Lines: []string{"4.7.1 contradicts"}}},
		{"220 H\xf4te\r\n", Reply{Code: 220, Lines: []string{"Hôte"}}},
		{"220 a\x00b\x1b[31mc\u202e\r\n", Reply{Code: 220, Lines: []string{"a b [31mc "}}},
	} {
		got, err := read(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if difference := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Reply{})); difference != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, difference)
		}
	}
}

func TestReadReplyRefuses(t *testing.T) {
	for _, c := range []struct {
		text, protocol string
		kind           Kind
	}{
		{"", "", KindClosed},
		{"220 cut", "", KindClosed},
		{"HTTP/1.1 400 Bad Request\r\n", "HTTP", KindNotSMTP},
		{"SSH-2.0-OpenSSH", "SSH", KindNotSMTP},
		{"* OK ready\r\n", "IMAP", KindNotSMTP},
		{"+OK ready\r\n", "POP3", KindNotSMTP},
		{"\x15\x03\x01\x00\x02\x02\x0a\n", "TLS", KindNotSMTP},
		{"hello\r\n", "", KindNotSMTP},
		{"12\r\n", "", KindNotSMTP},
		{"199 no\r\n", "", KindNotSMTP},
		{"600 no\r\n", "", KindNotSMTP},
		{"-20 no\r\n", "", KindNotSMTP},
		{"220x no\r\n", "", KindNotSMTP},
		{"250-a\r\n550 b\r\n", "", KindMalformedReply},
		{strings.Repeat("250-a\r\n", maxReplyLines+1), "", KindReplyTooLong},
		{strings.Repeat("250-"+strings.Repeat("a", 1500)+"\r\n", 60), "", KindReplyTooLong},
		{"250 " + strings.Repeat("a", maxReplyLine) + "\r\n", "", KindReplyTooLong},
	} {
		_, err := read(c.text)
		failure := asError(err)
		if err == nil || failure.Kind != c.kind || failure.Protocol != c.protocol {
			t.Errorf("%.40q: %v (%s, %q), want %s, %q", c.text, err, failure.Kind, failure.Protocol, c.kind, c.protocol)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	for _, seed := range []string{"220 ready\r\n", "250-a\r\n250 b\r\n", "535 5.7.8 no\r\n", "HTTP/1.1 400\r\n", "220 H\xf4te\x00\r\n", "250-\r\n250-\r\n250 \r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reply, err := read(text)
		if err != nil {
			var failure *Error
			if !errors.As(asError(err), &failure) || failure.Kind == "" {
				t.Errorf("%v is of no kind", err)
			}
			return
		}
		if reply.Code < 200 || reply.Code > 599 || len(reply.Lines) == 0 || len(reply.Lines) > maxReplyLines {
			t.Errorf("%+v", reply)
		}
		if shown := reply.String(); !utf8.ValidString(shown) || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("not fit to be shown: %q", shown)
		}
		extensionsOf(reply)
	})
}
