package settingstest_test

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// memoryPage keeps the contract and nothing else: its settings live in memory. The wrong pages are made from it.
type memoryPage struct {
	mu       sync.Mutex
	snapshot shared.Snapshot
	secret   string
	notifier *memoryNotifier
}

func newMemoryPage() *memoryPage {
	return &memoryPage{
		notifier: &memoryNotifier{},
		snapshot: shared.Snapshot{Values: shared.Values{}, Secrets: map[string]shared.SecretState{"token": {}}},
	}
}

var memorySchema = shared.Schema{
	Title: "Memory",
	Sections: []shared.Section{{Name: "only", Fields: []shared.Field{
		{Name: "address", Label: "Address", Kind: shared.KindText, Required: true, Placeholder: "example"},
		{Name: "count", Label: "Count", Kind: shared.KindInteger, Default: shared.Integer(3)},
		{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
	}}},
	Test: shared.TestAction{Label: "Try it"},
}

func (p *memoryPage) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "memory", Title: "Memory", Version: "1.0.0"}, nil
}

func (p *memoryPage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return memorySchema, nil
}

func (p *memoryPage) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.copy(), nil
}

func (p *memoryPage) revision() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot.Revision.Number
}

func (p *memoryPage) copy() shared.Snapshot {
	copied := p.snapshot
	copied.Values, copied.Secrets = maps.Clone(copied.Values), maps.Clone(copied.Secrets)
	return copied
}

// next is what the draft would lead to.
func (p *memoryPage) next(draft shared.Draft) (shared.Values, string, shared.Diagnostics) {
	values, secret := draft.Apply(p.snapshot.Values), p.secret
	switch change := draft.Secrets["token"]; change.Action {
	case shared.SecretReplace:
		secret = change.Text.Reveal()
	case shared.SecretClear:
		secret = ""
	}
	return values, secret, memorySchema.Validate(values, func(string) bool { return secret != "" })
}

func (p *memoryPage) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _, found := p.next(request.Draft)
	return shared.Validation{Diagnostics: found}, nil
}

func (p *memoryPage) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if request.Revision != p.snapshot.Revision.Number {
		return shared.SaveResult{Conflict: true, Snapshot: p.copy(), Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "conflict", Summary: "Somebody was faster."}}}, nil
	}
	values, secret, found := p.next(request.Draft)
	if found.HasErrors() {
		return shared.SaveResult{Diagnostics: found, Snapshot: p.copy()}, nil
	}
	p.secret = secret
	p.snapshot.Values = values
	p.snapshot.Secrets = map[string]shared.SecretState{"token": {Set: secret != ""}}
	p.snapshot.Revision = shared.Revision{Number: request.Revision + 1, Author: request.Actor, At: time.Now()}
	return shared.SaveResult{Saved: true, Snapshot: p.copy(), Diagnostics: found}, nil
}

func (p *memoryPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	p.mu.Lock()
	_, _, found := p.next(request.Draft)
	p.mu.Unlock()
	report := shared.TestReport{
		Outcome: "complete", Headline: "It works", Status: shared.StatusPassed, Diagnostics: found,
	}
	if found.HasErrors() {
		report.Outcome, report.Headline, report.Status = "failed", "It does not work", shared.StatusFailed
		return send(shared.Completed{Report: report})
	}
	if err := send(shared.StepStarted{ID: "try", Label: "Try"}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
	}
	result := shared.StepResult{
		ID: "try", Label: "Try", Status: shared.StatusPassed, Duration: shared.Elapsed(time.Millisecond),
	}
	if err := send(shared.StepFinished{StepResult: result}); err != nil {
		return err
	}
	report.Steps = []shared.StepResult{result}
	return send(shared.Completed{Report: report})
}

// wrongPage is a page with one way of breaking the contract: each function that is set replaces a method.
type wrongPage struct {
	shared.SettingsPage
	info     func(context.Context) (shared.Info, error)
	schema   func(context.Context, shared.SchemaRequest) (shared.Schema, error)
	load     func(context.Context, shared.LoadRequest) (shared.Snapshot, error)
	validate func(context.Context, shared.ValidateRequest) (shared.Validation, error)
	save     func(context.Context, shared.SaveRequest) (shared.SaveResult, error)
	test     func(context.Context, shared.TestRequest, func(shared.TestEvent) error) error
	suggest  func(context.Context, shared.SuggestRequest) (shared.Diagnostics, error)
}

func (p *wrongPage) Suggest(ctx context.Context, request shared.SuggestRequest) (shared.Diagnostics, error) {
	if p.suggest != nil {
		return p.suggest(ctx, request)
	}
	return nil, shared.ErrUnsupported
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
