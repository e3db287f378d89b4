package settings

import (
	"net"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// hints points out what is allowed but probably not meant.
func (b *binding) hints(s Settings) {
	warn := func(field, code, summary, detail string, fixes ...shared.Fix) {
		b.report(shared.SeverityWarning, field, code, summary, detail, fixes...)
	}
	port, _ := b.values[Port].AsInteger()
	switch {
	case s.UseSSL && port == 25:
		warn(Port, "port_25_with_ssl", "Port 25 is usually unencrypted; with “Use SSL” it works only if the server offers STARTTLS there.", "",
			shared.Fix{Label: "Use port 465", Values: shared.Values{Port: shared.Integer(465)}})
	case !s.UseSSL && port == 465:
		warn(UseSSL, "port_465_without_ssl", "Port 465 expects an encrypted connection, but “Use SSL” is off.", "",
			shared.Fix{Label: "Turn on Use SSL", Values: shared.Values{UseSSL: shared.Boolean(true)}})
	case s.UseSSL && port == 587:
		b.report(shared.SeverityInfo, Port, "port_587_with_ssl", "Port 587 begins unencrypted and is then encrypted with STARTTLS. That is fine.", "")
	}
	if !s.UseSSL && s.WantsPassword() && port != 465 && s.Server != "" && (s.Proxy != nil || !isLocal(s.Server)) {
		summary := "Without “Use SSL” the password may cross the network unencrypted."
		if s.neverStartTLS {
			summary = "With “STARTTLS” set to never the password crosses the network unencrypted."
		}
		warn(UseSSL, "password_may_be_unencrypted", summary, "",
			shared.Fix{Label: "Turn on Use SSL", Values: shared.Values{UseSSL: shared.Boolean(true)}})
	}
	for _, field := range []string{Server, Login, Name, Email} {
		if text, ok := b.values[field].AsText(); ok && text != strings.TrimSpace(text) {
			b.report(shared.SeverityInfo, field, "blanks_removed", "Blanks at the beginning or end are left out.", "")
		}
	}
}

func isLocal(server string) bool {
	if server == "localhost" {
		return true
	}
	address := net.ParseIP(server)
	return address != nil && address.IsLoopback()
}
