package settings

import "github.com/smtp-settings/smtp-settings/shared"

// presets are the providers that most administrators use.
func presets() []shared.Preset {
	preset := func(name, label, server string, port int64, note string) shared.Preset {
		return shared.Preset{Name: name, Label: label, Note: note, Values: shared.Values{
			Server: shared.Text(server), Port: shared.Integer(port), UseSSL: shared.Boolean(true),
		}}
	}
	return []shared.Preset{
		preset("gmail", "Gmail", "smtp.gmail.com", 465,
			"The login is the whole address. Google wants an app password (myaccount.google.com/apppasswords)."),
		preset("microsoft365", "Microsoft 365", "smtp.office365.com", 587,
			"Sending by login (SMTP AUTH) must be turned on for the mail box; Microsoft is retiring logins with a password in favour of OAuth 2.0."),
		preset("yahoo", "Yahoo", "smtp.mail.yahoo.com", 465,
			"The login is the whole address. Yahoo wants an app password."),
		preset("ses", "Amazon SES", "email-smtp.us-east-1.amazonaws.com", 465,
			"Change the region in the server's name to yours. Login and password are SMTP credentials from the SES console."),
		preset("sendgrid", "SendGrid", "smtp.sendgrid.net", 465,
			"The login is the word “apikey”, the password an API key; turn on “Use other account settings” for a verified sender."),
		preset("mailgun", "Mailgun", "smtp.mailgun.org", 465,
			"Domains of the EU region use smtp.eu.mailgun.org. Login and password belong to the sending domain."),
		preset("postmark", "Postmark", "smtp.postmarkapp.com", 587,
			"Login and password are both the Server API token; turn on “Use other account settings” for a verified sender."),
	}
}
