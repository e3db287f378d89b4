package settings

import (
	"net"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// hintCodes are those of hints. They are about several fields together, so they say nothing about a text.
var hintCodes = map[string]bool{
	"port_25_with_ssl": true, "port_465_without_ssl": true, "port_587_with_ssl": true,
	"password_may_be_unencrypted": true, "server_of_another_cloud": true, "server_reads_mail": true,
	"server_takes_mail_in": true, "login_of_other_provider": true,
}

// hints points out what is allowed but probably not meant.
func (b *binding) hints(s Settings) {
	warn := func(field, code string, summary, detail text.Text, fixes ...finding.Fix) {
		b.report(shared.SeverityWarning, field, code, summary, detail, fixes...)
	}
	port, _ := b.values[Port].AsInteger()
	switch {
	case s.UseSSL && port == 25:
		warn(Port, "port_25_with_ssl",
			text.Of("Port 25 is usually unencrypted; with “Use SSL” it works only if the server offers STARTTLS there."),
			text.Text{},
			finding.Fix{Label: text.Of("Use port 465"), Values: shared.Values{Port: shared.Integer(465)}})
	case !s.UseSSL && port == 465:
		warn(UseSSL, "port_465_without_ssl", text.Of("Port 465 expects an encrypted connection, but “Use SSL” is off."),
			text.Text{},
			finding.Fix{Label: text.Of("Turn on Use SSL"), Values: shared.Values{UseSSL: shared.Boolean(true)}})
	case s.UseSSL && port == 587:
		b.report(shared.SeverityInfo, Port, "port_587_with_ssl",
			text.Of("Port 587 begins unencrypted and is then encrypted with STARTTLS. That is fine."), text.Text{})
	}
	b.hintProvider(s)
	if !s.UseSSL && s.WantsPassword() && port != 465 && s.Server != "" && (s.Proxy != nil || !isLocal(s.Server)) {
		summary := text.Of("Without “Use SSL” the password may cross the network unencrypted.")
		if s.neverStartTLS {
			summary = text.Of("With “STARTTLS” set to never the password crosses the network unencrypted.")
		}
		warn(UseSSL, "password_may_be_unencrypted", summary, text.Text{},
			finding.Fix{Label: text.Of("Turn on Use SSL"), Values: shared.Values{UseSSL: shared.Boolean(true)}})
	}
	b.hintAtCloud(s)
	for _, field := range []string{Server, Login, Name, Email, ReplyTo} {
		if typed, ok := b.typed[field].AsText(); ok && typed != strings.TrimSpace(typed) {
			b.report(shared.SeverityInfo, field, "blanks_removed", text.Of("Blanks at the beginning or end are left out."),
				text.Text{})
		}
	}
}

// hintAtCloud points out a mail server of another cloud of Microsoft's than the tokens are from.
func (b *binding) hintAtCloud(s Settings) {
	if !s.ofMicrosoft() {
		return
	}
	chosen := oauth.CloudNamed(s.application.cloud)
	for _, other := range oauth.Clouds() {
		if other.Name == chosen.Name || !strings.EqualFold(strings.TrimSuffix(s.Server, "."), other.Server) {
			continue
		}
		b.report(shared.SeverityWarning, OAuthCloud, "server_of_another_cloud",
			text.Of("{server} is the mail server of another cloud than the chosen one, and does not take its tokens.",
				"server", s.Server), text.Text{}, use(Server, chosen.Server),
			finding.Fix{Label: text.Of("Use the cloud of {server}", "server", s.Server),
				Values: shared.Values{OAuthCloud: shared.Text(other.Name)}})
	}
}

func isLocal(server string) bool {
	if server == "localhost" {
		return true
	}
	address := net.ParseIP(server)
	return address != nil && address.IsLoopback()
}
