package plugin

import (
	"context"
	"maps"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// bringBack makes the content of an old revision the one after base.
func (p *Page) bringBack(ctx context.Context, base store.State, old store.Revision, actor string) (shared.SaveResult, error) {
	defer p.sealing.Begin()()
	current, err := p.currentRecord(ctx, base)
	if err != nil {
		p.logger.Error("what was removed since an old revision cannot be told, so it is not restored", "error", err)
		field, _ := settings.Schema().Field(settings.Password)
		return shared.SaveResult{Diagnostics: shared.Diagnostics{unreadable(field)}, Snapshot: p.snapshot(base)}, nil
	}
	document := store.Document{Values: maps.Clone(old.Document.Values), Secrets: map[string]store.SealedSecret{}, RestoredFrom: old.Number}
	lost, next := p.bringBackSecrets(ctx, current, old, &document)
	if !next.isEmpty() {
		if document.Record, err = p.sealRecord(ctx, base.Revision.Number+1, next); err != nil {
			return shared.SaveResult{}, err
		}
	}
	result, err := p.append(ctx, base, document, actor, time.Now())
	if err == nil && result.Saved {
		result.Diagnostics = lost
	}
	return result, err
}

// bringBackSecrets puts the secrets of the old revision into the document, as far as they belong to the present generation,
// and returns the record of the revision to be. What cannot be brought back is told.
func (p *Page) bringBackSecrets(ctx context.Context, current record, old store.Revision, document *store.Document) (shared.Diagnostics, record) {
	next := current.clone()
	next.Reference = nil
	for field, known := range next.Secrets {
		next.Secrets[field] = identity{Generation: known.Generation}
	}
	var lost shared.Diagnostics
	for field := range settings.Schema().Fields() {
		stored, had := old.Document.Secrets[field.Name]
		if !had {
			continue
		}
		sealed := stored.Destination
		if present := next.Secrets[field.Name].Generation; len(stored.Sealed) == 0 || present == "" || sealed.Generation != present {
			lost = append(lost, notBroughtBack(field, old.Number))
			continue
		}
		document.Secrets[field.Name] = stored
		next.Secrets[field.Name] = identity{ID: sealed.ID, Generation: sealed.Generation}
	}
	if storedReference(document.Values) != "" && len(old.Document.Record) > 0 {
		if before, err := p.openRecord(ctx, old); err == nil {
			next.Reference = before.Reference
		} else {
			p.logger.Error("what a password reference was saved for cannot be read", "revision", old.Number, "error", err)
		}
	}
	return lost, next
}

func notBroughtBack(field shared.Field, revision int64) shared.Diagnostic {
	return shared.Diagnostic{
		Severity: shared.SeverityWarning, Field: field.Name, Code: "secret_not_restored",
		Summary: phrase.Of("“{field}” of revision {number} does not come back: it was removed since, or it cannot be read any more.", "field", phrase.Word(field.Label), "number", revision),
		Detail:  "Enter it again if it is to be used.",
	}
}
