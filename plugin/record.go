package plugin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// record says which secrets belong to a revision. It is sealed for the number of its revision: an attacker who can
// write into the database but has no key can neither change it nor put another secret, such as an old one, in the place
// of one.
type record struct {
	// Secrets are the identities by field.
	Secrets map[string]identity `json:"secrets,omitempty"`
	// Reference is the password reference in use; nil when there is none.
	Reference *boundReference `json:"reference,omitempty"`
}

// identity tells a secret from all others of its field.
type identity struct {
	// ID is empty when no secret is set. Both are when it was stored before there were records.
	ID string `json:"id,omitempty"`
	// Generation changes when the secret is removed: what was sealed in an older one does not come back.
	Generation string `json:"generation"`
}

// isUnset reports whether there is no secret, because it was removed or another revision was restored.
func (i identity) isUnset() bool { return i.ID == "" && i.Generation != "" }

// boundReference is a password reference with what it may be used with, as [settings.Settings.Destination] returns it.
type boundReference struct {
	Name  string            `json:"name"`
	Parts map[string]string `json:"parts"`
}

func (r record) isEmpty() bool { return len(r.Secrets) == 0 && r.Reference == nil }

// clone returns a record that may be changed.
func (r record) clone() record {
	copied := record{Secrets: maps.Clone(r.Secrets), Reference: r.Reference}
	if copied.Secrets == nil {
		copied.Secrets = map[string]identity{}
	}
	return copied
}

// generation is the one in which a secret of the field is sealed now.
func (r record) generation(field string) string {
	if known, ok := r.Secrets[field]; ok && known.Generation != "" {
		return known.Generation
	}
	return rand.Text()
}

func recordDestination(number int64) secret.Destination {
	return secret.Destination{Purpose: "record", Field: strconv.FormatInt(number, 10)}
}

// sealRecord seals the record of the revision.
func (p *Page) sealRecord(ctx context.Context, number int64, r record) ([]byte, error) {
	encoded, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return p.keeper.Seal(ctx, shared.NewSecretText(string(encoded)), recordDestination(number))
}

func (p *Page) openRecord(ctx context.Context, revision store.Revision) (record, error) {
	opened, err := p.keeper.Open(ctx, revision.Document.Record, recordDestination(revision.Number))
	if err != nil {
		return record{}, err
	}
	var r record
	if err := json.Unmarshal([]byte(opened.Reveal()), &r); err != nil {
		return record{}, fmt.Errorf("%w: %w", secret.ErrCannotOpen, err)
	}
	return r, nil
}

// errNoRecord means that the newest revision lacks the record that it was written with.
var errNoRecord = errors.New("the newest revision was changed by something else than this software")

// currentRecord returns the record of what is in force. It is opened once for each reading of the store.
func (p *Page) currentRecord(ctx context.Context, state store.State) (record, error) {
	return p.record.get(ctx, state.Reading, func(ctx context.Context) (record, bool, error) {
		r, err := p.readRecord(ctx, state.Revision)
		return r, err == nil, err
	})
}

func (p *Page) readRecord(ctx context.Context, revision store.Revision) (record, error) {
	if len(revision.Document.Record) > 0 {
		return p.openRecord(ctx, revision)
	}
	recorded, err := p.store.HasRecords(ctx)
	if err != nil {
		return record{}, err
	}
	if recorded {
		return record{}, errNoRecord
	}
	return p.firstRecord(revision), nil
}

// firstRecord is the record of a revision from before there were records: what is stored in it is bound to what stands
// beside it.
func (p *Page) firstRecord(revision store.Revision) record {
	var r record
	for field := range revision.Document.Secrets {
		if r.Secrets == nil {
			r.Secrets = map[string]identity{}
		}
		r.Secrets[field] = identity{}
	}
	if name := storedReference(revision.Document.Values); name != "" {
		r.Reference = &boundReference{Name: name, Parts: p.settingsOf(revision).Destination()}
	}
	return r
}

// storedReference is the password reference among stored values; empty when there is none.
func storedReference(values shared.Values) string {
	name, _ := values[settings.PasswordReference].AsText()
	return strings.TrimSpace(name)
}

// settingsOf returns the revision's settings under the environment; they may be incomplete.
func (p *Page) settingsOf(revision store.Revision) settings.Settings {
	bound, _ := settings.Bind(p.layers.InForce(revision.Document.Values), func(string) bool { return true })
	return bound
}
