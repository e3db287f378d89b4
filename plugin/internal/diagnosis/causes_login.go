package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// loginCauses are about what is given at a login, and how.
var loginCauses = []cause{
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
				when:    usedPassword,
				field:   "authentication",
				summary: "The server refused the login and speaks of an access token (OAuth 2.0).",
				detail:  "Choose OAuth 2.0 as authentication if the provider demands it; else check login and password.",
			},
			{
				when:     fromGrant,
				provider: microsoft365,
				field:    "login",
				summary:  "Microsoft has given an access token, but its mail server does not accept it for {login}.",
				detail: "Most often another account has signed in, the application lacks the delegated permission SMTP.Send, " +
					"or “Authenticated SMTP” is off for the mailbox. Correct it, and sign in again.",
			},
			{
				when:     both(fromGrant, tokenStatus("400")),
				provider: "gmail",
				field:    "login",
				summary:  "Google has given an access token, but not one for the mailbox {login}.",
				detail:   "Sign in as {login}, or enter the account that has signed in as “SMTP login”.",
			},
			{
				when:    fromGrant,
				field:   "login",
				summary: "The provider has given an access token, but the mail server refuses it for {login}.",
				detail:  "Another account may have signed in, or the scope lacks the permission to send mail.",
			},
			{
				when:     fromSource,
				provider: microsoft365,
				field:    "login",
				summary:  "Microsoft has given an access token, but its mail server does not accept it for {login}.",
				detail: "Most often a step in Exchange Online is missing: the permission SMTP.SendAsApp with admin " +
					"consent, the service principal (with the object ID of the enterprise application), or Full Access to " +
					"the mailbox." + upToAnHour,
			},
			{
				when:     both(fromSource, tokenStatus("400")),
				provider: "gmail",
				field:    "login",
				summary:  "Google has given an access token, but not one for the mailbox {login}.",
				detail:   "Check “SMTP login”, and the scope https://mail.google.com/ of the delegation.",
			},
			{
				when:    fromSource,
				field:   "login",
				summary: "The provider has given an access token, but the mail server refuses it for {login}.",
				detail:  "It may belong to another mailbox, or lack the permission to send mail (scope).",
			},
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
		code: "login_needs_encryption", outcome: Failed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		loginAtAuth: true,
		field:       "use_ssl",
		fixes:       fixes(useSSL),
		words: []wording{
			{
				when:    encrypted,
				summary: "The server demands encryption although this connection is encrypted.",
				detail: "A proxy in front of the server may end the encryption. Tell the operator of {host}, or use " +
					"another port.",
			},
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
				when:    consumerOutlook,
				summary: "Outlook.com no longer accepts logins with a password.",
				detail: "It accepts neither ordinary passwords nor app passwords any more. Use OAuth 2.0, or send through " +
					"another provider.",
				link: outlookPage,
			},
			{
				provider: "microsoft365",
				summary:  "Microsoft does not accept this login and password.",
				detail: "The login is the whole address of the account (user principal name). With multi-factor " +
					"authentication an app password or OAuth 2.0 is needed.",
				link: "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/" +
					"authenticated-client-smtp-submission",
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
				when:    encrypted,
				field:   "port",
				summary: "The server demands a login but does not offer one on this connection.",
				detail:  "Use port 465 or 587, where logins are usually offered, or ask the operator of {host}.",
			},
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
				when:    loginSwitchedOff,
				field:   "authentication",
				summary: "The server demands a login, but “Authentication” is set to “No login”.",
				detail:  "Choose “Automatic” as authentication, and enter login and password.",
			},
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
