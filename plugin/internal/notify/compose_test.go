package notify

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
)

var composedAt = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

func alert() Message {
	return Message{
		From: mail.Address{Name: "Console", Address: "me@example.com"}, To: "you@example.org", Subject: "Disk full",
		Text: "db1 is full",
		Key:  "k1", Date: composedAt,
	}
}

// readMessage parses what was composed, with the standard library, and returns its header and its texts by their types.
func readMessage(t *testing.T, composed []byte) (mail.Header, map[string]string) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(composed))
	if err != nil {
		t.Fatalf("%v in %q", err, composed)
	}
	kind, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	read := func(kind string, header textproto.MIMEHeader, body io.Reader) {
		content, err := io.ReadAll(quotedprintable.NewReader(body))
		if err != nil || header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Errorf("%s is encoded as %q, %v", kind, header.Get("Content-Transfer-Encoding"), err)
		}
		texts[kind] = strings.ReplaceAll(string(content), "\r\n", "\n")
	}
	if kind != "multipart/alternative" {
		read(kind, textproto.MIMEHeader(parsed.Header), parsed.Body)
		return parsed.Header, texts
	}
	parts := multipart.NewReader(parsed.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parsed.Header, texts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		read(kind, part.Header, part)
	}
}

// TestCompose reads what was composed back.
func TestCompose(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*Message)
		subject string
		texts   map[string]string
	}{
		"plain": {func(*Message) {}, "Disk full", map[string]string{"text/plain": "db1 is full"}},
		"with HTML": {func(m *Message) { m.HTML = "<b>full</b>" }, "Disk full",
			map[string]string{"text/plain": "db1 is full", "text/html": "<b>full</b>"}},
		"empty":          {func(m *Message) { m.Text, m.Subject = "", "" }, "", map[string]string{"text/plain": ""}},
		"only a subject": {func(m *Message) { m.Text = " \n" }, "Disk full", map[string]string{"text/plain": "Disk full"}},
		"only HTML": {func(m *Message) { m.Text, m.HTML = "", "<p>db1 is <b>full</b></p>" }, "Disk full",
			map[string]string{"text/plain": "db1 is full", "text/html": "<p>db1 is <b>full</b></p>"}},
		"only a picture": {func(m *Message) { m.Text, m.HTML = "", "<img src=x>" }, "Disk full",
			map[string]string{"text/plain": "Disk full", "text/html": "<img src=x>"}},
		"other letters": {func(m *Message) { m.Subject, m.Text = "Größe 東京 🦊", "Größe\n東京" },
			"Größe 東京 🦊",
			map[string]string{"text/plain": "Größe\n東京"}},
		"dots and long lines": {func(m *Message) { m.Text = ".\n..\n" + strings.Repeat("x", 5000) }, "Disk full",
			map[string]string{"text/plain": ".\n..\n" + strings.Repeat("x", 5000)}},
		"subject over lines": {func(m *Message) { m.Subject = "a\r\nBcc: thief@example.net\n\nx\x00y" },
			"a Bcc: thief@example.net x y",
			map[string]string{"text/plain": "db1 is full"}},
		"long subject": {func(m *Message) { m.Subject = strings.Repeat("東京 full ", 50) },
			strings.TrimSpace(strings.Repeat("東京 full ", 50)),
			map[string]string{"text/plain": "db1 is full"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := alert()
			c.change(&m)
			composed, err := Compose(m)
			if err != nil {
				t.Fatal(err)
			}
			header, texts := readMessage(t, composed)
			subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
			if err != nil || strings.TrimSpace(subject) != c.subject {
				t.Errorf("its subject is %q, %v", subject, err)
			}
			if len(texts) != len(c.texts) {
				t.Errorf("it has the parts %q", texts)
			}
			for kind, want := range c.texts {
				if texts[kind] != want {
					t.Errorf("%s is %q", kind, texts[kind])
				}
			}
			checkForm(t, header, composed)
		})
	}
}

// checkForm holds what every message has: the fields of RFC 5322 once, RFC 3834's mark, nothing else, and lines that
// every server takes.
func checkForm(t *testing.T, header mail.Header, composed []byte) {
	t.Helper()
	fields := []string{
		"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version",
		"Subject", "To", "X-Auto-Response-Suppress",
	}
	for field, values := range header {
		if !slices.Contains(fields, field) || len(values) != 1 {
			t.Errorf("it has the field %s: %q", field, values)
		}
	}
	if from, err := header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "me@example.com" {
		t.Errorf("it is from %v, %v", from, err)
	}
	if to, err := header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "you@example.org" {
		t.Errorf("it is to %v, %v", to, err)
	}
	if at, err := header.Date(); err != nil || !at.Equal(composedAt) {
		t.Errorf("its date is %v, %v", at, err)
	}
	if header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(header.Get("Message-Id"), "@example.com>") {
		t.Errorf("its header is %v", header)
	}
	for line := range strings.SplitSeq(string(composed), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("it has the line %q", line)
		}
	}
	for _, one := range composed {
		if one >= utf8.RuneSelf {
			t.Fatalf("it has the byte %#x", one)
		}
	}
}

// TestMessageID holds that the same notification to the same recipient is recognised, and no other one.
func TestMessageID(t *testing.T) {
	messageID := func(m Message) string { return messageID(m, m.Key+"\x00"+m.To) }
	first := messageID(alert())
	same := alert()
	same.Subject, same.Text, same.Date = "other", "other", composedAt.Add(time.Hour)
	if messageID(same) != first {
		t.Error("it depends on what is said, or when")
	}
	seen := map[string]string{first: "the first"}
	for name, change := range map[string]func(*Message){
		"key": func(m *Message) { m.Key = "k2" }, "recipient": func(m *Message) { m.To = "them@example.org" },
		"sender's domain": func(m *Message) { m.From.Address = "me@other.example" },
		"shifted":         func(m *Message) { m.Key, m.To = "k1\x00you", "@example.org" },
	} {
		m := alert()
		change(&m)
		id := messageID(m)
		if other, found := seen[id]; found {
			t.Errorf("%s and %s have the same", name, other)
		}
		seen[id] = name
	}
}

// FuzzCompose has whatever text in whatever field: a message is refused, or nothing is added to its header.
func FuzzCompose(f *testing.F) {
	f.Add("Console", "me@example.com", "you@example.org", "Disk full", "db1", "<b>db1</b>", "k")
	f.Add("a\r\nBcc: x@y.example", "me@example.com\r\nBcc: x", "you@example.org>", "a\nb: c", ".\r\n.", "", "\x00")
	f.Add("\"Ü, <x>\" ;:", "ü@münchen.example", "東京@example.org", strings.Repeat("ä", 600), "\xff\xfe", "\r", "")
	f.Fuzz(func(t *testing.T, name, from, to, subject, text, html, key string) {
		m := Message{
			From: mail.Address{Name: name, Address: from}, To: to, ReplyTo: to, Subject: subject, Text: text, HTML: html,
			Key: key, Thread: key, Date: composedAt,
			Attachments: []shared.Attachment{{Name: name, Type: subject, ContentID: "a", Content: []byte(text)}},
		}
		composed, err := Compose(m)
		if err != nil {
			return
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(composed))
		if err != nil {
			t.Fatalf("%v in %q", err, composed)
		}
		for field, values := range parsed.Header {
			if len(values) != 1 || strings.EqualFold(field, "Bcc") || len(parsed.Header) > 13 {
				t.Fatalf("%s: %q in %q", field, values, composed)
			}
		}
	})
}
