package settings

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// server checks the server's name, with a fix for what people paste instead of one.
func (b *binding) server(s *Settings) {
	if s.Server == "" {
		return
	}
	correct := func(host string, port int64) finding.Fix {
		values := shared.Values{Server: shared.Text(host)}
		label := text.Of("Use {host}", "host", host)
		if port > 0 {
			values[Port] = shared.Integer(port)
			label = text.Of("Use {host} and port {port}", "host", host, "port", port)
		}
		return finding.Fix{Label: label, Values: values}
	}
	switch host, port := splitPort(s.Server); {
	case strings.Contains(s.Server, "://"):
		var fixes []finding.Fix
		if parsed, err := url.Parse(s.Server); err == nil && parsed.Hostname() != "" {
			port, _ := strconv.ParseInt(parsed.Port(), 10, 64)
			fixes = append(fixes, correct(parsed.Hostname(), port))
		}
		b.fail(Server, "url_as_server", text.Of("“SMTP server” is a name, not a web address."),
			text.Of("Enter it without http:// and without a path."), fixes...)
	case strings.Contains(s.Server, "/"):
		b.fail(Server, "url_as_server", text.Of("“SMTP server” is a name, not a web address."),
			text.Of("Enter it without a path."),
			correct(strings.SplitN(s.Server, "/", 2)[0], 0))
	case strings.Contains(s.Server, "@"):
		b.fail(Server, "address_as_server", text.Of("“SMTP server” is the name of a server, not an e-mail address."),
			text.Of("Ask your provider for it; often it is smtp. followed by what stands after the @ sign."))
	case port > 0:
		b.fail(Server, "port_in_server", text.Of("The port belongs in the field “SMTP port”."), text.Text{},
			correct(host, port))
	default:
		if _, err := smtpconn.ASCIIHost(s.Server); err != nil || strings.ContainsAny(s.Server, " \t\"'<>,;") {
			b.fail(Server, "name_invalid", text.Of("“{host}” cannot be the name of a server.", "host", s.Server),
				text.Of("Enter a host name such as smtp.email.com or an IP address."))
		}
	}
}

// splitPort recognises "host:25" and "[::1]:25"; a bare IPv6 address has no port.
func splitPort(server string) (host string, port int64) {
	host, digits, err := net.SplitHostPort(server)
	if err != nil || host == "" {
		return server, 0
	}
	port, err = strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return server, 0
	}
	return host, port
}
