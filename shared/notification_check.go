package shared

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Bounds of a notification, and of all those that one call hands over, in bytes. Every transport carries what is within them.
const (
	maxKey           = 200
	maxSubject       = 500
	maxBody          = 512 << 10
	maxNotifications = 15 << 20
)

// Check says what is wrong with each notification by itself: a receipt for each, in order, with the findings as phrases, and
// the places of those that are good. It is asked where notifications enter, on either side of the connection between host
// and plugin, so that one that cannot be carried or stored fails by itself and not the whole call.
func (r NotifyRequest) Check() (receipts []Receipt, good []int) {
	receipts = make([]Receipt, len(r.Notifications))
	if refusal := r.refusal(); refusal != nil {
		for i := range receipts {
			receipts[i].Diagnostics = Diagnostics{*refusal}
		}
		return receipts, nil
	}
	for i, notification := range r.Notifications {
		if finding := notification.check(); finding != nil {
			receipts[i].Diagnostics = Diagnostics{*finding}
			continue
		}
		good = append(good, i)
	}
	return receipts, good
}

// refusal is why none of the notifications can be taken.
func (r NotifyRequest) refusal() *Diagnostic {
	tooMany := func(summary string) *Diagnostic {
		return &Diagnostic{
			Severity: SeverityError, Code: "too_many_notifications", Summary: summary, Detail: "Hand them over in several calls.",
		}
	}
	if n := len(r.Notifications); n > MaxNotifications {
		return tooMany(phrase.Of("{count} notifications were handed over at once, at most {max} are taken.", "count", n, "max", MaxNotifications))
	}
	size := 0
	for _, n := range r.Notifications {
		size += n.size()
	}
	if size > maxNotifications {
		return tooMany(phrase.Of("The notifications that were handed over at once have more than {max} bytes together.", "max", maxNotifications))
	}
	return nil
}

// size is how many bytes the notification takes on its way to the plugin, at most.
func (n Notification) size() int {
	const framing = 64
	return len(n.Key) + len(n.To) + len(n.Subject) + len(n.Text) + len(n.HTML) + framing
}

// check returns the first thing that is wrong, nil when there is none. What one database takes and another refuses, such as
// NUL in a text, is refused here for all.
func (n Notification) check() *Diagnostic {
	fail := func(field, code, summary string) *Diagnostic {
		return &Diagnostic{Severity: SeverityError, Code: code, Field: field, Summary: summary}
	}
	for _, text := range []struct{ field, content string }{{"key", n.Key}, {"to", n.To}, {"subject", n.Subject}, {"text", n.Text}, {"html", n.HTML}} {
		if !utf8.ValidString(text.content) {
			return fail(text.field, "not_text", "It is not valid UTF-8 text.")
		}
	}
	switch {
	case !IsEmailAddress(n.To):
		return fail("to", "not_an_address", phrase.Of("“{address}” is not an e-mail address.", "address", n.To))
	case len(n.Key) > maxKey:
		return fail("key", "wrong_length", phrase.Of("The key has more than {max} bytes.", "max", maxKey))
	case printable.Line(n.Key) != n.Key:
		return fail("key", "control_character", "The key contains a control character.")
	case len(n.Subject) > maxSubject:
		return fail("subject", "wrong_length", phrase.Of("The subject has more than {max} bytes.", "max", maxSubject))
	case strings.ContainsFunc(n.Subject, isControlInLine):
		return fail("subject", "control_character", "The subject contains a control character.")
	case len(n.Text)+len(n.HTML) > maxBody:
		return fail("text", "wrong_length", phrase.Of("The message has more than {max} bytes.", "max", maxBody))
	case strings.ContainsRune(n.Text, 0):
		return fail("text", "control_character", "The message contains a NUL character.")
	case strings.ContainsRune(n.HTML, 0):
		return fail("html", "control_character", "The message contains a NUL character.")
	case n.Text == "" && n.HTML == "" && n.Subject == "":
		return fail("text", "empty_message", "The message has neither subject nor text.")
	}
	return nil
}

// isControlInLine spares line breaks and tabs, which a subject may have and which become blanks when it is sent.
func isControlInLine(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\r\n\t", r) }
