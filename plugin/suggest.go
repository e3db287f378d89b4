package plugin

import (
	"context"
	"errors"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/autoconfig"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

var _ shared.Suggester = (*Page)(nil)

// Suggest finds the mail server of the login's domain.
func (p *Page) Suggest(ctx context.Context, request shared.SuggestRequest) (shared.Diagnostics, error) {
	bound, err := p.bind(ctx, shared.Draft{Values: request.Values})
	if err != nil {
		return nil, err
	}
	address := bound.settings.Login
	if !shared.IsEmailAddress(address) {
		address = bound.settings.Sender.Address
	}
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return nothingFound("login_missing", phrase.Of("Enter the e-mail address of the mail box as “SMTP login” first: its domain says where to look.")).In(language.Of(request.Locale)), nil
	}
	return suggestions(ctx, p.configuration.Resolver, address[at+1:]).In(language.Of(request.Locale)), nil
}

// suggestions describes what was found for a domain.
func suggestions(ctx context.Context, resolver autoconfig.Resolver, domain string) shared.Diagnostics {
	candidates, err := autoconfig.Find(ctx, resolver, domain)
	var found shared.Diagnostics
	for _, one := range candidates {
		found = append(found, suggestion(domain, one))
	}
	switch {
	case len(found) > 0:
		return found
	case errors.Is(err, autoconfig.ErrNoDNS):
		return nothingFound("name_lookup_failed", phrase.Of("The name servers of this machine did not say which mail server {domain} has.", "domain", domain))
	default:
		return nothingFound("nothing_published", phrase.Of("{domain} does not publish which mail server its mail boxes send through.", "domain", domain))
	}
}

func nothingFound(code, summary string) shared.Diagnostics {
	return shared.Diagnostics{{
		Severity: shared.SeverityInfo, Code: code, Field: settings.Server, Summary: summary,
		Detail: "Ask your provider for the name of its SMTP server.",
	}}
}

// suggestion is one server as a fix to confirm.
func suggestion(domain string, one autoconfig.Candidate) shared.Diagnostic {
	said := shared.Diagnostic{Severity: shared.SeverityInfo, Field: settings.Server, Code: "suggestion_" + string(one.Source)}
	switch one.Source {
	case autoconfig.SourceProvider:
		said.Summary = phrase.Of("Mail boxes of {domain} belong to {provider}, which sends through {server}.", "domain", domain, "provider", one.Provider, "server", one.Server)
	case autoconfig.SourceExchange:
		said.Summary = phrase.Of("{provider} receives the mail of {domain}, so {server} probably sends it.", "domain", domain, "provider", one.Provider, "server", one.Server)
	default:
		said.Summary = phrase.Of("{domain} publishes {server} as its mail server for sending.", "domain", domain, "server", one.Server)
	}
	if server := strings.ToLower(one.Server); one.Provider == "" && !strings.HasSuffix("."+server, "."+strings.ToLower(domain)) {
		said.Detail = phrase.Of("It belongs to another domain. Take it over only if you know it to be your provider's. Nothing was sent there.")
	} else {
		said.Detail = phrase.Of("Nothing was sent there. Take it over, then test it.")
	}
	said.Fixes = []shared.Fix{{
		Label:  phrase.Of("Use {server}, port {port}, with SSL", "server", one.Server, "port", one.Port),
		Values: shared.Values{settings.Server: shared.Text(one.Server), settings.Port: shared.Integer(int64(one.Port)), settings.UseSSL: shared.Boolean(true)},
	}}
	return said
}
