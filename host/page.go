package host

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// How long the calls may take: a plugin that hangs must not hang the Console. docs/contract.md states them.
const (
	queryLimit = 10 * time.Second
	saveLimit  = 30 * time.Second
	testLimit  = 6 * time.Minute
	longLimit  = 10 * time.Minute
)

// page is the plugin's page over all its restarts. A call during which the plugin dies fails with
// shared.ErrPluginUnavailable and is not repeated: a second save or test is not the same as one.
type page struct{ supervisor *supervisor }

var (
	_ shared.SettingsPage    = (*page)(nil)
	_ shared.SettingsHistory = (*page)(nil)
	_ shared.SecretKey       = (*page)(nil)
	_ shared.Storage         = (*page)(nil)
	_ shared.Suggester       = (*page)(nil)
)

// Notifier returns the notification service, as a page that has one does.
func (p *page) Notifier() shared.Notifier { return notifier{p} }

func (p *page) Info(ctx context.Context) (shared.Info, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.Info, error) { return now.Info(ctx) })
}

func (p *page) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.Schema, error) {
		return now.Schema(ctx, request)
	})
}

func (p *page) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.Snapshot, error) {
		return now.Load(ctx, request)
	})
}

func (p *page) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.Validation, error) {
		return now.Validate(ctx, request)
	})
}

func (p *page) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	return call(ctx, p, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.SaveResult, error) {
		return now.Save(ctx, request)
	})
}

func (p *page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	_, err := call(ctx, p, testLimit, func(ctx context.Context, now *shared.Connection) (struct{}, error) {
		return struct{}{}, now.Test(ctx, request, send)
	})
	return err
}

func (p *page) Revisions(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.RevisionList, error) {
		return now.Revisions(ctx, request)
	})
}

func (p *page) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	return call(ctx, p, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.SaveResult, error) {
		return now.Restore(ctx, request)
	})
}

func (p *page) Purge(ctx context.Context, request shared.PurgeRequest) (shared.PurgeResult, error) {
	return call(ctx, p, longLimit, func(ctx context.Context, now *shared.Connection) (shared.PurgeResult, error) {
		return now.Purge(ctx, request)
	})
}

func (p *page) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	return call(ctx, p, longLimit, func(ctx context.Context, now *shared.Connection) (shared.RekeyResult, error) {
		return now.Rekey(ctx, request)
	})
}

func (p *page) Migrate(ctx context.Context, request shared.MigrateRequest) (shared.MigrateResult, error) {
	return call(ctx, p, longLimit, func(ctx context.Context, now *shared.Connection) (shared.MigrateResult, error) {
		return now.Migrate(ctx, request)
	})
}

func (p *page) Suggest(ctx context.Context, request shared.SuggestRequest) (shared.Diagnostics, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.Diagnostics, error) {
		return now.Suggest(ctx, request)
	})
}

// call makes one call to the process that is running now.
func call[Reply any](ctx context.Context, p *page, limit time.Duration, make func(context.Context, *shared.Connection) (Reply, error)) (Reply, error) {
	if p.supervisor.options.attached != "" {
		limit = debugPatience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	now, err := p.supervisor.running(ctx)
	if err != nil {
		var none Reply
		return none, err
	}
	return make(ctx, now)
}
