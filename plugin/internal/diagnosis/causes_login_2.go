package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// moreLoginCauses are more of them.
var moreLoginCauses = []cause{
	{
		code: "blocked_by_security_policy", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The password may be right, but a security policy of the organisation blocks this login.",
				detail: "Security defaults or a conditional access rule forbid logins with a password. Use OAuth 2.0, or " +
					"have the mailbox exempted.",
			},
		},
	},
	{
		code: "smtp_access_not_enabled", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
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
		code: "smtp_token_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				summary: "Proton does not accept this login and password.",
				detail: "Proton wants an SMTP token for an address of a custom domain: make one under Settings › " +
					"IMAP/SMTP › SMTP tokens.",
				link: "https://proton.me/support/smtp-submission",
			},
		},
	},
	{
		code: "smtp_credentials_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				provider: "ses",
				summary:  "Amazon SES does not accept this login and password.",
				detail: "SES wants SMTP credentials made in the SES console for this region; the access keys of an AWS " +
					"account do not work here.",
				link: "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
			},
			{
				provider: "mailgun",
				summary:  "Mailgun does not accept this login and password.",
				detail: "Each sending domain has SMTP credentials of its own (Sending › Domain settings). Domains of the " +
					"EU region use smtp.eu.mailgun.org.",
			},
			{
				provider: "brevo",
				summary:  "Brevo does not accept this login and password.",
				detail: "The password is an SMTP key (Settings › SMTP & API), not the password of the account; the login " +
					"stands beside it.",
				link: "https://help.brevo.com/hc/en-us/articles/7924908994450",
			},
			{
				summary: "The provider does not accept this login and password.",
				detail: "It wants SMTP credentials of their own, made in its console; those of the account do not work " +
					"here.",
			},
		},
	},
	{
		code: "api_key_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				provider: "sendgrid",
				summary:  "SendGrid does not accept this login and password.",
				detail:   "The login is the word “apikey”, and the password is an API key with the permission “Mail Send”.",
			},
			{
				provider: "postmark",
				summary:  "Postmark does not accept this login and password.",
				detail:   "Login and password are both the Server API token of the Postmark server.",
			},
			{
				provider: "mailjet",
				summary:  "Mailjet does not accept this login and password.",
				detail:   "The login is the API key, and the password is the secret key.",
			},
			{
				provider: "sparkpost",
				summary:  "SparkPost does not accept this login and password.",
				detail: "The login is “SMTP_Injection”, and the password is an API key with the permission “Send via " +
					"SMTP”.",
			},
			{
				summary: "The provider does not accept this login and password.",
				detail:  "It wants an API key as the password; its documentation says which login goes with it.",
			},
		},
	},
	{
		code: "account_confirmation_required", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent, loginAtAuth: true,
		field: "login",
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
		code: "account_not_activated", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent, loginAtAuth: true,
		words: []wording{
			{
				summary: "The account is not enabled for sending yet.",
				detail: "Activate it with the provider: confirm the address or domain, leave the test mode, or turn SMTP " +
					"on. Until then only verified recipients may be reached.",
			},
		},
	},
	{
		code: "account_suspended", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent, loginAtAuth: true,
		field: "login",
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
		code: "login_tls_too_weak", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "use_ssl",
		words: []wording{
			{
				summary: "The server takes logins only over a stronger encryption than the one that was agreed.",
				detail:  "The operator of {host} has to allow current versions of TLS and current ciphers.",
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
		code: "mechanism_unusable", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				summary: "The server offers this kind of login but cannot carry it out, because of how it stores " +
					"passwords.",
				detail: "Choose PLAIN or LOGIN as authentication.",
			},
		},
	},
	{
		code: "password_too_simple", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				summary: "The provider refuses this login because the password is too simple.",
				detail:  "Set a stronger password for the mailbox and enter it here.",
			},
		},
	},
	{
		code: "permission_missing", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "Login and password are right, but they do not carry the permission to send.",
				detail: "Extend the permissions of the account or key (for Amazon SES: ses:SendRawEmail), or make a key " +
					"that may send.",
			},
		},
	},
	{
		code: "session_login_expired", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The login of this connection is no longer valid.",
				detail:   "Try again: a new connection logs in anew.",
				delivery: "It is tried again on a new connection.",
			},
		},
	},
}
