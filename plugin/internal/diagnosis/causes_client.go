package diagnosis

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// clientCauses are about this machine: its address, its names, how it connects.
var clientCauses = []cause{
	{
		code: "address_blocklisted", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				steps:   early,
				summary: "The server turns this machine away because its internet address is on a blocklist.",
				detail: "The server's answer usually names the list and how to get off it. Servers often do not check " +
					"lists for those who log in, on port 465 or 587.",
			},
			{
				summary: "The server refuses mail from this machine because its internet address is on a blocklist.",
				detail: "The server's answer usually names the list and how to get off it. Servers often do not check " +
					"lists for those who log in.",
			},
		},
	},
	{
		code: "too_many_connections", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingLimit,
		field: "server",
		words: []wording{
			{
				provider: "microsoft365",
				summary:  "Microsoft allows only three connections at a time for one mailbox.",
				detail:   "Lower the number of connections, or use a mailbox of its own for notifications.",
				link: "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/" +
					"exchange-online-limits",
			},
			{
				summary:  "The server has too many connections from this machine.",
				detail:   "Wait a few minutes and try again; do not test repeatedly.",
				delivery: triedAgain,
			},
		},
	},
	{
		code: "access_denied", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server turned this machine away.",
				detail: "It may accept connections only from certain addresses, or it may not be meant for sending. The " +
					"server's answer says more.",
			},
		},
	},
	{
		code: "relay_denied", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The server does not pass on mail to {recipient} for this machine.",
				detail:  "Log in with a mailbox of this server, or have its operator allow this machine to relay.",
			},
			{
				summary: "The server does not pass on mail for this machine.",
				detail:  "Log in with a mailbox of this server, or have its operator allow this machine to relay.",
			},
		},
	},
	{
		code: "message_refused", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server refused the message.",
				detail:  "The server's answer says more.",
			},
		},
	},
	{
		code: "too_many_logins", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingLimit,
		field: "login",
		words: []wording{
			{
				summary: "The server takes no more logins for the moment, because there were too many.",
				detail: "Wait before you try again, a quarter of an hour at least: every further attempt may prolong the " +
					"pause.",
				delivery: triedAgain,
			},
		},
	},
	{
		code: "relay_address_not_registered", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "Google's relay does not know the internet address of this machine.",
				detail: "Add it in the Admin console under Apps › Google Workspace › Gmail › Routing › SMTP relay " +
					"service, or log in instead.",
				link: "https://support.google.com/a/answer/2956491",
			},
		},
	},
	{
		code: "cancelled", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingTemporary,
		words: append(slices.Clone(failedAttempt), []wording{
			{
				summary: "The test was cancelled at the step “{step}”.",
				detail:  "Nothing was changed. Start the test again when you are ready.",
			},
			{
				summary: "The test was cancelled.",
				detail:  "Nothing was changed. Start the test again when you are ready.",
			},
		}...),
	},
	{
		code: "client_address_not_authorized", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "server",
		words: []wording{
			{
				summary: "The account may be used only from certain internet addresses, and this machine's is not one of " +
					"them.",
				detail: "Add the address of this machine to the list of authorised addresses in the provider's settings. " +
					"Login and password may be right.",
			},
		},
	},
	{
		code: "client_country_refused", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server does not accept connections from the country in which this machine's address is " +
					"registered.",
				detail: "Ask the server's operator for an exception, or send through another server.",
			},
		},
	},
	{
		code: "client_reputation_low", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingLimit,
		field: "server",
		words: []wording{
			{
				summary: "The server slows down or refuses this machine because its internet address has a poor or no " +
					"reputation.",
				detail: "Send through a provider with a login (port 465 or 587), or send less until the address is known.",
			},
		},
	},
	{
		code: "direct_send_refused", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The organisation does not accept mail in its own name that is handed straight to its Microsoft " +
					"365 server.",
				detail: "Use smtp.office365.com with a login, or have an administrator set up a connector for this " +
					"machine's address.",
				link: "https://learn.microsoft.com/exchange/mail-flow-best-practices/" +
					"how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
			},
		},
	},
	{
		code: "ipv6_refused", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The recipient's organisation accepts no mail over IPv6.",
				detail:  "Send through a server that connects over IPv4.",
			},
		},
	},
	{
		code: "reverse_dns_missing", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server turns this machine away because its internet address has no valid name (reverse DNS).",
				detail: "Send with a login on port 465 or 587, or have the operator of your network set the reverse DNS " +
					"entry (PTR) of the address.",
			},
		},
	},
	{
		code: "session_timed_out", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server waited too long for this side and ended the conversation.",
				detail:   "Try again. If it happens again, look for something that slows the connection down.",
				delivery: triedAgain,
			},
		},
	},
	{
		code: "smtp_inspection_firewall", outcome: LoginFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "use_ssl",
		fixes: fixes(port465),
		words: []wording{
			{
				summary: "A firewall on the way changes the conversation with the server: it hides encryption and login.",
				detail: "Turn its mail inspection off for this server (Cisco: “inspect esmtp”), or use port 465, into " +
					"which it cannot look.",
			},
		},
	},
	{
		code: "too_many_errors", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server hung up because too many commands of this connection were refused.",
				detail:   "Mend what was refused before, then try again.",
				delivery: "It is tried again on a new connection.",
			},
		},
	},
	{
		code: "too_many_invalid_recipients", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingLimit,
		field: "server",
		words: []wording{
			{
				summary: "The server takes nothing more for a while, because too many messages went to recipients that do " +
					"not exist.",
				detail: "Remove dead recipients, then wait an hour.",
			},
		},
	},
	{
		code: "too_many_messages_per_connection", outcome: Failed, scope: shared.ScopeClient,
		lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The number of messages that the server takes on one connection is used up.",
				detail:   "Try again: a new connection may go on at once.",
				delivery: "It goes on over a new connection.",
			},
		},
	},
	{
		code: "use_provider_relay", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server takes no mail straight from machines with such an internet address.",
				detail:  "Send through the server of your provider, with a login on port 465 or 587.",
			},
		},
	},
	{
		code: "wrong_server_for_sending", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "server",
		words: []wording{
			{
				summary: "This is not the server for sending with this account.",
				detail:  "Enter the provider's server for sending (submission), of the right region.",
			},
		},
	},
}
