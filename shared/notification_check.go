package shared

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Bounds of a notification, and of all those that one call hands over, in bytes. Every transport carries what is within
// them.
const (
	maxKey           = 200
	maxSubject       = 500
	maxBody          = 512 << 10
	maxNotifications = 15 << 20
)

// Check says what is wrong with each notification by itself: a receipt for each, in order, with the findings in the
// reader's language, and the places of those that are good. Package translations has the texts. It is asked where
// notifications enter, on either side of the connection between host and plugin, so that one that cannot be carried or
// stored fails by itself and not the whole call.
func (r NotifyRequest) Check(reader text.Language) (receipts []Receipt, good []int) {
	receipts = make([]Receipt, len(r.Notifications))
	if refusal := r.refusal(); refusal != nil {
		for i := range receipts {
			receipts[i].Diagnostics = Diagnostics{refusal.In(reader)}
		}
		return receipts, nil
	}
	for i, notification := range r.Notifications {
		if found := notification.check(); found != nil {
			receipts[i].Diagnostics = Diagnostics{found.In(reader)}
			continue
		}
		good = append(good, i)
	}
	return receipts, good
}

// refusal is why none of the notifications can be taken.
func (r NotifyRequest) refusal() *Violation {
	tooMany := func(summary text.Text) *Violation {
		return &Violation{
			Code: "too_many_notifications", Summary: summary, Detail: text.Of("Hand them over in several calls."),
		}
	}
	if n := len(r.Notifications); n > MaxNotifications {
		return tooMany(text.Of("{count} notification was handed over at once, at most {max} are taken. || "+
			"{count} notifications were handed over at once, at most {max} are taken.", "count", n, "max", MaxNotifications))
	}
	size := 0
	for _, n := range r.Notifications {
		size += n.size()
	}
	if size > maxNotifications {
		return tooMany(text.Of("The notifications that were handed over at once have more than {count} byte together. || "+
			"The notifications that were handed over at once have more than {count} bytes together.", "count", maxNotifications))
	}
	return nil
}

// size is how many bytes the notification takes on its way to the plugin, at most.
func (n Notification) size() int {
	const framing = 64
	return len(n.Key) + len(n.To) + len(n.Subject) + len(n.Text) + len(n.HTML) + framing
}

// check returns the first thing that is wrong, nil when there is none. What one database takes and another refuses,
// such as NUL in a text, is refused here for all.
func (n Notification) check() *Violation {
	fail := func(field, code string, message text.Message, values ...any) *Violation {
		return &Violation{Code: code, Field: field, Summary: text.Of(message, values...)}
	}
	for _, part := range []struct{ field, content string }{
		{"key", n.Key}, {"to", n.To}, {"subject", n.Subject}, {"text", n.Text}, {"html", n.HTML},
	} {
		if !utf8.ValidString(part.content) {
			return fail(part.field, "not_text", "It is not valid UTF-8 text.")
		}
	}
	switch {
	case !IsEmailAddress(n.To):
		return fail("to", "not_an_address", "“{address}” is not an e-mail address.", "address", n.To)
	case len(n.Key) > maxKey:
		return fail(
			"key", "wrong_length", "The key has more than {count} byte. || The key has more than {count} bytes.",
			"count", maxKey,
		)
	case printable.Line(n.Key) != n.Key:
		return fail("key", "control_character", "The key contains a control character.")
	case len(n.Subject) > maxSubject:
		return fail(
			"subject", "wrong_length",
			"The subject has more than {count} byte. || The subject has more than {count} bytes.", "count", maxSubject,
		)
	case strings.ContainsFunc(n.Subject, isControlInLine):
		return fail("subject", "control_character", "The subject contains a control character.")
	case len(n.Text)+len(n.HTML) > maxBody:
		return fail(
			"text", "wrong_length",
			"The message has more than {count} byte. || The message has more than {count} bytes.", "count", maxBody,
		)
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
