package shared

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Bounds of a notification, and of all those that one call hands over, in bytes. Every transport carries what is within
// them.
const (
	maxKey            = 200
	maxThread         = 200
	maxCategory       = 100
	maxSubject        = 500
	maxBody           = 512 << 10
	maxAttachmentName = 200
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
		size += n.Size()
	}
	if size > MaxNotificationBytes {
		return tooMany(text.Of("The notifications that were handed over at once have more than {count} byte together. || "+
			"The notifications that were handed over at once have more than {count} bytes together.",
			"count", MaxNotificationBytes))
	}
	return nil
}

// Size is how many bytes the notification counts for [MaxNotificationBytes]: as many as it takes on its way to the
// plugin, at most.
func (n Notification) Size() int {
	const framing = 64
	size := framing
	for _, part := range n.texts() {
		size += len(part.content) + framing
	}
	for _, attachment := range n.Attachments {
		size += len(attachment.Content) + framing
	}
	return size
}

// namedText is a text of a notification with its name in the contract.
type namedText struct{ field, content string }

// texts are all texts of the notification.
func (n Notification) texts() []namedText {
	texts := []namedText{
		{"key", n.Key}, {"to", n.To}, {"subject", n.Subject}, {"text", n.Text}, {"html", n.HTML},
		{"reply_to", n.ReplyTo}, {"thread", n.Thread}, {"priority", string(n.Priority)}, {"category", n.Category},
	}
	for i, attachment := range n.Attachments {
		texts = append(texts, namedText{attachmentField(i, "name"), attachment.Name},
			namedText{attachmentField(i, "type"), attachment.Type},
			namedText{attachmentField(i, "content_id"), attachment.ContentID})
	}
	return texts
}

// check returns the first thing that is wrong, nil when there is none. What one database takes and another refuses,
// such as NUL in a text, is refused here for all.
func (n Notification) check() *Violation {
	for _, part := range n.texts() {
		if !utf8.ValidString(part.content) {
			return violation(part.field, "not_text", text.Of("It is not valid UTF-8 text."),
				"Convert it to UTF-8 before you hand it over.")
		}
	}
	for _, check := range []func() *Violation{
		n.checkAddresses, n.checkNames, n.checkSaid, n.checkPriority, n.checkAttachments,
	} {
		if found := check(); found != nil {
			return found
		}
	}
	return nil
}

func violation(field, code string, summary text.Text, remedy text.Message) *Violation {
	return &Violation{Code: code, Field: field, Summary: summary, Detail: text.Of(remedy)}
}

func (n Notification) checkAddresses() *Violation {
	for _, part := range []namedText{{"to", n.To}, {"reply_to", n.ReplyTo}} {
		if part.field == "reply_to" && part.content == "" {
			continue
		}
		if !IsEmailAddress(part.content) {
			return violation(part.field, "not_an_address",
				text.Of("“{address}” is not an e-mail address.", "address", printable.Shortened(part.content, maxShown)),
				"Give one address without a name, such as anna@email.com.")
		}
	}
	return nil
}

// maxShown is how many characters of what is wrong a finding repeats.
const maxShown = 100

// checkNames checks what programs compare.
func (n Notification) checkNames() *Violation {
	for _, part := range []struct {
		namedText
		longest int
	}{
		{namedText{"key", n.Key}, maxKey}, {namedText{"thread", n.Thread}, maxThread},
		{namedText{"category", n.Category}, maxCategory},
	} {
		if found := checkName(part.field, part.content, part.longest); found != nil {
			return found
		}
	}
	return nil
}

// checkName holds that a name is one line that can be shown as it is.
func checkName(field, content string, longest int) *Violation {
	switch {
	case len(content) > longest:
		return tooLong(field, longest, "Shorten it.")
	case printable.Line(content) != content:
		return controlCharacter(field)
	}
	return nil
}

func tooLong(field string, longest int, remedy text.Message) *Violation {
	return violation(field, "wrong_length", text.Of("“{field}” has more than {count} byte. || "+
		"“{field}” has more than {count} bytes.", "field", field, "count", longest), remedy)
}

func controlCharacter(field string) *Violation {
	return violation(field, "control_character", text.Of("“{field}” contains a control character.", "field", field),
		"Take control characters out of it.")
}

// checkSaid checks subject and texts.
func (n Notification) checkSaid() *Violation {
	switch {
	case strings.ContainsFunc(n.Subject, isControlInLine):
		return controlCharacter("subject")
	case len(n.Text)+len(n.HTML) > maxBody:
		return violation("text", "wrong_length", text.Of(
			"The message has more than {count} byte. || The message has more than {count} bytes.", "count", maxBody),
			"Shorten it, or send the rest as an attachment.")
	case strings.ContainsRune(n.Text, 0):
		return controlCharacter("text")
	case strings.ContainsRune(n.HTML, 0):
		return controlCharacter("html")
	case n.Text == "" && n.HTML == "" && n.Subject == "":
		return violation("text", "empty_message", text.Of("The message has neither subject nor text."),
			"Give it a subject, a text or both.")
	}
	return nil
}

// isControlInLine spares line breaks and tabs, which a subject may have and which become blanks when it is sent.
func isControlInLine(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\r\n\t", r) }

// Years of a time until which a notification is of use.
const (
	minExpires = 1970
	maxExpires = 9999
)

// checkPriority checks when the notification is sent.
func (n Notification) checkPriority() *Violation {
	switch n.Priority {
	case "", PriorityHigh, PriorityNormal, PriorityLow:
	default:
		return violation("priority", "unknown_priority", text.Of("“{value}” is not a priority.", "value",
			printable.Line(printable.Shortened(string(n.Priority), maxShown))), "Use “high”, “normal” or “low”.")
	}
	if year := n.Expires.UTC().Year(); !n.Expires.IsZero() && (year < minExpires || year > maxExpires) {
		return violation("expires", "out_of_range", text.Of("The time until which it is of use is in the year {year}.",
			"year", strconv.Itoa(year)), "Give a time between 1970 and 9999, or none.")
	}
	return nil
}
