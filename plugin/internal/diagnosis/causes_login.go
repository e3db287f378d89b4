package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// loginCauses are about the login and its account.
var loginCauses = []cause{
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
				summary: "The server limits how much may be sent, and the limit is reached for the moment.",
				detail:  "Wait and try again; ask your provider for a higher limit if notifications are often this many.",
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
		code: "oauth2_not_offered", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				summary: "The server does not offer a login with OAuth 2.0.",
				detail:  "It offers: {offered}. Choose another kind of authentication, or another server of your provider.",
			},
			{
				summary: "The server does not offer a login with OAuth 2.0.",
				detail:  "Choose another kind of authentication, or another server of your provider.",
			},
		},
	},
	{
		code: "no_common_mechanism", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				summary: "The server and this software have no way to log in in common.",
				detail: "The server offers: {offered}. Its operator can turn on PLAIN or LOGIN (over an encrypted " +
					"connection) or SCRAM-SHA-256.",
			},
			{
				summary: "The server and this software have no way to log in in common.",
				detail:  "Its operator can turn on PLAIN or LOGIN (over an encrypted connection) or SCRAM-SHA-256.",
			},
		},
	},
	{
		code: "login_exchange_broken", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				summary: "The login by {mechanism} could not be carried out: {reason}.",
				detail: "Either the server's answers make no sense, or login or password hold characters that this kind " +
					"of login does not allow.",
			},
			{
				summary: "The login could not be carried out.",
				detail: "Either the server's answers make no sense, or login or password hold characters that this kind " +
					"of login does not allow.",
			},
		},
	},
	{
		code: "password_transition_needed", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				summary: "The server wants the password to be set anew before this kind of login works.",
				detail:  "Log in to the mailbox in another way and change the password, or ask the server's operator.",
			},
		},
	},
	{
		code: "oauth2_token_refused", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "access_token",
		words: []wording{
			{
				summary: "The server refused the access token.",
				detail: "It may have expired, belong to another mailbox than {login}, or lack the permission to send mail" +
					" (scope).",
			},
			{
				summary: "The server refused the access token.",
				detail:  "It may have expired, belong to another mailbox, or lack the permission to send mail (scope).",
			},
		},
	},
	{
		code: "login_needs_encryption", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent, loginAtAuth: true,
		field: "use_ssl",
		fixes: fixes(useSSL),
		words: []wording{
			{
				steps:   auth,
				summary: "The server accepts a login only over an encrypted connection.",
				detail:  "Turn on “Use SSL”.",
			},
			{
				summary: "The server wants an encrypted connection before anything else.",
				detail:  "Turn on “Use SSL”.",
			},
		},
	},
	{
		code: "account_disabled", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent, loginAtAuth: true,
		field: "login",
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
		code: "mechanism_too_weak", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				summary: "The server wants another kind of login than {mechanism} for this account.",
				detail: "Many providers mean by this that an app password or OAuth 2.0 is needed. The server's answer " +
					"says more.",
			},
			{
				summary: "The server wants another kind of login for this account.",
				detail: "Many providers mean by this that an app password or OAuth 2.0 is needed. The server's answer " +
					"says more.",
			},
		},
	},
	{
		code: "app_password_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				provider: "gmail",
				replies:  replies(534),
				summary:  "Google wants an app password for this account; its ordinary password is not accepted here.",
				detail: "Turn on 2-Step Verification, make an app password at myaccount.google.com/apppasswords and enter" +
					" its 16 letters as the password.",
				link: "https://support.google.com/accounts/answer/185833",
			},
			{
				provider: "gmail",
				summary:  "Google does not accept this login and password.",
				detail: "Google accepts only app passwords here, never the account's ordinary password: make one at " +
					"myaccount.google.com/apppasswords. The login is the whole e-mail address.",
				link: "https://support.google.com/accounts/answer/185833",
			},
			{
				provider: "yahoo",
				summary:  "Yahoo does not accept this login and password.",
				detail: "Yahoo accepts only app passwords here: make one under Account security › Generate app password. " +
					"The login is the whole e-mail address.",
				link: "https://help.yahoo.com/kb/SLN15241.html",
			},
			{
				provider: "icloud",
				summary:  "iCloud does not accept this login and password.",
				detail: "iCloud accepts only app-specific passwords here: make one at account.apple.com under Sign-In and" +
					" Security. The login is the whole iCloud address.",
				link: "https://support.apple.com/102654",
			},
			{
				provider: "fastmail",
				summary:  "Fastmail does not accept this login and password.",
				detail:   "Fastmail accepts only app passwords here: make one under Settings › Privacy & Security.",
				link:     "https://www.fastmail.help/hc/en-us/articles/360058752854",
			},
			{
				provider: "zoho",
				summary:  "Zoho does not accept this login and password.",
				detail: "With two-factor authentication Zoho wants an app-specific password. Check that the server " +
					"belongs to the account's region (zoho.com, zoho.eu, zoho.in …).",
				link: "https://www.zoho.com/mail/help/zoho-smtp.html",
			},
			{
				provider: "yandex",
				summary:  "Yandex does not accept this login and password.",
				detail: "Yandex wants an app password (id.yandex.com › Security), and mail programs must be allowed in " +
					"the settings of the mailbox.",
				link: "https://yandex.com/support/id/authorization/app-passwords.html",
			},
			{
				provider: "mailru",
				summary:  "Mail.ru does not accept this login and password.",
				detail: "Mail.ru wants a password for external applications: make one in the security settings of the " +
					"account.",
				link: "https://help.mail.ru/mail/security/protection/external",
			},
			{
				provider: "qq",
				summary:  "QQ Mail does not accept this login and password.",
				detail: "QQ Mail wants an authorization code: turn on SMTP in the settings of the mailbox and enter the " +
					"code as the password.",
			},
			{
				provider: "netease",
				summary:  "NetEase Mail does not accept this login and password.",
				detail: "It wants a client authorization code: turn on SMTP in the settings of the mailbox and enter the " +
					"code as the password.",
			},
			{
				summary: "This account needs an app password; its ordinary password is not accepted here.",
				detail:  "Make an app password in the security settings of the mail account and enter it as the password.",
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
			},
			{
				summary: "The account is locked.",
				detail: "Often this happens after several wrong passwords and ends by itself after a while; otherwise ask" +
					" the server's operator. Do not go on testing.",
			},
		},
	},
	{
		code: "password_expired", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				summary: "The password of {login} has expired.",
				detail:  "Set a new one for the mailbox and enter it here.",
			},
			{
				summary: "The password has expired.",
				detail:  "Set a new one for the mailbox and enter it here.",
			},
		},
	},
	{
		code: "wrong_credentials", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				provider: "microsoft365",
				summary:  "Microsoft does not accept this login and password.",
				detail: "The login is the whole address of the account (user principal name). With multi-factor " +
					"authentication an app password or OAuth 2.0 is needed.",
			},
			{
				summary: "The server does not accept this login and password.",
				detail: "Check both; many servers want the whole e-mail address as login. Watch out for blanks at either " +
					"end and for a password pasted from an old note.",
			},
		},
	},
	{
		code: "login_refused", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "The server refused the login.",
				detail:  "The server's answer says more.",
			},
		},
	},
	{
		code: "login_demanded_not_offered", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "use_ssl",
		fixes: fixes(useSSL, port465, port587),
		words: []wording{
			{
				summary: "The server demands a login but does not offer one on this connection.",
				detail: "Usually it offers it only over an encrypted connection: turn on “Use SSL”, or use port 465 or " +
					"587.",
			},
		},
	},
	{
		code: "login_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				provider: "microsoft365",
				summary:  "Microsoft wants a login before it sends.",
				detail:   "Enter login and password of a mailbox that may use SMTP AUTH.",
			},
			{
				when:    loggedIn,
				summary: "The server demands another login than the one it was given.",
				detail:  "The server's answer says more.",
			},
			{
				summary: "The server demands a login.",
				detail:  "Enter login and password of the mailbox that sends the notifications.",
			},
		},
	},
	{
		code: "browser_login_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				provider: "gmail",
				summary:  "Google wants the owner of {login} to sign in with a web browser first.",
				detail:   "Sign in at accounts.google.com, confirm that it was you, and test again.",
				delivery: "Sign in at accounts.google.com and confirm that it was you.",
			},
			{
				summary:  "Google wants the owner of the account to sign in with a web browser first.",
				detail:   "Sign in at accounts.google.com, confirm that it was you, and test again.",
				delivery: "Sign in at accounts.google.com and confirm that it was you.",
			},
		},
	},
	{
		code: "basic_auth_retired", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "authentication",
		words: []wording{
			{
				provider: "microsoft365",
				summary:  "Microsoft has turned off logins with a password for this organisation.",
				detail:   "Use OAuth 2.0, an Exchange connector for this machine's address, or another provider.",
				link:     "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online",
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
				summary: "Sending by login (SMTP AUTH) is turned off for this mailbox or the whole organisation.",
				detail: "An administrator can turn on “Authenticated SMTP” for the mailbox in the Microsoft 365 admin " +
					"center under Mail › Manage email apps.",
				link: "https://aka.ms/smtp_auth_disabled",
			},
		},
	},
}
