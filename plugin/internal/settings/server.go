package settings

import (
	"net"
	"strconv"
	"strings"
	"unicode"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// server checks the server's name.
func (b *binding) server(s *Settings) {
	if s.Server == "" {
		return
	}
	_, invalid := smtpconn.ASCIIHost(s.Server)
	switch {
	case strings.Contains(s.Server, "://"):
		b.fail(Server, "url_as_server", text.Of("“SMTP server” is a name, not a web address."),
			text.Of("Enter it without http:// and without a path."))
	case strings.Contains(s.Server, "/"):
		b.fail(Server, "url_as_server", text.Of("“SMTP server” is a name, not a web address."),
			text.Of("Enter it without a path."))
	case strings.Contains(s.Server, "@"):
		b.fail(Server, "address_as_server", text.Of("“SMTP server” is the name of a server, not an e-mail address."),
			text.Join(text.Of("Ask your provider for it; often it is smtp. followed by what stands after the @ sign."),
				text.Of("Or enter the address as “SMTP login” and use “Find server from e-mail address”.")))
	case invalid != nil && namesPort(s.Server):
		b.fail(Server, "port_in_server", text.Of("The port belongs in the field “SMTP port”."), text.Text{})
	case invalid != nil || strings.ContainsAny(s.Server, " \t\"'<>,;"):
		summary := text.Of("“{field}” does not have the expected form.", "field", Label(Server))
		if isOneWord(s.Server) {
			summary = text.Of("“{host}” cannot be the name of a server.", "host", s.Server)
		}
		b.fail(Server, "name_invalid", summary, text.Of("Enter a host name such as smtp.email.com or an IP address."))
	case misspelt(s.Server):
		code, summary := oddness(Server, s.Server)
		b.fail(Server, code, summary, copied)
	}
}

// isOneWord reports whether a text may be repeated: what stands beside a name, or is longer than one (RFC 1035 section
// 2.3.4), may be a password.
func isOneWord(server string) bool {
	separates := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	}
	return len(server) <= 255 && !strings.Contains(server, ":") && len(strings.FieldsFunc(server, separates)) == 1
}

// namesPort recognises "host:25" and "[::1]:25", and what some write behind that. A summary must not repeat it: it may
// be a password.
func namesPort(server string) bool {
	if host, digits, err := net.SplitHostPort(server); err == nil {
		port, err := strconv.ParseUint(digits, 10, 16)
		return host != "" && err == nil && port > 0
	}
	return strings.Count(server, ":") > 1 && !strings.ContainsAny(server, "[] ")
}

// misspelt reports whether a name has a character that only looks like one that names have, and leads elsewhere than
// the name that it looks like.
func misspelt(server string) bool {
	if _, meant, odd := typed.Odd(server); !odd || meant == "" {
		return false
	}
	is, _ := smtpconn.ASCIIHost(server)
	for _, one := range typed.Servers(server) {
		if meant, err := smtpconn.ASCIIHost(one.Host); err == nil && meant == is {
			return false
		}
	}
	return true
}

// proposeServer reads the server's name with whatever was pasted beside it.
func (b *binding) proposeServer(given string) []finding.Fix {
	var fixes []finding.Fix
	for _, reading := range readings(given) {
		for _, one := range typed.Servers(reading) {
			if one.Web {
				one = ofWebPage(one)
			}
			fixes = append(fixes, b.useServer(one))
		}
	}
	if len(fixes) > 0 {
		return fixes
	}
	for _, box := range typed.Mailboxes(given) {
		fixes = append(fixes, b.useServer(ofMailbox(box.Address)))
	}
	return fixes
}

// ofMailbox is the server of a mailbox: that of its provider, or else a guess.
func ofMailbox(address string) typed.Server {
	domain := address[strings.LastIndexByte(address, '@')+1:]
	if known, found := provider.OfBox(domain); found && known.Server != "" {
		return typed.Server{Host: known.Server, Port: known.Port, Encrypted: true, Login: address}
	}
	return typed.Server{Host: "smtp." + domain, Login: address}
}

// webmail are the names that web pages for reading mail have before the domain.
var webmail = []string{"webmail", "www", "owa", "roundcube", "cpanel", "portal", "autodiscover"}

// ofWebPage is the server of the provider that has the web page, or of the same domain where the name is that of a
// page.
func ofWebPage(page typed.Server) typed.Server {
	for host := page.Host; strings.Contains(host, "."); _, host, _ = strings.Cut(host, ".") {
		if known, found := provider.OfBox(host); found && known.Server != "" {
			return typed.Server{Host: known.Server, Port: known.Port, Encrypted: true}
		}
	}
	if known := provider.ByID(provider.OfServer(page.Host)); known.Server != "" {
		return typed.Server{Host: known.Server, Port: known.Port, Encrypted: true}
	}
	first, domain, _ := strings.Cut(page.Host, ".")
	for _, one := range webmail {
		if strings.EqualFold(first, one) {
			page.Host = "smtp." + domain
		}
	}
	return page
}

// useServer fills in the server and what was named with it. A login is filled in where there is none; nothing takes
// encryption away.
func (b *binding) useServer(server typed.Server) finding.Fix {
	fix := finding.Fix{Values: shared.Values{Server: shared.Text(server.Host)}}
	if server.Port > 0 {
		fix.Values[Port] = shared.Integer(int64(server.Port))
	}
	if server.Encrypted && !b.boolean(UseSSL) {
		fix.Values[UseSSL] = shared.Boolean(true)
	}
	_, encrypts := fix.Values[UseSSL]
	switch {
	case server.Port > 0 && encrypts:
		fix.Label = text.Of("Use {server}, port {port}, with SSL", "server", server.Host, "port", server.Port)
	case server.Port > 0:
		fix.Label = text.Of("Use {host} and port {port}", "host", server.Host, "port", server.Port)
	case encrypts:
		fix.Label = text.Of("Use {host} with SSL", "host", server.Host)
	default:
		fix.Label = text.Of("Use {host}", "host", server.Host)
	}
	if server.Login != "" && b.text(Login) == "" {
		fix.Values[Login] = shared.Text(server.Login)
		fix.Label = text.Of("{change}, with the login {login}", "change", fix.Label, "login", server.Login)
	}
	return fix
}

func portText(port int) string { return strconv.Itoa(port) }
