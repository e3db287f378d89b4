// Package skeleton is a settings page to begin with.
package skeleton

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// Page keeps its settings in files. Other processes may save as well, so it reads them anew for each call. It may be
// used concurrently.
type Page struct {
	store *filestore.Store[shared.Values]
}

var _ shared.SettingsPage = (*Page)(nil)

// New keeps the settings in the directory, which is made when it does not exist.
func New(directory string) (*Page, error) {
	store, err := filestore.Open[shared.Values](directory)
	return &Page{store: store}, err
}

// Info describes the plugin.
func (p *Page) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "skeleton", Title: "Skeleton settings", Version: "0.1.0"}, nil
}

// schema declares the form: change it to what your page is about.
var schema = shared.Schema{
	Title:       "Skeleton settings",
	Description: "What this page is for, in one sentence.",
	Sections: []shared.Section{{Name: "server", Title: "Server", Fields: []shared.Field{
		{Name: "address", Label: "Address", Kind: shared.KindText, Required: true, Placeholder: "localhost:514",
			Help: "Host and port."},
		{Name: "timeout", Label: "Timeout", Kind: shared.KindDuration, Default: shared.Text("5s"),
			Help: "How long a connection may take."},
	}}},
	Test: shared.TestAction{Label: "Test connection"},
}

// Schema declares the form.
func (p *Page) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return schema, nil
}

// Load returns the values in force.
func (p *Page) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	values, revision, err := p.store.Current()
	return shared.Snapshot{Values: values, Revision: revision}, err
}

// next is what the draft would lead to, and what is wrong with it.
func next(current shared.Values, draft shared.Draft) (shared.Values, shared.Diagnostics) {
	values := draft.Apply(current)
	found := schema.Validate(values, func(string) bool { return false })
	if address, ok := values["address"].AsText(); ok && !found.HasErrors() {
		if _, _, err := net.SplitHostPort(address); err != nil {
			found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "not_an_address", Field: "address",
				Summary: "“Address” must be a host and a port.", Detail: "Write it as localhost:514."})
		}
	}
	return values, found
}

// Validate checks a draft.
func (p *Page) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	current, _, err := p.store.Current()
	if err != nil {
		return shared.Validation{}, err
	}
	values, found := next(current, request.Draft)
	preview := ""
	if !found.HasErrors() {
		preview = fmt.Sprintf("Will connect to %s.", values["address"])
	}
	return shared.Validation{Diagnostics: found, Preview: preview}, nil
}

// Save makes the draft the settings in force.
func (p *Page) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	current, revision, err := p.store.Current()
	if err != nil {
		return shared.SaveResult{}, err
	}
	values, found := next(current, request.Draft)
	if request.Revision == revision.Number && found.HasErrors() {
		return shared.SaveResult{Diagnostics: found, Snapshot: shared.Snapshot{Values: current, Revision: revision}}, nil
	}
	saved, err := p.store.Append(request.Revision, request.Actor, values)
	switch {
	case errors.Is(err, filestore.ErrConflict):
		current, revision, err = p.store.Current()
		return shared.SaveResult{Conflict: true, Snapshot: shared.Snapshot{Values: current, Revision: revision},
			Diagnostics: shared.Diagnostics{{
				Severity: shared.SeverityError, Code: "revision_conflict",
				Summary: "The settings were changed in the meantime."}}}, err
	case err != nil:
		return shared.SaveResult{}, err
	}
	return shared.SaveResult{
		Saved: true, Diagnostics: found, Snapshot: shared.Snapshot{Values: values, Revision: saved},
	}, nil
}

// Test connects to the address.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	current, _, err := p.store.Current()
	if err != nil {
		return err
	}
	values, found := next(current, request.Draft)
	report := shared.TestReport{
		Outcome: "failed", Headline: "Test connection failed", Status: shared.StatusFailed, Diagnostics: found,
	}
	if found.HasErrors() {
		return send(shared.Completed{Report: report})
	}
	began := time.Now()
	if err := send(shared.StepStarted{ID: "connect", Label: "Connect"}); err != nil {
		return err
	}
	err = connect(ctx, values)
	step := shared.StepResult{
		ID: "connect", Label: "Connect", Status: shared.StatusPassed, Duration: shared.Elapsed(time.Since(began)),
	}
	if err != nil {
		step.Status, step.Detail = shared.StatusFailed, "no connection"
		report.Diagnostics = append(report.Diagnostics, shared.Diagnostic{
			Severity: shared.SeverityError, Code: "unreachable", Step: "connect", Field: "address",
			Summary:  fmt.Sprintf("%s cannot be reached.", values["address"]),
			Detail:   "Check the address, and whether the server is running.",
			Evidence: &shared.Evidence{Text: err.Error()},
		})
	} else {
		report.Outcome, report.Headline, report.Status = "complete", "Test connection complete", shared.StatusPassed
	}
	if err := send(shared.StepFinished{StepResult: step}); err != nil {
		return err
	}
	report.Steps, report.Duration = []shared.StepResult{step}, shared.Elapsed(time.Since(began))
	return send(shared.Completed{Report: report})
}

func connect(ctx context.Context, values shared.Values) error {
	timeout, err := time.ParseDuration(schema.Effective("timeout", values).String())
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(ctx, "tcp", values["address"].String())
	if err != nil {
		return err
	}
	return conn.Close()
}
