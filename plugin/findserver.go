package plugin

import (
	"context"
	"errors"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/autoconfig"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// findServer finds the mail server of the login's domain. Each server is a finding with a fix: whoever asked decides.
func (p *Page) findServer(ctx context.Context, typed shared.Values) (finding.Findings, error) {
	bound, err := p.bind(ctx, shared.Draft{Values: typed})
	if err != nil {
		return nil, err
	}
	address := mailboxOf(bound.settings)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return nothingFound("login_missing", text.Of("Enter the e-mail address of the mailbox as “SMTP login” first: "+
			"its domain says where to look.")), nil
	}
	resolver := p.configuration.Resolver
	if server := p.configuration.NameServer.Resolver(); resolver == nil && server != nil {
		resolver = server
	}
	return serversOf(ctx, resolver, address[at+1:]), nil
}

// mailboxOf is the address whose server is looked for: the login, else the sender, else an address that stands in the
// login or, by mistake, in the place of the server.
func mailboxOf(s settings.Settings) string {
	for _, given := range []string{s.Login, s.Sender.Address} {
		if shared.IsEmailAddress(given) {
			return given
		}
	}
	for _, given := range []string{s.Login, s.Sender.Address, s.Server} {
		if found := typed.Mailboxes(given); len(found) > 0 {
			return found[0].Address
		}
	}
	return ""
}

// serversOf describes what was found for a domain.
func serversOf(ctx context.Context, resolver autoconfig.Resolver, domain string) finding.Findings {
	candidates, err := autoconfig.Find(ctx, resolver, domain)
	var found finding.Findings
	for _, one := range candidates {
		found = append(found, serverFound(domain, one))
	}
	switch {
	case len(found) > 0:
		return found
	case errors.Is(err, autoconfig.ErrNoDNS):
		return nothingFound("name_lookup_failed",
			text.Of("The name servers of this machine did not say which mail server {domain} has.", "domain", domain))
	default:
		return nothingFound("nothing_published",
			text.Of("{domain} does not publish which mail server its mailboxes send through.", "domain", domain))
	}
}

func nothingFound(code string, summary text.Text) finding.Findings {
	return finding.Findings{{
		Severity: shared.SeverityInfo, Code: code, Field: settings.Server, Summary: summary,
		Detail: text.Of("Ask your provider for the name of its SMTP server."),
	}}
}

// serverFound is one server as a fix to confirm.
func serverFound(domain string, one autoconfig.Candidate) finding.Finding {
	said := finding.Finding{
		Severity: shared.SeverityInfo, Field: settings.Server, Code: "suggestion_" + string(one.Source),
	}
	switch one.Source {
	case autoconfig.SourceProvider:
		said.Summary = text.Of("Mailboxes of {domain} belong to {provider}, which sends through {server}.", "domain", domain,
			"provider", one.Provider, "server", one.Server)
	case autoconfig.SourceExchange:
		said.Summary = text.Of("{provider} receives the mail of {domain}, so {server} probably sends it.", "domain", domain,
			"provider", one.Provider, "server", one.Server)
	default:
		said.Summary = text.Of("{domain} publishes {server} as its mail server for sending.", "domain", domain,
			"server", one.Server)
	}
	server := strings.ToLower(one.Server)
	if one.Provider == "" && !strings.HasSuffix("."+server, "."+strings.ToLower(domain)) {
		said.Detail = text.Of("It belongs to another domain. Take it over only if you know it to be your " +
			"provider's. Nothing was sent there.")
	} else {
		said.Detail = text.Of("Nothing was sent there. Take it over, then test it.")
	}
	said.Fixes = []finding.Fix{{
		Label: text.Of("Use {server}, port {port}, with SSL", "server", one.Server, "port", one.Port),
		Values: shared.Values{settings.Server: shared.Text(one.Server), settings.Port: shared.Integer(int64(one.Port)),
			settings.UseSSL: shared.Boolean(true)},
	}}
	return said
}
