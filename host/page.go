package host

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// How long the calls may take. A plugin that hangs must not hang the Console; the longest test that a plugin may offer is
// five minutes.
const (
	queryLimit = 10 * time.Second
	saveLimit  = 30 * time.Second
	testLimit  = 6 * time.Minute
)

// page is the plugin's page over all its restarts. A call during which the plugin dies fails with
// shared.ErrPluginUnavailable and is not repeated: a second save or test is not the same as one.
type page struct{ supervisor *supervisor }

var _ shared.SettingsPage = (*page)(nil)

func (p *page) Info(ctx context.Context) (shared.Info, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now shared.SettingsPage) (shared.Info, error) {
		return now.Info(ctx)
	})
}

func (p *page) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now shared.SettingsPage) (shared.Schema, error) {
		schema, err := now.Schema(ctx, request)
		if err == nil {
			err = schema.Check()
		}
		return schema, err
	})
}

func (p *page) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now shared.SettingsPage) (shared.Snapshot, error) {
		return now.Load(ctx, request)
	})
}

func (p *page) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	return call(ctx, p, queryLimit, func(ctx context.Context, now shared.SettingsPage) (shared.Validation, error) {
		return now.Validate(ctx, request)
	})
}

func (p *page) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	return call(ctx, p, saveLimit, func(ctx context.Context, now shared.SettingsPage) (shared.SaveResult, error) {
		return now.Save(ctx, request)
	})
}

func (p *page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	_, err := call(ctx, p, testLimit, func(ctx context.Context, now shared.SettingsPage) (struct{}, error) {
		return struct{}{}, now.Test(ctx, request, send)
	})
	return err
}

// call makes one call to the process that is running now.
func call[Reply any](ctx context.Context, p *page, limit time.Duration, make func(context.Context, shared.SettingsPage) (Reply, error)) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	now, err := p.supervisor.running(ctx)
	if err != nil {
		var none Reply
		return none, err
	}
	return make(ctx, now)
}
