package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"
)

// Message is what a notification says. Text and HTML may each be empty; HTML may be empty.
type Message struct {
	From    mail.Address
	To      string
	Subject string
	Text    string
	HTML    string
	// Key identifies the message: the same key and recipient always give the same Message-ID.
	Key string
	// Date is the time of the Date header field.
	Date time.Time
}

// Compose writes the message in the form of RFC 5322: UTF-8 in quoted-printable, with an HTML alternative when there is
// one, marked as automatic (RFC 3834). No value can add a header field: line breaks in them are encoded or refused.
func Compose(m Message) ([]byte, error) {
	if strings.ContainsAny(m.From.Address+m.To, "\r\n\x00<>") {
		return nil, fmt.Errorf("compose message: an address contains a control character or an angle bracket")
	}
	var header gomail.Header
	header.SetDate(m.Date)
	header.SetAddressList("From", []*gomail.Address{{Name: oneLine(m.From.Name), Address: m.From.Address}})
	header.SetAddressList("To", []*gomail.Address{{Address: m.To}})
	header.SetSubject(oneLine(m.Subject))
	header.SetMessageID(messageID(m))
	header.Set("Auto-Submitted", "auto-generated")
	var written bytes.Buffer
	write := writeText
	if m.HTML != "" {
		write = writeAlternative
	}
	if err := write(&written, header, m); err != nil {
		return nil, fmt.Errorf("compose message: %w", err)
	}
	return written.Bytes(), nil
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 }), " ")
}

// messageID is stable, so that a message that is sent again after a crash can be recognised as the same.
func messageID(m Message) string {
	sum := sha256.Sum256([]byte(m.Key + "\x00" + m.To))
	_, domain, found := strings.Cut(m.From.Address, "@")
	if !found {
		domain = "localhost"
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])) + "@" +
		mime.QEncoding.Encode("utf-8", domain)
}

func writeText(out io.Writer, header gomail.Header, m Message) error {
	header.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	header.Set("Content-Transfer-Encoding", "quoted-printable")
	body, err := message.CreateWriter(out, header.Header)
	if err != nil {
		return err
	}
	return writeBody(body, m.Text)
}

func writeAlternative(out io.Writer, header gomail.Header, m Message) error {
	header.SetContentType("multipart/alternative", nil)
	body, err := message.CreateWriter(out, header.Header)
	if err != nil {
		return err
	}
	for _, part := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		var partHeader message.Header
		partHeader.SetContentType(part.kind, map[string]string{"charset": "utf-8"})
		partHeader.Set("Content-Transfer-Encoding", "quoted-printable")
		partBody, err := body.CreatePart(partHeader)
		if err != nil {
			return err
		}
		if err := writeBody(partBody, part.text); err != nil {
			return err
		}
	}
	return body.Close()
}

func writeBody(body io.WriteCloser, text string) error {
	if _, err := io.WriteString(body, text); err != nil {
		return err
	}
	return body.Close()
}
