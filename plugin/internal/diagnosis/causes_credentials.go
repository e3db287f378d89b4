package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// credentialCauses are about providers that want other credentials than those of the account.
var credentialCauses = []cause{
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
				link: "https://help.mail.qq.com/detail/108/1023",
			},
			{
				provider: "naver",
				summary:  "Naver does not accept this login and password.",
				detail: "Turn on IMAP/SMTP in the settings of the mailbox; with two-step verification Naver wants an " +
					"application password.",
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
		code: "smtp_token_required", outcome: LoginFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "password",
		words: []wording{
			{
				provider: "proton",
				summary:  "Proton does not accept this login and password.",
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
				when:     secretKeyAtSES,
				provider: "ses",
				summary:  "The password looks like the secret access key of an IAM user, which Amazon SES does not accept.",
				detail: "SES wants SMTP credentials made in the SES console for this region; the access keys of an AWS " +
					"account do not work here.",
				link: "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
			},
			{
				when:     loginNotOfSES,
				provider: "ses",
				summary:  "Amazon SES does not accept this login and password.",
				detail:   "The login is the SMTP user name from the SES console: it begins with AKIA and is no e-mail address.",
				link:     "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
			},
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
				link: "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp",
			},
			{
				provider: "brevo",
				summary:  "Brevo does not accept this login and password.",
				detail: "The password is an SMTP key (Settings › SMTP & API), not the password of the account; the login " +
					"stands beside it.",
				link: "https://help.brevo.com/hc/en-us/articles/7924908994450",
			},
			{
				provider: "azure",
				summary:  "Azure Communication Services does not accept this login and password.",
				detail: "The login is an SMTP user name of the Communication Services resource, and the password a client " +
					"secret of the Entra application that it belongs to.",
				link: "https://learn.microsoft.com/azure/communication-services/quickstarts/email/send-email-smtp/" +
					"smtp-authentication",
			},
			{
				provider: "oracle",
				summary:  "Oracle Cloud does not accept this login and password.",
				detail: "Make SMTP credentials for the user in the console of Oracle Cloud, and use the server of the same " +
					"region.",
				link: "https://docs.oracle.com/iaas/Content/Email/Tasks/generatesmtpcredentials.htm",
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
				link:     "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
			},
			{
				provider: "postmark",
				summary:  "Postmark does not accept this login and password.",
				detail:   "Login and password are both the Server API token of the Postmark server.",
				link:     "https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
			},
			{
				provider: "mailjet",
				summary:  "Mailjet does not accept this login and password.",
				detail:   "The login is the API key, and the password is the secret key.",
				link:     "https://dev.mailjet.com/smtp-relay/configuration/",
			},
			{
				provider: "sparkpost",
				summary:  "SparkPost does not accept this login and password.",
				detail: "The login is “SMTP_Injection”, and the password is an API key with the permission “Send via " +
					"SMTP”.",
				link: "https://developers.sparkpost.com/api/smtp/",
			},
			{
				provider: "resend",
				summary:  "Resend does not accept this login and password.",
				detail:   "The login is the word “resend”, and the password is an API key.",
				link:     "https://resend.com/docs/send-with-smtp",
			},
			{
				summary: "The provider does not accept this login and password.",
				detail:  "It wants an API key as the password; its documentation says which login goes with it.",
			},
		},
	},
}
