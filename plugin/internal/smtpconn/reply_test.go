package smtpconn

import (
	"bufio"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func read(text string) (Reply, error) {
	return readReply(bufio.NewReaderSize(strings.NewReader(text), maxReplyLine), nil, nil)
}

func TestReadReply(t *testing.T) {
	for _, c := range []struct {
		text string
		want Reply
	}{
		{"220 ready\r\n", NewReply(220, "", "ready")},
		{"220\r\n", NewReply(220, "", "")},
		{"220 ready\n", NewReply(220, "", "ready")},
		{"250-one\r\n250 two\r\n", NewReply(250, "", "one", "two")},
		{"535 5.7.8 wrong\r\n", NewReply(535, "5.7.8", "wrong")},
		{"535-5.7.8 very\r\n535 5.7.8 wrong\r\n", NewReply(535, "5.7.8", "very", "wrong")},
		{"550 5.7.1\r\n", NewReply(550, "5.7.1", "")},
		{"550 4.7.1 contradicts\r\n", NewReply(550, "", "4.7.1 contradicts")},
		{"220 H\xf4te\r\n", NewReply(220, "", "Hôte")},
		{"220 a\x00b\x1b[31mc\u202e\r\n", NewReply(220, "", "a b [31mc ")},
	} {
		got, err := read(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if difference := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Reply{})) +
			cmp.Diff(c.want.Lines(), got.Lines()); difference != "" {
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
	for _, seed := range []string{"220 ready\r\n", "250-a\r\n250 b\r\n", "535 5.7.8 no\r\n", "HTTP/1.1 400\r\n",
		"220 H\xf4te\x00\r\n", "250-\r\n250-\r\n250 \r\n"} {
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
		if reply.Code < 200 || reply.Code > 599 || len(reply.Lines()) == 0 || len(reply.Lines()) > maxReplyLines {
			t.Errorf("%+v", reply)
		}
		if shown := reply.String(); !utf8.ValidString(shown) || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("not fit to be shown: %q", shown)
		}
		extensionsOf(reply)
	})
}

// TestAcceptedRepliesAreNotSearched sends messages with a password: what the server says to them is looked through
// only when it is shown.
func TestAcceptedRepliesAreNotSearched(t *testing.T) {
	conn, err := Open(t.Context(), answering(t, map[string]string{".": "250 2.0.0 Queued as c4nary.Pa55word/9f3b"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	clear(conn.session.secrets.shown) // What the opening was shown with.
	reply, err := conn.Deliver(t.Context(), Envelope{Sender: "me@example.com", Recipient: "you@example.com"},
		[]byte("Subject: x\r\n\r\nx\r\n"), nil)
	if err != nil || len(conn.session.secrets.shown) > 0 {
		t.Errorf("%v; searched: %q", err, conn.session.secrets.shown)
	}
	if shown := reply.String(); shown != "250 2.0.0 Queued as "+hiddenText {
		t.Errorf("shown: %q", shown)
	}
	if lines := conn.session.Transcript(); lines != nil {
		t.Errorf("nobody reads the transcript: %q", lines)
	}
}

// BenchmarkReplyAccepted is what reading the replies to one accepted message costs: MAIL, RCPT, DATA and the final
// one, which holds a new identifier each time.
func BenchmarkReplyAccepted(b *testing.B) {
	const replies = "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n"
	secrets := redactionFor("c4nary.Pa55word/9f3b")
	reader := bufio.NewReaderSize(nil, maxReplyLine)
	w := &wire{reader: reader, secrets: secrets}
	b.ReportAllocs()
	for i := range b.N {
		reader.Reset(strings.NewReader(replies + "250 2.0.0 Ok: queued as 4WxYz12AbC" + strconv.Itoa(i) + "\r\n"))
		w.asked = append(w.asked[:0], "MAIL", "RCPT", "DATA")
		for range 4 {
			if _, err := w.receive(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkReplyShown is the same where a transcript is read and every reply shown.
func BenchmarkReplyShown(b *testing.B) {
	secrets := redactionFor("c4nary.Pa55word/9f3b")
	reader := bufio.NewReaderSize(nil, maxReplyLine)
	b.ReportAllocs()
	for i := range b.N {
		w := &wire{reader: reader, secrets: secrets, transcript: &Transcript{redaction: secrets}}
		reader.Reset(strings.NewReader("250 2.0.0 Ok: queued as 4WxYz12AbC" + strconv.Itoa(i) + "\r\n"))
		reply, err := w.receive()
		if err != nil || reply.String() == "" {
			b.Fatal(err)
		}
	}
}
