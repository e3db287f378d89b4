package kinds

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Page keeps its settings as long as it lives. It may be used concurrently.
type Page struct {
	mu       sync.Mutex
	values   shared.Values
	secrets  map[string]shared.SecretState
	revision shared.Revision
	callback string
	pending  []string
}

var (
	_ shared.SettingsPage = (*Page)(nil)
	_ shared.ActionRunner = (*Page)(nil)
)

// New returns a page of which nothing has been saved.
func New() *Page {
	return &Page{values: shared.Values{}, callback: "https://console.example/callback/1",
		secrets: map[string]shared.SecretState{"password": {}, "private_key": {}, "account": {}}}
}

// Info describes the page.
func (p *Page) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "kinds", Title: "Every kind", Version: "1.0.0"}, nil
}

// Schema declares the form.
func (p *Page) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return Schema(), nil
}

// Load returns what was saved.
func (p *Page) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot(), nil
}

func (p *Page) snapshot() shared.Snapshot {
	return shared.Snapshot{
		Values: maps.Clone(p.values), Secrets: maps.Clone(p.secrets), Revision: p.revision, Pending: p.pending,
		Computed: shared.Values{"callback": shared.Text(p.callback)},
	}
}

// check is what the draft leads to, and what is wrong with it.
func (p *Page) check(draft shared.Draft) (shared.Values, shared.Diagnostics) {
	values := draft.Apply(p.values)
	return values, Schema().Validate(values, func(field string) bool {
		return draft.Secrets[field].Action == shared.SecretReplace || p.secrets[field].Set
	})
}

// Validate checks a draft.
func (p *Page) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	values, found := p.check(request.Draft)
	name, _ := values["name"].AsText()
	return shared.Validation{
		Diagnostics: found, Preview: "Will test “" + name + "”.",
		Computed: shared.Values{"callback": shared.Text(p.callback + "/" + name)},
	}, nil
}

// confirmation is asked before the page is switched off.
const confirmation = "This switches the page off for everybody."

// Save makes the draft what is in force. Switching the page off has to be agreed to.
func (p *Page) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	values, found := p.check(request.Draft)
	switch {
	case request.Revision != p.revision.Number:
		return shared.SaveResult{Conflict: true, Snapshot: p.snapshot(), Diagnostics: shared.Diagnostics{
			{Severity: shared.SeverityError, Code: "revision_conflict", Summary: "There is a newer revision."},
		}}, nil
	case found.HasErrors():
		return shared.SaveResult{Diagnostics: found, Snapshot: p.snapshot()}, nil
	case values["active"] == shared.Boolean(false) && request.Confirmed != confirmation:
		return shared.SaveResult{Confirm: confirmation, Snapshot: p.snapshot()}, nil
	}
	if values["count"] != p.values["count"] {
		p.pending = []string{"count"}
	}
	now := time.Now()
	p.values = values
	p.revision = shared.Revision{Number: p.revision.Number + 1, Author: request.Actor, At: now}
	for name, change := range request.Draft.Secrets {
		switch change.Action {
		case shared.SecretReplace:
			p.secrets[name] = shared.SecretState{Set: true, Since: now, Hint: "ends in 4711", Expires: now.AddDate(1, 0, 0)}
		case shared.SecretClear:
			p.secrets[name] = shared.SecretState{}
		}
	}
	return shared.SaveResult{Saved: true, Diagnostics: found, Snapshot: p.snapshot()}, nil
}

// Test says what its options were.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	options := Schema().Test.Form().Evaluate(request.Options)
	said := "depth " + options.Effective("depth").String() + ", send " + options.Effective("send").String()
	p.mu.Lock()
	_, found := p.check(request.Draft)
	p.mu.Unlock()
	found = append(found, Schema().Test.ValidateOptions(request.Options)...)
	if found.HasErrors() {
		return send(shared.Completed{Report: shared.TestReport{
			Outcome: "failed", Headline: "The form has faults", Status: shared.StatusFailed, Diagnostics: found,
		}})
	}
	return p.finish(ctx, "Tested: "+said, shared.ActionResult{}, send)
}
