package settings

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Providers whose servers stand in for each other, or have names that say nothing of what they are for.
const (
	microsoft365 = "microsoft365"
	outlook      = "outlook"
)

// microsoftReads are servers of Microsoft 365 for reading mail, and its web pages.
var microsoftReads = []string{
	"outlook.office365.com", "outlook.office.com", "outlook.office365.us", "partner.outlook.cn",
}

// hintProvider points out a server of a known provider that does not take mail from the login.
func (b *binding) hintProvider(s Settings) {
	if s.Login == "" || s.Server == "" || s.Proxy != nil {
		return
	}
	host := strings.TrimSuffix(strings.ToLower(s.Server), ".")
	owner := provider.ByID(provider.OfServer(host))
	_, takesIn := provider.OfExchange(host)
	warn := func(code string, to provider.Provider, summary text.Text) {
		b.report(shared.SeverityWarning, Server, code, summary, text.Text{},
			b.useServer(typed.Server{Host: to.Server, Port: to.Port, Encrypted: true}))
	}
	own, known := ofLogin(s.Login)
	if known && together(own.ID, owner.ID) { // A provider may have several servers.
		owner = own
	}
	switch {
	case owner.Server != "" && readsMail(host):
		warn("server_reads_mail", owner, text.Of("{host} is for reading mail. {provider} sends it with {server}.",
			"host", s.Server, "provider", owner.Name, "server", owner.Server))
	case owner.ID == microsoft365 && takesIn:
		warn("server_takes_mail_in", owner, text.Of(
			"{host} takes mail for its own domain alone, and no login. {provider} sends mail with {server}.",
			"host", s.Server, "provider", owner.Name, "server", owner.Server))
	case known && own.Server != "" && len(owner.Boxes)+len(owner.Exchanges) > 0 && !together(own.ID, owner.ID):
		warn("login_of_other_provider", own, text.Of(
			"The login {login} is one of {provider}, which sends mail with {server}.",
			"login", s.Login, "provider", own.Name, "server", own.Server))
	}
}

// ofLogin is the provider of the mailbox that a login names.
func ofLogin(login string) (provider.Provider, bool) {
	domain := strings.ToLower(login[strings.LastIndexByte(login, '@')+1:])
	if strings.HasSuffix(domain, ".onmicrosoft.com") {
		return provider.ByID(microsoft365), true
	}
	return provider.OfBox(domain)
}

// readsMail reports whether the name of a server is that of one for reading mail.
func readsMail(host string) bool {
	for _, one := range microsoftReads {
		if host == one {
			return true
		}
	}
	label, _, _ := strings.Cut(host, ".")
	switch strings.TrimRight(strings.TrimSuffix(label, "s"), "34") {
	case "imap", "pop":
		return true
	}
	return false
}

// together reports whether a login of the first provider may be given to a server of the second.
func together(login, server string) bool {
	return login == server || login == outlook && server == microsoft365
}
