package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func notificationToProto(n shared.Notification) *settingsv1.Notification {
	return &settingsv1.Notification{
		Key: validUTF8(n.Key), To: validUTF8(n.To), Subject: validUTF8(n.Subject), Text: validUTF8(n.Text),
		Html: validUTF8(n.HTML), ReplyTo: validUTF8(n.ReplyTo), Thread: validUTF8(n.Thread),
		Expires: timeToProto(n.Expires), Priority: validUTF8(string(n.Priority)), Category: validUTF8(n.Category),
		Attachments: each(n.Attachments, func(a shared.Attachment) *settingsv1.Attachment {
			return &settingsv1.Attachment{
				Name: validUTF8(a.Name), Type: validUTF8(a.Type), ContentId: validUTF8(a.ContentID), Content: a.Content,
			}
		}),
	}
}

func notificationFromProto(n *settingsv1.Notification) shared.Notification {
	return shared.Notification{
		Key: n.GetKey(), To: n.GetTo(), Subject: n.GetSubject(), Text: n.GetText(), HTML: n.GetHtml(),
		ReplyTo: n.GetReplyTo(), Thread: n.GetThread(), Expires: timeFromProto(n.GetExpires()),
		Priority: shared.Priority(n.GetPriority()), Category: n.GetCategory(),
		Attachments: each(n.GetAttachments(), func(a *settingsv1.Attachment) shared.Attachment {
			return shared.Attachment{
				Name: a.GetName(), Type: a.GetType(), ContentID: a.GetContentId(), Content: a.GetContent(),
			}
		}),
	}
}
