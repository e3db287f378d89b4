package host

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/host/internal/process"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// How long the calls may take: a plugin that hangs must not hang the Console. docs/contract.md states them.
const (
	queryLimit = 10 * time.Second
	saveLimit  = 30 * time.Second
	testLimit  = 6 * time.Minute
	longLimit  = 10 * time.Minute
	moveLimit  = 6 * time.Hour
)

// page is the plugin's page over all its restarts. A call during which the plugin dies fails with
// shared.ErrPluginUnavailable and is not repeated: a second save or test is not the same as one.
type page struct {
	supervisor *supervisor
	attached   bool     // to a plugin in a debugger
	tracing    *tracing // nil when nothing is traced
}

var (
	_ shared.SettingsPage    = (*page)(nil)
	_ shared.SettingsHistory = (*page)(nil)
	_ shared.KeyRotator      = (*page)(nil)
	_ shared.Migrator        = (*page)(nil)
	_ shared.ActionRunner    = (*page)(nil)
)

// Notifier returns the notification service, as a page that has one does.
func (p *page) Notifier() shared.Notifier { return notifier{p} }

func (p *page) Info(ctx context.Context) (shared.Info, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, page shared.SettingsPage) (shared.Info, error) {
		return page.Info(ctx)
	})
}

func (p *page) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	return ask(ctx, p, queryLimit, shared.SettingsPage.Schema, request)
}

func (p *page) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	return ask(ctx, p, queryLimit, shared.SettingsPage.Load, request)
}

func (p *page) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	return ask(ctx, p, queryLimit, shared.SettingsPage.Validate, request)
}

func (p *page) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	return ask(ctx, p, saveLimit, shared.SettingsPage.Save, request)
}

func (p *page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	_, err := call(ctx, p, testLimit, func(ctx context.Context, page shared.SettingsPage) (struct{}, error) {
		return struct{}{}, page.Test(ctx, request, send)
	})
	return err
}

func (p *page) RunAction(ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error) error {
	_, err := call(ctx, p, testLimit, func(ctx context.Context, runner shared.ActionRunner) (struct{}, error) {
		return struct{}{}, runner.RunAction(ctx, request, send)
	})
	return err
}

func (p *page) Revisions(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	return ask(ctx, p, queryLimit, shared.SettingsHistory.Revisions, request)
}

func (p *page) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	return ask(ctx, p, saveLimit, shared.SettingsHistory.Restore, request)
}

func (p *page) Purge(ctx context.Context, request shared.PurgeRequest) (shared.PurgeResult, error) {
	return ask(ctx, p, longLimit, shared.SettingsHistory.Purge, request)
}

func (p *page) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	return ask(ctx, p, longLimit, shared.KeyRotator.Rekey, request)
}

func (p *page) Migrate(
	ctx context.Context, request shared.MigrateRequest, progress func(shared.MigrateProgress),
) (shared.MigrateResult, error) {
	return call(ctx, p, moveLimit, func(ctx context.Context, migrator shared.Migrator) (shared.MigrateResult, error) {
		return migrator.Migrate(ctx, request, progress)
	})
}

// ask calls a method of the process that is running now.
func ask[I, Request, Reply any](
	ctx context.Context, p *page, limit time.Duration,
	method func(I, context.Context, Request) (Reply, error), request Request,
) (Reply, error) {
	return call(ctx, p, limit, func(ctx context.Context, companion I) (Reply, error) {
		return method(companion, ctx, request)
	})
}

// call makes one call to the process that is running now.
func call[I, Reply any](
	ctx context.Context, p *page, limit time.Duration, make func(context.Context, I) (Reply, error),
) (reply Reply, err error) {
	if p.attached {
		limit = process.AttachedLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	now, err := p.supervisor.running(ctx)
	if err != nil {
		return reply, err
	}
	companion, err := transport.Companion[I](now)
	if err != nil {
		return reply, err
	}
	return make(ctx, companion)
}
