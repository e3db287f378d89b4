// Package skeleton is a settings page to begin with. It has one of each thing that most pages need: a secret, a choice
// that an action fills, and a test. Change the form in schema.go first.
package skeleton

import (
	"context"
	"errors"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// Page keeps its settings in files. Other processes may save as well, so it reads them anew for each call. It may be
// used concurrently.
type Page struct {
	store *filestore.Store[state]
}

var (
	_ shared.SettingsPage = (*Page)(nil)
	_ shared.ActionRunner = (*Page)(nil)
)

// New keeps the settings in the directory, which is made when it does not exist.
func New(directory string) (*Page, error) {
	store, err := filestore.Open[state](directory)
	return &Page{store: store}, err
}

// Info describes the plugin.
func (p *Page) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "skeleton", Title: "Skeleton settings", Version: "0.1.0"}, nil
}

// Schema declares the form.
func (p *Page) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return schema, nil
}

// Load returns the values in force. Of a secret it only tells that it is set, and since when.
func (p *Page) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	current, revision, err := p.store.Current()
	return snapshot(current, revision), err
}

func snapshot(current state, revision shared.Revision) shared.Snapshot {
	return shared.Snapshot{Values: current.Values, Revision: revision, Secrets: map[string]shared.SecretState{
		fieldToken: {Set: current.Token != "", Since: current.Since},
	}}
}

// Validate checks a draft. It contacts nothing and changes nothing.
func (p *Page) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	current, _, err := p.store.Current()
	if err != nil {
		return shared.Validation{}, err
	}
	after, found := next(current, request.Draft)
	preview := ""
	if !found.HasErrors() {
		preview = "Will connect to " + after.target() + "."
	}
	return shared.Validation{Diagnostics: found, Preview: preview}, nil
}

// Save makes the draft the settings in force: whole, or not at all.
func (p *Page) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	current, revision, err := p.store.Current()
	if err != nil {
		return shared.SaveResult{}, err
	}
	after, found := next(current, request.Draft)
	if request.Revision == revision.Number && found.HasErrors() {
		return shared.SaveResult{Diagnostics: found, Snapshot: snapshot(current, revision)}, nil
	}
	saved, err := p.store.Append(request.Revision, request.Actor, after)
	switch {
	case errors.Is(err, filestore.ErrConflict):
		current, revision, err = p.store.Current()
		return shared.SaveResult{Conflict: true, Snapshot: snapshot(current, revision), Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "revision_conflict",
			Summary: "The settings were changed in the meantime."}}}, err
	case err != nil:
		return shared.SaveResult{}, err
	}
	return shared.SaveResult{Saved: true, Diagnostics: found, Snapshot: snapshot(after, saved)}, nil
}
