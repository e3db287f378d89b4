package plugin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

var _ shared.ActionRunner = (*Page)(nil)

// RunAction finds the mail server of the login's domain. Each server is a finding with a fix: whoever asked decides.
func (p *Page) RunAction(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	if request.Action != settings.FindServer {
		return fmt.Errorf("%w: there is no action %q", shared.ErrInvalidRequest, request.Action)
	}
	began := time.Now()
	found, err := p.Suggest(ctx, shared.SuggestRequest{Locale: request.Locale, Values: request.Draft.Values})
	if err != nil {
		return err
	}
	reader := language.Of(request.Locale)
	report := shared.TestReport{
		Outcome: "nothing_found", Headline: reader.Message("No mail server was found"), Status: shared.StatusFailed,
		Duration: shared.Elapsed(time.Since(began)), Diagnostics: found,
	}
	if slices.ContainsFunc(found, func(one shared.Diagnostic) bool { return len(one.Fixes) > 0 }) {
		report.Outcome, report.Status = "server_found", shared.StatusPassed
		report.Headline = reader.Message("A mail server was found")
	}
	return send(shared.Completed{Report: report})
}
