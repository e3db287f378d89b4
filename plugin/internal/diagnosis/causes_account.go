package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// outlookPage is about mail programs at Outlook.com.
const outlookPage = "https://support.microsoft.com/office/" +
	"pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040"

// accountCauses are about the account behind the login: what it may do, and how much.
var accountCauses = []cause{
	{
		code: "rate_limited", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingLimit,
		field: "server",
		words: []wording{
			{
				provider: "ses",
				summary:  "Amazon SES limits how much this account may send, and the limit is reached.",
				detail:   "Wait, or ask for a higher sending quota in the SES console.",
			},
			{
				summary:  "The server limits how much may be sent, and the limit is reached for the moment.",
				detail:   "Wait and try again; ask your provider for a higher limit if notifications are often this many.",
				delivery: orAskForMore,
			},
		},
	},
	{
		code: "sending_limit_reached", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingLimit,
		field: "server",
		words: []wording{
			{
				provider: "gmail",
				summary:  "Google's daily limit for sending is used up for this account.",
				detail:   "Wait up to 24 hours, or use an account with a higher limit.",
				link:     "https://support.google.com/a/answer/166852",
			},
			{
				summary: "The account's limit for sending is used up.",
				detail:  "Wait until the provider counts anew, usually the next day, or ask for a higher limit.",
			},
		},
	},
	{
		code: "sender_mailbox_full", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: senderField,
		words: []wording{
			{
				summary: "The sender's mailbox is full, so the server lets it send nothing.",
				detail:  "Empty the mailbox, or have its limit raised.",
			},
		},
	},
	{
		code: "account_disabled", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "login",
		words: []wording{
			{
				summary: "The server does not let the account {login} log in: it, or logging in for sending, is disabled.",
				detail:  "Ask the server's operator to enable it.",
			},
			{
				summary: "The account, or logging in for sending, is disabled.",
				detail:  "Ask the server's operator to enable it.",
			},
		},
	},
	{
		code: "account_locked", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingTemporary,
		field: "login",
		words: []wording{
			{
				summary: "The account {login} is locked.",
				detail: "Often this happens after several wrong passwords and ends by itself after a while; otherwise ask" +
					" the server's operator. Do not go on testing.",
				delivery: endsByItself,
			},
			{
				summary: "The account is locked.",
				detail: "Often this happens after several wrong passwords and ends by itself after a while; otherwise ask" +
					" the server's operator. Do not go on testing.",
				delivery: endsByItself,
			},
		},
	},
	{
		code: "basic_auth_retired", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				when:    consumerOutlook,
				summary: "Outlook.com no longer accepts logins with a password.",
				detail: "It accepts neither ordinary passwords nor app passwords any more. Use OAuth 2.0, or send through " +
					"another provider.",
				link: outlookPage,
			},
			{
				provider: "microsoft365",
				summary:  "Microsoft has turned off logins with a password for this organisation.",
				detail:   "Use OAuth 2.0, an Exchange connector for this machine's address, or another provider.",
				link: "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/" +
					"deprecation-of-basic-authentication-exchange-online",
			},
			{
				summary: "The server no longer accepts logins with a password.",
				detail:  "Use OAuth 2.0, or another server of your provider.",
			},
		},
	},
	{
		code: "smtp_auth_disabled", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				when:    consumerOutlook,
				summary: "Outlook.com does not let mail programs send from this mailbox.",
				detail: "Let devices and apps use POP or IMAP under Settings › Mail › Forwarding and IMAP, and use OAuth 2.0 " +
					"for the login.",
				link: outlookPage,
			},
			{
				summary: "Sending by login (SMTP AUTH) is turned off for this mailbox or the whole organisation.",
				detail: "An administrator can turn on “Authenticated SMTP” for the mailbox in the Microsoft 365 admin " +
					"center under Mail › Manage email apps.",
				link: "https://aka.ms/smtp_auth_disabled",
			},
		},
	},
	{
		code: "blocked_by_security_policy", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The password may be right, but a security policy of the organisation blocks this login.",
				detail: "Security defaults or a conditional access rule forbid logins with a password. Use OAuth 2.0, or " +
					"have the mailbox exempted.",
				link: "https://learn.microsoft.com/entra/fundamentals/security-defaults",
			},
		},
	},
	{
		code: "smtp_access_not_enabled", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				when:     atHost("web.de"),
				provider: "gmx",
				summary:  "GMX or WEB.DE does not accept this login and password.",
				detail: "Access for mail programs must be turned on first: E-mail › Settings › POP3/IMAP. With two-factor" +
					" authentication an app password is needed.",
				link: "https://hilfe.web.de/pop-imap/einschalten.html",
			},
			{
				when:     atHost("gmx.net"),
				provider: "gmx",
				summary:  "GMX or WEB.DE does not accept this login and password.",
				detail: "Access for mail programs must be turned on first: E-mail › Settings › POP3/IMAP. With two-factor" +
					" authentication an app password is needed.",
				link: "https://hilfe.gmx.net/pop-imap/einschalten.html",
			},
			{
				provider: "gmx",
				summary:  "GMX or WEB.DE does not accept this login and password.",
				detail: "Access for mail programs must be turned on first: E-mail › Settings › POP3/IMAP. With two-factor" +
					" authentication an app password is needed.",
				link: "https://support.gmx.com/pop-imap/toggle.html",
			},
			{
				summary: "The provider does not accept this login and password.",
				detail:  "Access for mail programs must be turned on first in the settings of the mailbox.",
			},
		},
	},
	{
		code: "account_confirmation_required", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "login",
		words: []wording{
			{
				summary: "The provider wants the owner of the account to do something in a web browser first.",
				detail: "Log in to the account in a web browser, accept or confirm what is asked there (terms, phone " +
					"number, robot check), and test again.",
				delivery: "Log in to the account in a web browser and accept or confirm what is asked there (terms, phone " +
					"number, robot check).",
			},
		},
	},
	{
		code: "account_not_activated", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		words: []wording{
			{
				summary: "The account is not enabled for sending yet.",
				detail: "Activate it with the provider: confirm the address or domain, leave the test mode, or turn SMTP " +
					"on. Until then only verified recipients may be reached.",
			},
		},
	},
	{
		code: "account_suspended", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "login",
		words: []wording{
			{
				summary: "The provider has stopped this account from sending: its messages look like spam, or it was " +
					"compromised.",
				detail: "Stop sending, set a new password, and unblock the account as the server's answer says. Further " +
					"attempts may prolong the block.",
			},
		},
	},
	{
		code: "already_logged_in", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The server has let this machine in by its address and does not take a login as well.",
				detail:  "Clear login and password.",
			},
		},
	},
	{
		code: "mailbox_not_accessible", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The login exists, but its mailbox cannot be used.",
				detail: "It may have no licence, or have been moved, disabled or deleted. Ask the administrator of the " +
					"mail system.",
			},
		},
	},
	{
		code: "permission_missing", outcome: Failed, loginAtAuth: true, scope: shared.ScopeLogin,
		lasting: shared.LastingPermanent,
		field:   "login",
		words: []wording{
			{
				summary: "Login and password are right, but they do not carry the permission to send.",
				detail: "Extend the permissions of the account or key (for Amazon SES: ses:SendRawEmail), or make a key " +
					"that may send.",
			},
		},
	},
}
