package plugin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// checkDomain looks at the sender's domain, or at what a receiver has found in a message.
func (p *Page) checkDomain(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	began := time.Now()
	report, err := p.domainReport(ctx, request)
	if err != nil {
		return err
	}
	report.Duration = shared.Elapsed(time.Since(began))
	return send(shared.Completed{Report: report.In(language.Of(request.Locale))})
}

func (p *Page) domainReport(ctx context.Context, request shared.ActionRequest) (finding.Report, error) {
	options := settings.WithoutBlanks(request.Options)
	if problems := settings.DomainViolations(options); problems.HasErrors() {
		return invalid(problems), nil
	}
	bound, err := p.bind(ctx, shared.Draft{Values: request.Draft.Values})
	if err != nil {
		return finding.Report{}, err
	}
	domain, _ := options[settings.CheckedDomain].AsText()
	domain = domain[strings.LastIndexByte(domain, '@')+1:]
	if headers, _ := options[settings.Headers].AsText(); headers != "" {
		rows, of := senderdomain.Headers(headers, domain)
		return reportOf(of, rows), nil
	}
	sender := bound.settings.Sender.Address
	if at := strings.LastIndexByte(sender, '@'); domain == "" && at >= 0 {
		domain = sender[at+1:]
	}
	if domain == "" {
		return invalid(finding.Findings{{
			Severity: shared.SeverityError, Code: "sender_missing", Field: bound.settings.SenderField(),
			Summary: text.Of("Enter the sender's address or a domain first."),
		}}), nil
	}
	question := senderdomain.Question{Domain: domain, Server: bound.settings.Server}
	return reportOf(domain, senderdomain.Check(ctx, p.resolver(), question)), nil
}

// resolver asks the name server of plugin.hcl; nil for that of the operating system.
func (p *Page) resolver() senderdomain.Resolver {
	if server := p.configuration.NameServer.Resolver(); server != nil {
		return server
	}
	return nil
}

// reportOf is the verdict on a domain: a card that tells each row, and a finding of each for who has no use for cards.
func reportOf(domain string, rows []senderdomain.Row) finding.Report {
	worst := senderdomain.Worst(rows)
	report := finding.Report{Outcome: string(worst), Status: shared.StatusPassed}
	bad := slices.ContainsFunc(rows, func(row senderdomain.Row) bool { return row.Bad })
	switch {
	case worst == senderdomain.Wrong:
		report.Status = shared.StatusFailed
		report.Headline = text.Of("Something about the sender's domain is wrong")
	case bad:
		report.Status = shared.StatusWarning
		report.Headline = text.Of("Something about the sender's domain is likely to go wrong")
	case worst == senderdomain.Likely:
		report.Headline = text.Of("Nothing about the sender's domain is likely to go wrong")
	default:
		report.Headline = text.Of("Whether receivers accept the sender cannot be known from here")
	}
	for _, row := range rows {
		report.Findings = append(report.Findings, findingOf(row))
	}
	report.Cards = []finding.Card{domainCard(domain, rows, report.Status)}
	return report
}

// domainCard tells each row: how sure it is, what was asked, the record as found, what it means, and what to publish.
func domainCard(domain string, rows []senderdomain.Row, status shared.Status) finding.Card {
	card := finding.Card{Title: text.Of("Sender's domain: {domain}", "domain", domain), Status: status}
	wrong, bad := 0, 0
	for _, row := range rows {
		card.Facts = append(card.Facts, factOf(row))
		switch {
		case row.Grade == senderdomain.Wrong:
			wrong++
		case row.Bad:
			bad++
		}
	}
	switch {
	case wrong > 0:
		card.Glance = text.Of("{count} fault || {count} faults", "count", wrong)
	case bad > 0:
		card.Glance = text.Of("{count} likely fault || {count} likely faults", "count", bad)
	case senderdomain.Worst(rows) == senderdomain.Likely:
		card.Glance = text.Of("Likely in order")
	default:
		card.Glance, card.Status = text.Of("Cannot know"), "" // Neither good nor bad.
	}
	return card
}

// topics are the names of what rows are about.
var topics = map[senderdomain.Topic]text.Text{
	senderdomain.Name: text.Of("Domain"), senderdomain.MX: text.Plain("MX"), senderdomain.SPF: text.Plain("SPF"),
	senderdomain.DMARC: text.Plain("DMARC"), senderdomain.DKIM: text.Plain("DKIM"),
}

func factOf(row senderdomain.Row) finding.Fact {
	fact := finding.Fact{Label: topics[row.Topic], Value: text.Of("Cannot know"), Detail: row.Meaning}
	switch {
	case row.Grade == senderdomain.Wrong:
		fact.Value, fact.Status = text.Of("Wrong"), shared.StatusFailed
	case row.Bad:
		fact.Value, fact.Status = text.Of("Likely wrong"), shared.StatusWarning
	case row.Grade == senderdomain.Likely:
		fact.Value, fact.Status = text.Of("Likely in order"), shared.StatusPassed
	}
	if row.Publish == "" {
		fact.Detail = text.Join(row.Meaning, row.Remedy)
	}
	if row.Asked != "" {
		fact.Records = append(fact.Records, finding.Record{Label: text.Of("Asked"), Text: row.Asked})
	}
	if row.Found != "" {
		fact.Records = append(fact.Records, finding.Record{Label: text.Of("As found"), Text: row.Found})
	}
	if row.Publish != "" {
		fact.Records = append(fact.Records, finding.Record{
			Label: text.Of("To publish at {name}", "name", row.PublishAt), Text: row.Publish, Copy: true,
		})
	}
	return fact
}

func findingOf(row senderdomain.Row) finding.Finding {
	one := finding.Finding{Severity: shared.SeverityInfo, Code: row.Code, Summary: row.Meaning, Detail: row.Remedy}
	switch {
	case row.Grade == senderdomain.Wrong:
		one.Severity = shared.SeverityError
	case row.Bad:
		one.Severity = shared.SeverityWarning
	}
	if row.Found != "" {
		one.Evidence = &shared.Evidence{Text: row.Found}
	}
	return one
}
