package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Message is what a notification says. Of Subject, Text and HTML each may be empty.
type Message struct {
	From mail.Address
	To   string
	// ReplyTo is where answers go, when it is not From; empty leaves them there.
	ReplyTo string
	Subject string
	Text    string
	HTML    string
	// Thread is what the message belongs to; empty belongs to nothing.
	Thread      string
	Attachments []shared.Attachment
	// Key identifies the message: the same key and recipient always give the same Message-ID.
	Key string
	// Date is the time of the Date header field.
	Date time.Time
}

// Compose writes the message in the form of RFC 5322: UTF-8 in quoted-printable, with an HTML alternative and
// attachments where there are any, marked as automatic (RFC 3834). There always is a text to read: it is made from the
// HTML, or is the subject, when there is no other. All is ASCII, unless an address needs SMTPUTF8 anyway. No value can
// add a header field: line breaks in them become blanks or are refused.
func Compose(m Message) ([]byte, error) {
	if strings.ContainsAny(m.From.Address+m.To+m.ReplyTo, "\r\n\x00<>") {
		return nil, errors.New("compose message: an address contains a control character or an angle bracket")
	}
	header, err := headerOf(m)
	if err != nil {
		return nil, fmt.Errorf("compose message: %w", err)
	}
	var written bytes.Buffer
	if err := contentOf(m).writeTo(header, newPart(&written)); err != nil {
		return nil, fmt.Errorf("compose message: %w", err)
	}
	return written.Bytes(), nil
}

// headerOf is the header of the message, without what says how its content is written.
func headerOf(m Message) (header message.Header, err error) {
	var fields [][2]string
	set := func(field, value string, failed error) {
		fields = append(fields, [2]string{field, value})
		err = errors.Join(err, failed)
	}
	from, failed := mailbox("From", oneLine(m.From.Name), m.From.Address)
	set("From", from, failed)
	to, failed := mailbox("To", "", m.To)
	set("To", to, failed)
	if m.ReplyTo != "" {
		answers, failed := mailbox("Reply-To", "", m.ReplyTo)
		set("Reply-To", answers, failed)
	}
	set("Subject", encodedText("Subject", oneLine(m.Subject)), nil)
	set("Date", m.Date.Format(time.RFC1123Z), nil)
	set("Message-Id", messageID(m, m.Key+"\x00"+m.To), nil)
	if m.Thread != "" { // RFC 5322 section 3.6.4; the first message is not there, which no mail program minds.
		thread := messageID(m, "thread\x00"+m.Thread)
		set("In-Reply-To", thread, nil)
		set("References", thread, nil)
	}
	set("Auto-Submitted", "auto-generated", nil)
	set("X-Auto-Response-Suppress", "All", nil)     // Exchange knows no other way.
	for _, field := range slices.Backward(fields) { // The last one that is set is written first.
		header.Set(field[0], field[1])
	}
	return header, err
}

// messageID is stable, so that a message that is sent again after a crash can be recognised as the same.
func messageID(m Message, of string) string {
	sum := sha256.Sum256([]byte(of))
	address, err := headerAddress(m.From.Address)
	_, domain, found := strings.Cut(address, "@")
	if err != nil || !found {
		domain = "localhost"
	}
	return "<" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])) + "@" +
		mime.QEncoding.Encode("utf-8", domain) + ">"
}

// content is a part of a message: a text, a file, or several parts.
type content struct {
	header message.Header
	body   []byte
	parts  []content
}

func several(kind string, parts ...content) content {
	together := content{parts: parts}
	together.header.Set("Content-Type", "multipart/"+kind)
	return together
}

func textual(kind, said string) content {
	part := content{body: []byte(said)}
	part.header.Set("Content-Type", kind+"; charset=utf-8")
	part.header.Set("Content-Transfer-Encoding", "quoted-printable")
	return part
}

// attached is a file: one that the HTML shows has an id.
func attached(file shared.Attachment, shown bool) content {
	part := content{body: file.Content}
	part.header.Set("Content-Type", "application/octet-stream")
	if kind, parameters, err := mime.ParseMediaType(file.Type); err == nil &&
		mime.FormatMediaType(kind, parameters) != "" {
		part.header.Set("Content-Type", mime.FormatMediaType(kind, parameters))
	}
	part.header.Set("Content-Transfer-Encoding", "base64")
	disposition := "attachment"
	if file.ContentID != "" {
		part.header.Set("Content-Id", "<"+file.ContentID+">")
	}
	if shown {
		disposition = "inline"
	}
	part.header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": file.Name}))
	return part
}

// contentOf is what a message contains.
func contentOf(m Message) content {
	var shown, beside []content
	for _, file := range m.Attachments {
		if file.ContentID != "" && m.HTML != "" {
			shown = append(shown, attached(file, true))
		} else {
			beside = append(beside, attached(file, false))
		}
	}
	whole := textual("text/plain", readable(m))
	if m.HTML != "" {
		page := textual("text/html", m.HTML)
		if len(shown) > 0 {
			page = several("related; type=\"text/html\"", append([]content{page}, shown...)...) // RFC 2387
		}
		whole = several("alternative", whole, page)
	}
	if len(beside) > 0 {
		whole = several("mixed", append([]content{whole}, beside...)...)
	}
	return whole
}

// readable is the text of the message.
func readable(m Message) string {
	for _, said := range []string{m.Text, textOfHTML(m.HTML), oneLine(m.Subject)} {
		if strings.TrimSpace(said) != "" {
			return said
		}
	}
	return m.Text
}

// newPart begins the part of a message that a header stands before.
type newPartFunc func(message.Header) (*message.Writer, error)

func newPart(out io.Writer) newPartFunc {
	return func(header message.Header) (*message.Writer, error) { return message.CreateWriter(out, header) }
}

// writeTo writes the part, with the header fields before its own.
func (c content) writeTo(header message.Header, begin newPartFunc) error {
	whole := c.header.Copy()
	for _, field := range slices.Backward(fieldsOf(header)) {
		whole.Set(field[0], field[1])
	}
	part, err := begin(whole)
	if err != nil {
		return err
	}
	for _, inner := range c.parts {
		if err := inner.writeTo(message.Header{}, part.CreatePart); err != nil {
			return err
		}
	}
	if len(c.parts) == 0 {
		if _, err := part.Write(c.body); err != nil {
			return err
		}
	}
	return part.Close()
}

func fieldsOf(header message.Header) (list [][2]string) {
	for fields := header.Fields(); fields.Next(); {
		list = append(list, [2]string{fields.Key(), fields.Value()})
	}
	return list
}
