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
	var resolver senderdomain.Resolver
	if server := p.configuration.NameServer.Resolver(); server != nil {
		resolver = server
	}
	question := senderdomain.Question{Domain: domain, Server: bound.settings.Server}
	return reportOf(domain, senderdomain.Check(ctx, resolver, question)), nil
}

// grades are what the grades are called.
var grades = map[senderdomain.Grade]text.Message{
	senderdomain.Wrong: "Wrong", senderdomain.Likely: "Likely", senderdomain.CannotKnow: "Cannot know",
}

// reportOf is the verdict on a domain: a card with the grade of each row, and a finding with what it means.
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
	card := finding.Card{Title: text.Of("Sender's domain: {domain}", "domain", domain), Status: report.Status}
	for _, row := range rows {
		label := row.Asked
		if label == "" {
			label = strings.ToUpper(string(row.Topic))
		}
		card.Facts = append(card.Facts, finding.Fact{Label: text.Plain(label), Value: text.Of(grades[row.Grade])})
		report.Findings = append(report.Findings, findingOf(row))
	}
	report.Cards = []finding.Card{card}
	return report
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
