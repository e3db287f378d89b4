package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// recipientCauses are about the recipient.
var recipientCauses = []cause{
	{
		code: "recipient_mailbox_full", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingLimit,
		words: []wording{
			{
				summary:  "The mailbox of {recipient} is full, or the server has no space.",
				detail:   "The settings are right so far; test with another recipient.",
				delivery: "The owner of the mailbox has to empty it.",
			},
			{
				summary:  "The mailbox of the recipient is full, or the server has no space.",
				detail:   "The settings are right so far; test with another recipient.",
				delivery: "The owner of the mailbox has to empty it.",
			},
		},
	},
	{
		code: "greylisted", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server puts unknown senders off for a few minutes (greylisting).",
				detail: "The settings are right so far. Notifications will be retried by themselves; repeat the test in a" +
					" quarter of an hour.",
				delivery: "It is tried again by itself.",
			},
		},
	},
	{
		code: "recipient_rate_limited", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingLimit,
		words: []wording{
			{
				summary:  "The mailbox {recipient} receives more than it takes at the moment.",
				detail:   "The settings are right so far. Try again later, or test with another recipient.",
				delivery: "It is tried again later.",
			},
			{
				summary:  "The mailbox of the recipient receives more than it takes at the moment.",
				detail:   "The settings are right so far. Try again later, or test with another recipient.",
				delivery: "It is tried again later.",
			},
		},
	},
	{
		code: "recipient_disabled", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary:  "The mailbox {recipient} does not accept mail.",
				detail:   "The settings are right so far; test with another recipient.",
				delivery: "Remove this recipient, or ask for another address.",
			},
			{
				summary:  "The mailbox of the recipient does not accept mail.",
				detail:   "The settings are right so far; test with another recipient.",
				delivery: "Remove this recipient, or ask for another address.",
			},
		},
	},
	{
		code: "recipient_domain_not_found", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				when:     saysUnroutable,
				summary:  "The server has no route to {recipient}: the domain or the mailbox is unknown to it.",
				detail:   "Check the spelling of the address, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
			{
				when:     saysUnroutable,
				summary:  "The server has no route to the recipient: the domain or the mailbox is unknown to it.",
				detail:   "Check the spelling of the address, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
			{
				summary: "The server finds no mail domain for {recipient}.",
				detail:  "Check the spelling of the domain.",
			},
			{
				summary: "The server finds no mail domain for the recipient.",
				detail:  "Check the spelling of the domain.",
			},
		},
	},
	{
		code: "recipient_unknown", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				when:     saysUnroutable,
				summary:  "The server has no route to {recipient}: the domain or the mailbox is unknown to it.",
				detail:   "Check the spelling of the address, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
			{
				when:     saysUnroutable,
				summary:  "The server has no route to the recipient: the domain or the mailbox is unknown to it.",
				detail:   "Check the spelling of the address, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
			{
				summary:  "The server does not know the mailbox {recipient}.",
				detail:   "Check its spelling, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
			{
				summary:  "The server does not know the mailbox of the recipient.",
				detail:   "Check its spelling, or test with another recipient.",
				delivery: "Check the spelling of the address, or remove this recipient.",
			},
		},
	},
	{
		code: "recipient_syntax_refused", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server does not accept {recipient} as an address.",
				detail:  "Check its spelling.",
			},
			{
				summary: "The server does not accept the recipient as an address.",
				detail:  "Check its spelling.",
			},
		},
	},
	{
		code: "recipient_refused_temporarily", outcome: Failed, scope: shared.ScopeRecipient,
		lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server does not accept the recipient {recipient} at the moment.",
				detail:   "Try again in a few minutes. The server's answer says more.",
				delivery: "It is tried again. The server's answer says more.",
			},
			{
				summary:  "The server does not accept the recipient at the moment.",
				detail:   "Try again in a few minutes. The server's answer says more.",
				delivery: "It is tried again. The server's answer says more.",
			},
		},
	},
	{
		code: "recipient_refused", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server does not accept the recipient {recipient}.",
				detail:  "The server's answer says more.",
			},
			{
				summary: "The server does not accept the recipient.",
				detail:  "The server's answer says more.",
			},
		},
	},
	{
		code: "encryption_required", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		field: "use_ssl",
		fixes: fixes(useSSL),
		words: []wording{
			{
				when:    encrypted,
				summary: "The recipient's organisation accepts mail only over an encrypted connection.",
				detail: "The connection from here is encrypted. The operator of {host} has to encrypt the next one, to " +
					"the recipient's server.",
			},
			{
				summary: "The recipient's organisation accepts mail only over an encrypted connection.",
				detail:  "Turn on “Use SSL”.",
			},
		},
	},
	{
		code: "recipient_check_failed", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server could not find out yet whether the recipient exists.",
				detail:   "Try again in a few minutes.",
				delivery: "It is tried again.",
			},
		},
	},
	{
		code: "recipient_domain_lookup_failed", outcome: Failed, scope: shared.ScopeRecipient,
		lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The recipient's domain could not be looked up at the moment.",
				detail:   "Try again later; check the spelling of the domain.",
				delivery: checkSpelling,
			},
		},
	},
	{
		code: "recipient_domain_no_mail", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The recipient's domain declares that it accepts no mail.",
				detail:  "Check the spelling of the domain, or use another address of the recipient.",
			},
		},
	},
	{
		code: "recipient_moved", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The mailbox of the recipient has moved away from this server.",
				detail:  "Ask the recipient for the new address.",
			},
		},
	},
	{
		code: "recipient_restricted", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary:  "The recipient accepts mail only from certain senders, such as those of its own organisation.",
				detail:   "The owner of the mailbox or list can allow this sender; or test with another recipient.",
				delivery: "The owner of the mailbox or list can allow this sender.",
			},
		},
	},
	{
		code: "recipient_server_unreachable", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server cannot reach the recipient's mail server at the moment.",
				detail:   "Try again later; if it stays like this, tell the administrator of the recipient's domain.",
				delivery: orTellRecipient,
			},
		},
	},
	{
		code: "recipient_suppressed", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The provider keeps this recipient on its suppression list: mail to it bounced earlier, or was " +
					"complained about.",
				detail: "Remove the address from the suppression list in the provider's console.",
			},
		},
	},
	{
		code: "separate_transaction_needed", outcome: Failed, scope: shared.ScopeRecipient, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary: "The server cannot take this recipient together with the others.",
				detail:  "Send to it alone.",
			},
		},
	},
}
