package shared

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of what one call hands over, and of one notification. With more than MaxNotifications, or more than
// MaxNotificationBytes together, none is taken; see [Notification.Size]. One notification within its own bounds is
// within those of a call.
const (
	MaxNotifications     = 1000
	MaxNotificationBytes = 15 << 20
	MaxAttachments       = 10
	// MaxAttachmentBytes is how many bytes the attachments of one notification may have together.
	MaxAttachmentBytes = 10 << 20
)

// Notification is a message to one recipient. All texts are UTF-8.
type Notification struct {
	// Key is the idempotency key, at most 200 bytes without control characters: a second notification with the same key
	// and recipient is the same one, in the same call too, as long as the service keeps the first. It does so until that
	// one is finished and for a while after, as it is configured: the SMTP plugin for 7 days after a delivery, and 90 days
	// where it was given up, was cancelled or has expired (keep_delivered, keep_failed). [OperationPurge] ends it at once.
	// Empty makes a new one each time.
	Key string `json:"key,omitempty"`
	// To is the recipient, one bare e-mail address; see [IsEmailAddress].
	To string `json:"to"`
	// Subject has no control characters but line breaks and tabs, which become blanks. One of more than 500 bytes is
	// shortened; see [Notification.WithShortSubject]. Text and HTML have together at most 512 KiB, and no NUL. Not all
	// three may be empty.
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	// HTML is the same message as HTML; may be empty.
	HTML string `json:"html,omitempty"`
	// ReplyTo is the one bare e-mail address that answers go to. It replaces the address of the settings; empty leaves it.
	ReplyTo string `json:"reply_to,omitempty"`
	// Thread is what the notification belongs to, at most 200 bytes without control characters, such as an alarm that has
	// a beginning and an end: those of one thread to one recipient arrive in the order in which they were accepted, and
	// mail programs show them together (RFC 5322 section 3.6.4). Empty belongs to nothing.
	Thread string `json:"thread,omitempty"`
	// Expires is the time after which it is not sent: it ends as [NotificationExpired]. One that has expired already is
	// taken all the same. Zero never expires. The year is between 1970 and 9999.
	Expires time.Time `json:"expires,omitzero"`
	// Priority is empty for [PriorityNormal].
	Priority Priority `json:"priority,omitempty"`
	// Category is what the notification is about, for filters, charts and limits; at most 100 bytes without control
	// characters. May be empty.
	Category string `json:"category,omitempty"`
	// Attachments are at most [MaxAttachments], and [MaxAttachmentBytes] together.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Attachment is a file that comes with a notification.
type Attachment struct {
	// Name is that of the file without a folder, 1 to 200 bytes without control characters.
	Name string `json:"name"`
	// Type is the media type (RFC 2045 section 5.1), such as "image/png"; no multipart/ and message/. Empty means
	// application/octet-stream.
	Type string `json:"type,omitempty"`
	// ContentID is by what the HTML shows it: <img src="cid:logo"> shows the one with the id logo (RFC 2392). It has at
	// most 100 letters, digits and characters of ".-_@", and no other attachment of the notification has it. Empty is
	// for what is only attached.
	ContentID string `json:"content_id,omitempty"`
	Content   []byte `json:"content"`
}

// Priority says which of the notifications that wait goes first.
type Priority string

// The priorities. Of those with the same, the one that was accepted first is sent first.
const (
	PriorityHigh   Priority = "high" // overtakes all that waits and is not high itself
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low" // is sent when nothing else waits
)

// WithShortSubject returns the notification with a subject of at most 500 bytes: a longer one is cut between two
// characters, and ends with “…”. Text that is not UTF-8 is left for [NotifyRequest.Check] to refuse.
func (n Notification) WithShortSubject() Notification {
	const ellipsis = "…"
	if len(n.Subject) <= maxSubject || !utf8.ValidString(n.Subject) {
		return n
	}
	end := maxSubject - len(ellipsis)
	for end > 0 && !isBoundary(n.Subject, end) {
		end--
	}
	n.Subject = strings.TrimRightFunc(n.Subject[:end], unicode.IsSpace) + ellipsis
	return n
}

// isBoundary reports whether text can be cut at the place without taking a mark from its letter, or a part from a
// character that is joined of several.
func isBoundary(text string, at int) bool {
	const joiner = '\u200d'
	if !utf8.RuneStart(text[at]) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[at:])
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	skinTone := '\U0001F3FB' <= next && next <= '\U0001F3FF'
	return !unicode.Is(unicode.M, next) && !skinTone && next != joiner && before != joiner
}
