package settings

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestServerOfOtherProvider points to the server that takes mail from a login where another one was typed, fills it in
// with one click, and says nothing of servers that may be right.
func TestServerOfOtherProvider(t *testing.T) {
	for _, c := range []struct{ server, login, code, fix string }{
		{"outlook.office365.com", "anna@acme.example", "server_reads_mail", "smtp.office365.com"},
		{"Outlook.Office.com.", "anna@acme.example", "server_reads_mail", "smtp.office365.com"},
		{"imap.gmail.com", "anna@gmail.com", "server_reads_mail", "smtp.gmail.com"},
		{"pop3.web.de", "anna@web.de", "server_reads_mail", "smtp.web.de"},
		{"acme-example.mail.protection.outlook.com", "anna@acme.example", "server_takes_mail_in", "smtp.office365.com"},
		{"smtp.gmail.com", "anna@acme.onmicrosoft.com", "login_of_other_provider", "smtp.office365.com"},
		{"smtp-mail.outlook.com", "anna@acme.onmicrosoft.com", "login_of_other_provider", "smtp.office365.com"},
		{"smtp.office365.com", "anna@gmail.com", "login_of_other_provider", "smtp.gmail.com"},
		{"smtp.office365.com", "anna@acme.example", "", ""}, {"smtp.office365.com", "anna@outlook.com", "", ""},
		{"smtp.office365.com", "anna@acme.onmicrosoft.com", "", ""}, {"smtp.sendgrid.net", "anna@gmail.com", "", ""},
		{"mail.acme.example", "anna@gmail.com", "", ""}, {"imap.acme.example", "anna@acme.example", "", ""},
		{"outlook.office365.com", "", "", ""}, {"acme-example.mail.protection.outlook.com", "", "", ""},
		{"smtp.zoho.com", "anna@acme.example", "", ""}, {"import.gmail.com", "anna@gmail.com", "", ""},
	} {
		_, found := Bind(with(Server, shared.Text(c.server), Login, shared.Text(c.login), Port, shared.Integer(587)),
			func(field string) bool { return field == Password })
		code, fix := "", ""
		for _, one := range found {
			if one.Field == Server {
				code = one.Code
				fix, _ = one.Fixes[0].Values[Server].AsText()
			}
		}
		if code != c.code || fix != c.fix {
			t.Errorf("%s with the login %q: %s, %s; want %s, %s", c.server, c.login, code, fix, c.code, c.fix)
		}
	}
}
