package settings

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// presets are the providers that most administrators use. Their names are the same in every language.
func presets(write func(text.Message) string) []shared.Preset {
	at := func(id, server string, port int, note text.Message) shared.Preset {
		return shared.Preset{Name: id, Label: provider.ByID(id).Name, Note: write(note), Values: shared.Values{
			Server: shared.Text(server), Port: shared.Integer(int64(port)), UseSSL: shared.Boolean(true),
		}}
	}
	preset := func(id string, note text.Message) shared.Preset {
		known := provider.ByID(id)
		return at(id, known.Server, known.Port, note)
	}
	return []shared.Preset{
		preset("gmail",
			"The login is the whole address. Google wants an app password: https://myaccount.google.com/apppasswords"),
		preset("microsoft365",
			"Sending by login (SMTP AUTH) must be turned on for the mailbox; Microsoft is retiring logins with a "+
				"password in favour of OAuth 2.0."),
		preset("yahoo",
			"The login is the whole address. Yahoo wants an app password."),
		at("ses", "email-smtp.us-east-1.amazonaws.com", 465,
			"Change the region in the server's name to yours. Login and password are SMTP credentials from the SES console."),
		preset("sendgrid",
			"The login is the word “apikey”, the password an API key; turn on “Use other account "+
				"settings” for a verified sender."),
		preset("mailgun",
			"Domains of the EU region use smtp.eu.mailgun.org. Login and password belong to the sending domain."),
		preset("postmark",
			"Login and password are both the Server API token; turn on “Use other account settings” for a verified sender."),
	}
}
