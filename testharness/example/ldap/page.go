// Package ldap is a settings page for a directory that users sign in with. It shows authors of plugins what a page can
// have beside a few fields: lists, maps, files, choices that are asked for, conditions that depend on each other, two
// tests, a secret that is bound to where it goes, and a save that asks back.
package ldap

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// Page keeps its settings in files, which is enough for an example; its password is not sealed. It may be used
// concurrently.
type Page struct{ store *filestore.Store[state] }

// state is what is stored.
type state struct {
	Values   shared.Values `json:"values"`
	Password string        `json:"password,omitempty"`
	// Destination is where the password goes; see [settings.destination].
	Destination string    `json:"destination,omitempty"`
	Since       time.Time `json:"since,omitzero"`
}

// WithoutSecrets is what filestore keeps of it when a newer revision supersedes it.
func (s state) WithoutSecrets() state {
	return state{Values: s.Values}
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
	return shared.Info{Name: "ldap", Title: title, Version: "0.1.0"}, nil
}

// Load returns the values in force.
func (p *Page) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	current, revision, err := p.store.Current()
	return snapshot(current, revision), err
}

func snapshot(current state, revision shared.Revision) shared.Snapshot {
	return shared.Snapshot{
		Values: current.Values, Revision: revision,
		Secrets: map[string]shared.SecretState{
			fieldPassword: {Set: current.Password != "", Since: current.Since}, fieldTried: {},
		},
		Computed: shared.Values{fieldURL: shared.Text(read(current.Values, "").urls())},
	}
}

// next is the state that the draft would lead to, and what is wrong with it.
func next(current state, draft shared.Draft) (state, shared.Diagnostics) {
	after := current
	after.Values = draft.Apply(current.Values)
	s := read(after.Values, "")
	switch change := draft.Secrets[fieldPassword]; change.Action {
	case shared.SecretReplace:
		after.Password, after.Destination, after.Since = change.Text.Reveal(), s.destination(), time.Now().UTC()
	case shared.SecretClear:
		after.Password, after.Destination, after.Since = "", "", time.Time{}
	}
	found := form().Validate(after.Values, func(field string) bool {
		return field == fieldPassword && after.Password != ""
	})
	for _, one := range s.check() {
		if len(found.ForField(one.Field)) == 0 {
			found = append(found, one)
		}
	}
	if s.bindDN != "" && after.Password != "" && after.Destination != s.destination() {
		found = append(found, shared.Diagnostic{
			Severity: shared.SeverityError, Code: "secret_needed_again", Field: fieldPassword,
			Summary: "Enter “Password” again.",
			Detail: "It was saved for other servers, another encryption or another CA certificate, and goes nowhere else " +
				"without you.",
		})
	}
	return after, found
}

// Validate checks a draft.
func (p *Page) Validate(_ context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	current, _, err := p.store.Current()
	if err != nil {
		return shared.Validation{}, err
	}
	after, found := next(current, request.Draft)
	s := read(after.Values, "")
	validation := shared.Validation{Diagnostics: found}
	if len(found.ForField(fieldServers)) == 0 {
		validation.Computed = shared.Values{fieldURL: shared.Text(s.urls())}
	}
	if !found.HasErrors() {
		validation.Preview = s.preview()
	}
	given := request.Draft.Secrets[fieldPassword]
	if request.CompareSecrets && given.Action == shared.SecretReplace && given.Text.Reveal() == current.Password &&
		current.Destination == s.destination() {
		validation.SameSecrets = []string{fieldPassword}
	}
	return validation, nil
}

// Save makes the draft the settings in force. It asks back when passwords would go unencrypted.
func (p *Page) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	current, revision, err := p.store.Current()
	if err != nil {
		return shared.SaveResult{}, err
	}
	after, found := next(current, request.Draft)
	if request.Revision == revision.Number {
		refused := shared.SaveResult{Snapshot: snapshot(current, revision), Diagnostics: found}
		if found.HasErrors() {
			return refused, nil
		}
		const ask = "Passwords will go over the network unencrypted."
		if read(after.Values, "").exposed() && request.Confirmed != ask {
			refused.Confirm = ask
			return refused, nil
		}
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
