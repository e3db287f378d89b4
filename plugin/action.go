package plugin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

var _ shared.ActionRunner = (*Page)(nil)

// RunAction runs the actions that the schema declares.
func (p *Page) RunAction(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	switch request.Action {
	case settings.FindServer:
		return p.runFindServer(ctx, request, send)
	case settings.CheckDomain:
		return p.checkDomain(ctx, request, send)
	case settings.MakeCertificate:
		return p.makeCertificate(ctx, request, send)
	case settings.SignIn:
		return p.signIn(ctx, request, send)
	case settings.SignOut:
		return p.signOut(ctx, request, send)
	default:
		return fmt.Errorf("%w: there is no action %q", shared.ErrInvalidRequest, request.Action)
	}
}

// runFindServer finds the mail server of the login's domain.
func (p *Page) runFindServer(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	began := time.Now()
	found, err := p.findServer(ctx, request.Draft.Values)
	if err != nil {
		return err
	}
	reader := language.Of(request.Locale)
	report := shared.TestReport{
		Outcome: "nothing_found", Headline: reader.Message("No mail server was found"), Status: shared.StatusFailed,
		Duration: shared.Elapsed(time.Since(began)), Diagnostics: found.In(reader),
	}
	if slices.ContainsFunc(found, func(one finding.Finding) bool { return len(one.Fixes) > 0 }) {
		report.Outcome, report.Status = "server_found", shared.StatusPassed
		report.Headline = reader.Message("A mail server was found")
	}
	return send(shared.Completed{Report: report})
}
