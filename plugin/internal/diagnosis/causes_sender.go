package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// senderCauses are about the sender and its domain.
var senderCauses = []cause{
	{
		code: "smtputf8_not_offered", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The address {sender} or {recipient} has letters that this server cannot handle before the @ " +
					"sign.",
				detail: "Use an address of plain letters, digits and punctuation, or a server that offers SMTPUTF8.",
			},
			{
				summary: "An address has letters that this server cannot handle before the @ sign.",
				detail:  "Use an address of plain letters, digits and punctuation, or a server that offers SMTPUTF8.",
			},
		},
	},
	{
		code: "sender_authentication_missing", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server refuses {sender} because the domain's SPF, DKIM or DMARC records do not allow this " +
					"machine to send for it.",
				detail: "Send through the server of that domain, or add this server to the domain's records.",
			},
			{
				summary: "The server refuses the sender because the domain's SPF, DKIM or DMARC records do not allow this " +
					"machine to send for it.",
				detail: "Send through the server of that domain, or add this server to the domain's records.",
			},
		},
	},
	{
		code: "sender_not_owned", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				provider: "microsoft365",
				summary:  "The login {login} may not send as {sender}.",
				detail: "Use the login's own address as sender, or grant “Send as” for {sender} in the Exchange admin " +
					"center.",
			},
			{
				provider: "zoho",
				summary:  "Zoho does not let {login} send as {sender}.",
				detail:   "Use the login's own address as sender, or add {sender} as a “Send mail as” address in Zoho Mail.",
			},
			{
				provider: "ionos",
				summary:  "IONOS does not let {login} send as {sender}.",
				detail:   "Use the login's own address as sender.",
			},
			{
				summary: "The login {login} may not send as {sender}.",
				detail: "Use the address of the login as sender (turn off “Use other account settings”, or change “E-mail" +
					" address”), or have the server's operator grant the right.",
			},
			{
				summary: "The server does not accept this sender for this login.",
				detail: "Use the address of the login as sender (turn off “Use other account settings”, or change “E-mail" +
					" address”), or have the server's operator grant the right.",
			},
		},
	},
	{
		code: "sender_not_verified", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				provider: "ses",
				summary: "Amazon SES sends only for verified addresses, and {sender} (or, in the sandbox, {recipient}) is " +
					"not.",
				detail: "Verify the address or its domain in the SES console of this region, or move the account out of " +
					"the sandbox.",
				link: "https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html",
			},
			{
				provider: "sendgrid",
				summary:  "SendGrid sends only for verified senders, and {sender} is not one.",
				detail:   "Verify the address or its domain under Settings › Sender Authentication.",
				link:     "https://www.twilio.com/docs/sendgrid/ui/sending-email/sender-verification",
			},
			{
				summary: "The provider sends only for addresses that were verified with it, and {sender} is not.",
				detail:  "Verify the address or its domain in the provider's console, or use one that is verified.",
			},
			{
				summary: "The provider sends only for addresses that were verified with it, and the sender is not.",
				detail:  "Verify the address or its domain in the provider's console, or use one that is verified.",
			},
		},
	},
	{
		code: "sender_domain_not_found", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				when:    saysUnroutable,
				summary: "The server has no route to the sender {sender}: the domain or the mailbox is unknown to it.",
				detail:  "Check the spelling of the sender, or use one that exists.",
			},
			{
				when:    saysUnroutable,
				summary: "The server has no route to the sender: the domain or the mailbox is unknown to it.",
				detail:  "Check the spelling of the sender, or use one that exists.",
			},
			{
				summary: "The server finds no mail domain for the sender {sender}.",
				detail:  "Check the spelling of the sender's domain; it needs an MX or address record.",
			},
			{
				summary: "The server finds no mail domain for the sender.",
				detail:  "Check the spelling of the sender's domain; it needs an MX or address record.",
			},
		},
	},
	{
		code: "sender_syntax_refused", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server does not accept {sender} as an address.",
				detail:  "Check its spelling. Some servers want a full domain after the @ sign.",
			},
			{
				summary: "The server does not accept the sender as an address.",
				detail:  "Check its spelling. Some servers want a full domain after the @ sign.",
			},
		},
	},
	{
		code: "sender_refused_temporarily", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingTemporary,
		field: senderField,
		words: []wording{
			{
				summary:  "The server does not accept the sender {sender} at the moment.",
				detail:   "Try again in a few minutes. The server's answer says more.",
				delivery: "It is tried again. The server's answer says more.",
			},
			{
				summary:  "The server does not accept the sender at the moment.",
				detail:   "Try again in a few minutes. The server's answer says more.",
				delivery: "It is tried again. The server's answer says more.",
			},
		},
	},
	{
		code: "sender_refused", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server does not accept the sender {sender}.",
				detail:  "Use an address that belongs to this server. The server's answer says more.",
			},
			{
				summary: "The server does not accept the sender.",
				detail:  "Use an address that belongs to this server. The server's answer says more.",
			},
		},
	},
	{
		code: "sender_blocklisted", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The sender's address or domain is on a blocklist.",
				detail:  "Have it removed from the list that the server names, or use another sender.",
			},
		},
	},
	{
		code: "sender_check_failed", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingTemporary,
		field: senderField,
		words: []wording{
			{
				summary:  "The server could not find out yet whether the sender exists.",
				detail:   "Try again later. The mail server of the sender's domain has to answer.",
				delivery: senderMustAnswer,
			},
		},
	},
	{
		code: "sender_domain_disabled", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server hosts the sender's domain, but its operator has switched the domain off.",
				detail:  "Ask the server's operator to enable the domain.",
			},
		},
	},
	{
		code: "sender_domain_lookup_failed", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingTemporary,
		field: senderField,
		words: []wording{
			{
				summary:  "The sender's domain, or its SPF, DKIM or DMARC records, could not be looked up at the moment.",
				detail:   "Try again later; if it stays like this, check the name servers of the domain.",
				delivery: orCheckNames,
			},
		},
	},
	{
		code: "sender_domain_no_mail", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The sender's domain declares that it accepts no mail, so mail from it is refused.",
				detail:  "Use a sender of another domain, or remove the null MX record of this one.",
			},
		},
	},
	{
		code: "sender_domain_too_new", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingTemporary,
		field: senderField,
		words: []wording{
			{
				summary: "The sender's domain was registered only recently, so the server does not trust it yet.",
				detail:  "Wait some days, or use a sender of another domain.",
			},
		},
	},
	{
		code: "sender_mailbox_unknown", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				when:    saysUnroutable,
				summary: "The server has no route to the sender {sender}: the domain or the mailbox is unknown to it.",
				detail:  "Check the spelling of the sender, or use one that exists.",
			},
			{
				when:    saysUnroutable,
				summary: "The server has no route to the sender: the domain or the mailbox is unknown to it.",
				detail:  "Check the spelling of the sender, or use one that exists.",
			},
			{
				summary: "The mailbox of the sender {sender} does not exist.",
				detail:  "Make the mailbox, or use a sender that exists: servers ask the sender's domain.",
			},
			{
				summary: "The mailbox of the sender does not exist.",
				detail:  "Make the mailbox, or use a sender that exists: servers ask the sender's domain.",
			},
		},
	},
	{
		code: "sender_reputation_low", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server slows down or refuses mail of the sender's domain because the domain has a poor " +
					"reputation.",
				detail: "Use another sender, or set up SPF, DKIM and DMARC for the domain and send only what is wanted.",
			},
		},
	},
	{
		code: "spoofing_blocked", outcome: Failed, scope: shared.ScopeSender, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The server refuses mail from outside that carries a sender of its own domain.",
				detail: "Log in at the server of that domain, have this machine exempted there, or use a sender of " +
					"another domain.",
			},
		},
	},
}
