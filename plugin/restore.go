package plugin

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Restore makes the content of an old revision the next one. Its secrets come back as they were sealed, for the
// destination that comes back with them; those that were removed or purged since do not, which the result says.
func (p *Page) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	result, err := untilStored(func() (saved, error) { return p.restore(ctx, request) })
	return result.in(language.Of(request.Locale)), err
}

// restore is one attempt to bring the revision back. What an older version has stored is taken over before, as by save.
func (p *Page) restore(ctx context.Context, request shared.RestoreRequest) (saved, error) {
	base, old, refused, err := p.readToRestore(ctx, request)
	if err == nil && refused == nil {
		p.takeOverIfPossible(ctx)
		base, old, refused, err = p.readToRestore(ctx, request)
	}
	switch {
	case err != nil:
		return saved{}, err
	case refused != nil:
		return *refused, nil
	}
	return p.bringBack(ctx, base, old, request.Actor)
}

// readToRestore reads the newest revision and the one to bring back. refused is why that is not to be; nil where it is.
func (p *Page) readToRestore(
	ctx context.Context, request shared.RestoreRequest,
) (base store.State, old store.Revision, refused *saved, err error) {
	if base, err = p.store.Current(ctx); err != nil {
		return base, old, nil, err
	}
	if base.Revision.Number != request.Revision {
		conflict := p.conflict(base)
		return base, old, &conflict, nil
	}
	old, err = p.store.Revision(ctx, request.Number)
	if errors.Is(err, store.ErrNoRevision) {
		refusal := p.refused(base, finding.Findings{{
			Severity: shared.SeverityError, Code: "no_such_revision",
			Summary: text.Of("There is no revision {number}.", "number", request.Number),
			Detail:  text.Of("The newest one is revision {number}.", "number", base.Revision.Number),
		}})
		return base, old, &refusal, nil
	}
	return base, old, nil, err
}

// bringBack makes the content of an old revision the one after base.
func (p *Page) bringBack(ctx context.Context, base store.State, old store.Revision, actor string) (saved, error) {
	defer p.sealing.Begin()()
	current, err := p.currentRecord(ctx, base)
	if err != nil {
		p.logger.Error("what was removed since an old revision cannot be told, so it is not restored", "error", err)
		return p.refused(base, finding.Findings{unreadable(settings.Password)}), nil
	}
	document := store.Document{
		Values: maps.Clone(old.Document.Values), Secrets: map[string]store.SealedSecret{}, RestoredFrom: old.Number,
	}
	lost, next := p.bringBackSecrets(ctx, current, old, &document)
	if !next.isEmpty() {
		if document.Record, err = p.sealRecord(ctx, base.Revision.Number+1, next); err != nil {
			return saved{}, err
		}
	}
	result, err := p.append(ctx, base, document, actor, time.Now())
	if err == nil && result.Saved {
		result.found = lost
	}
	return result, err
}

// bringBackSecrets puts the secrets of the old revision into the document, as far as they belong to the present
// generation, and returns the record of the revision to be. What cannot be brought back is told.
func (p *Page) bringBackSecrets(
	ctx context.Context, current record, old store.Revision, document *store.Document,
) (finding.Findings, record) {
	next := current.clone()
	next.Reference = nil
	for field, known := range next.Secrets {
		next.Secrets[field] = identity{Generation: known.Generation}
	}
	var lost finding.Findings
	for field := range settings.Schema().Fields() {
		stored, had := old.Document.Secrets[field.Name]
		if !had {
			continue
		}
		sealed := stored.Destination
		present := next.Secrets[field.Name].Generation
		if len(stored.Sealed) == 0 || present == "" || sealed.Generation != present {
			lost = append(lost, notBroughtBack(field.Name, old.Number))
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

func notBroughtBack(field string, revision int64) finding.Finding {
	return finding.Finding{
		Severity: shared.SeverityWarning, Field: field, Code: "secret_not_restored",
		Summary: text.Of("“{field}” of revision {number} does not come back: it was removed since, "+
			"or it cannot be read any more.",
			"field", settings.Label(field), "number", revision),
		Detail: text.Of("Enter it again if it is to be used."),
	}
}
