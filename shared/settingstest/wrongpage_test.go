package settingstest_test

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
)

// wrongPage is a page with one way of breaking the contract: each function that is set replaces a method.
type wrongPage struct {
	shared.SettingsPage
	info     func(context.Context) (shared.Info, error)
	schema   func(context.Context, shared.SchemaRequest) (shared.Schema, error)
	load     func(context.Context, shared.LoadRequest) (shared.Snapshot, error)
	validate func(context.Context, shared.ValidateRequest) (shared.Validation, error)
	save     func(context.Context, shared.SaveRequest) (shared.SaveResult, error)
	test     func(context.Context, shared.TestRequest, func(shared.TestEvent) error) error
	act      func(context.Context, shared.ActionRequest, func(shared.TestEvent) error) error

	revisions func(context.Context, shared.RevisionsRequest) (shared.RevisionList, error)
	health    func(context.Context, shared.HealthRequest, func(shared.Health) error) error

	restore func(context.Context, shared.RestoreRequest) (shared.SaveResult, error)
}

func (p *wrongPage) RunAction(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	if p.act != nil {
		return p.act(ctx, request, send)
	}
	return p.SettingsPage.(shared.ActionRunner).RunAction(ctx, request, send)
}

func (p *wrongPage) Info(ctx context.Context) (shared.Info, error) {
	if p.info != nil {
		return p.info(ctx)
	}
	return p.SettingsPage.Info(ctx)
}

func (p *wrongPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	if p.schema != nil {
		return p.schema(ctx, request)
	}
	return p.SettingsPage.Schema(ctx, request)
}

func (p *wrongPage) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	if p.load != nil {
		return p.load(ctx, request)
	}
	return p.SettingsPage.Load(ctx, request)
}

func (p *wrongPage) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	if p.validate != nil {
		return p.validate(ctx, request)
	}
	return p.SettingsPage.Validate(ctx, request)
}

func (p *wrongPage) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	if p.save != nil {
		return p.save(ctx, request)
	}
	return p.SettingsPage.Save(ctx, request)
}

func (p *wrongPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	if p.test != nil {
		return p.test(ctx, request, send)
	}
	return p.SettingsPage.Test(ctx, request, send)
}
