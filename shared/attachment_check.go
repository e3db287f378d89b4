package shared

import (
	"mime"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// attachmentField names a part of an attachment, such as "attachments[2].name"; the first one has the number 0.
func attachmentField(i int, part string) string {
	return "attachments[" + strconv.Itoa(i) + "]." + part
}

// contentID is a part of an addr-spec that every mail program finds again (RFC 2392). Its length is bounded beside it:
// a bound in the expression would compile to as many copies.
var contentID = onFirstUse(`^[A-Za-z0-9.\-_@]+$`)

const maxContentID = 100

func (n Notification) checkAttachments() *Violation {
	if count := len(n.Attachments); count > MaxAttachments {
		return violation("attachments", "too_many_attachments", text.Of(
			"There is {count} attachment, at most {max} are taken. || There are {count} attachments, at most {max} are taken.",
			"count", count, "max", MaxAttachments), "Leave some out, or send a link to them.")
	}
	size := 0
	seen := map[string]bool{}
	for i, attachment := range n.Attachments {
		size += len(attachment.Content)
		if found := attachment.check(i); found != nil {
			return found
		}
		if id := attachment.ContentID; id != "" && seen[id] {
			return violation(attachmentField(i, "content_id"), "content_id_twice",
				text.Of("Two attachments have the content id “{id}”.", "id", id), "Give each of them an id of its own.")
		}
		seen[attachment.ContentID] = true
	}
	if size > MaxAttachmentBytes {
		return violation("attachments", "wrong_length", text.Of("The attachments have more than {count} byte together. || "+
			"The attachments have more than {count} bytes together.", "count", MaxAttachmentBytes),
			"Leave some out, or send a link to them.")
	}
	return nil
}

// check returns the first thing that is wrong with the attachment, whose place is i.
func (a Attachment) check(i int) *Violation {
	name := attachmentField(i, "name")
	if found := checkName(name, a.Name, maxAttachmentName); found != nil {
		return found
	}
	switch {
	case strings.TrimSpace(a.Name) == "" || a.Name == "." || a.Name == ".." || strings.ContainsAny(a.Name, `/\`):
		return violation(name, "not_a_file_name", text.Of("“{name}” is not the name of a file.", "name", a.Name),
			"Give the name without a folder, such as report.pdf.")
	case a.Type != "" && !isFileType(a.Type):
		return violation(attachmentField(i, "type"), "not_a_media_type",
			text.Of("“{type}” is not the media type of a file.",
				"type", printable.Line(printable.Shortened(a.Type, maxShown))),
			"Give one such as application/pdf, or none.")
	case a.ContentID != "" && (len(a.ContentID) > maxContentID || !contentID().MatchString(a.ContentID)):
		return violation(attachmentField(i, "content_id"), "not_a_content_id",
			text.Of("“{id}” is not a content id.", "id", printable.Line(printable.Shortened(a.ContentID, maxShown))),
			"Use at most 100 letters, digits, dots, hyphens, underscores and at signs.")
	}
	return nil
}

// maxMediaType bounds a media type with its parameters, so that it fits into a line of a message.
const maxMediaType = 200

// isFileType reports whether files of the media type can be attached as they are: a multipart has parts of its own,
// and a message may not be encoded (RFC 2046 section 5.2.1).
func isFileType(given string) bool {
	kind, _, err := mime.ParseMediaType(given)
	main, sub, both := strings.Cut(kind, "/")
	return err == nil && both && sub != "" && len(given) <= maxMediaType && printable.Line(given) == given &&
		main != "multipart" && main != "message"
}
