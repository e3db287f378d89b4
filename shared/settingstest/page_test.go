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
	schema   shared.Schema
	secret   string
	ask      string // what a save has to confirm
	notifier *memoryNotifier

	revisions []memoryRevision
}

func newMemoryPage() *memoryPage {
	return &memoryPage{
		notifier: &memoryNotifier{}, schema: memorySchema,
		snapshot: shared.Snapshot{Values: shared.Values{}, Secrets: map[string]shared.SecretState{"token": {}}},
	}
}

var memorySchema = shared.Schema{
	Title: "Memory",
	Sections: []shared.Section{{Name: "only", Fields: []shared.Field{
		{Name: "address", Label: "Address", Kind: shared.KindText, Required: true, Placeholder: "example"},
		{
			Name: "count", Label: "Count", Kind: shared.KindInteger, Default: shared.Integer(3), Min: shared.Integer(1),
			NeedsRestart: true,
		},
		{Name: "token", Label: "Token", Kind: shared.KindText, Sensitive: true},
		{Name: "mode", Label: "Mode", Kind: shared.KindChoice, OptionsFrom: "look"},
		{Name: "link", Label: "Link", Kind: shared.KindURL, ReadOnly: true},
	}}},
	Test: shared.TestAction{Label: "Try it", Options: loudOptions},
	Actions: []shared.Action{
		{Name: "look", Label: "Look for modes", Options: loudOptions},
		{Name: "ask", Label: "Ask", Options: []shared.Field{
			{Name: "whom", Label: "Whom", Kind: shared.KindText, Required: true},
		}},
		{Name: "reset", Label: "Reset", Changes: true},
	},
}

// loudOptions has some that depend on the first one.
var loudOptions = []shared.Field{
	{Name: "loud", Label: "Loud", Kind: shared.KindBoolean},
	{Name: "volume", Label: "Volume", Kind: shared.KindInteger,
		VisibleWhen: shared.Equals("loud", shared.Boolean(true))},
	{Name: "pitch", Label: "Pitch", Kind: shared.KindInteger,
		EnabledWhen: shared.Equals("loud", shared.Boolean(true))},
}

func (p *memoryPage) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "memory", Title: "Memory", Version: "1.0.0"}, nil
}

func (p *memoryPage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return p.schema, nil
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
	copied.Computed = shared.Values{"link": shared.Text("https://memory.example/hook")}
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
	return values, secret, p.schema.Validate(values, func(string) bool { return secret != "" })
}

func (p *memoryPage) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _, found := p.next(request.Draft)
	validation := shared.Validation{Diagnostics: found}
	change := request.Draft.Secrets["token"]
	if request.CompareSecrets && change.Action == shared.SecretReplace && change.Text.Reveal() == p.secret {
		validation.SameSecrets = []string{"token"}
	}
	return validation, nil
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
	if p.ask != "" && request.Confirmed != p.ask {
		return shared.SaveResult{Confirm: p.ask, Diagnostics: found, Snapshot: p.copy()}, nil
	}
	p.record(request.Actor, values, secret, 0)
	return shared.SaveResult{Saved: true, Snapshot: p.copy(), Diagnostics: found}, nil
}

func (p *memoryPage) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	p.mu.Lock()
	_, _, found := p.next(request.Draft)
	p.mu.Unlock()
	found = append(found, p.schema.Test.ValidateOptions(request.Options)...)
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

// RunAction looks for modes.
func (p *memoryPage) RunAction(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	action, declared := p.schema.Action(request.Action)
	if !declared {
		return shared.ErrInvalidRequest
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	report := shared.TestReport{
		Outcome: "found", Headline: "A mode was found", Status: shared.StatusPassed,
		Diagnostics: action.Form().Validate(request.Options, nil),
	}
	if report.Diagnostics.HasErrors() {
		report.Outcome, report.Headline, report.Status = "failed", "It could not look", shared.StatusFailed
		return send(shared.Completed{Report: report})
	}
	return send(shared.Completed{Report: report, Result: shared.ActionResult{
		Values:  shared.Values{"count": shared.Integer(5)},
		Choices: map[string][]shared.Option{"mode": {{Value: "fast", Label: "Fast"}}},
	}})
}
