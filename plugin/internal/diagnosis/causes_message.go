package diagnosis

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// messageCauses are about the message.
var messageCauses = []cause{
	{
		code: "message_too_big", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				when:    func(r *reading) bool { return r.failure.Kind == smtpconn.KindTooBig },
				summary: "The message is larger than the server accepts.",
				detail:  "Leave attachments out, or send links to them.",
			},
			{
				summary: "The message is larger than the server accepts, or the mailbox is full.",
				detail:  "The server's answer says more.",
			},
		},
	},
	{
		code: "content_refused", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				when:    givesNoReason,
				summary: "The server refused the message.",
				detail:  "The server's answer says more.",
			},
			{
				summary: "The server refused the message for what is in it.",
				detail:  "The server's answer says more; its operator can exempt this sender from the filter.",
			},
		},
	},
	{
		code: "internal", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary:  "A defect in this software stopped this: {reason}.",
				detail:   "Please report it, with the transcript below.",
				delivery: reportWithLog,
			},
			{
				summary:  "A defect in this software stopped this.",
				detail:   "Please report it, with the transcript below.",
				delivery: reportWithLog,
			},
		},
	},
	{
		code: "attachment_refused", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server does not accept an attachment of this type.",
				detail:  "Leave the attachment out, or send it as another type of file.",
			},
		},
	},
	{
		code: "mail_loop", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The message runs in a circle: the recipient's address is forwarded back to where it came from.",
				detail:  "The administrator of the recipient's domain has to mend the forwarding.",
			},
		},
	},
	{
		code: "message_malformed", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server refuses the form of the message.",
				detail: "Check name and address of the sender for unusual characters. If they are plain, report this as a" +
					" defect, with the server's answer.",
			},
		},
	},
	{
		code: "policy_refused", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "A rule of the sender's or the recipient's organisation refuses the message.",
				detail:  "The administrator of that organisation can say which rule it is and make an exception.",
			},
		},
	},
	{
		code: "too_many_recipients", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The message has more recipients than the server takes at once.",
				detail:  "Send to fewer recipients at a time.",
			},
		},
	},
	{
		code: "url_blocklisted", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "A link in the message is on a blocklist.",
				detail:  "Leave the link out, or have its domain removed from the list.",
			},
		},
	},
	{
		code: "virus_found", outcome: Failed, scope: shared.ScopeMessage, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server found a virus in the message.",
				detail:  "Leave the infected part out and check this machine for viruses.",
			},
		},
	},
}
