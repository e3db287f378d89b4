package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Revisions lists what was saved, newest first.
func (p *Page) Revisions(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	limit := request.Bounded()
	// One more than is shown: the oldest one is compared with the one before it.
	revisions, err := p.store.Revisions(ctx, request.Before, limit+1)
	if err != nil {
		return shared.RevisionList{}, err
	}
	list := shared.RevisionList{More: len(revisions) > limit}
	for i, revision := range revisions[:min(limit, len(revisions))] {
		before := store.Document{}
		if i+1 < len(revisions) {
			before = revisions[i+1].Document
		}
		list.Entries = append(list.Entries, shared.RevisionEntry{
			Revision: revision.Revision, RestoredFrom: revision.Document.RestoredFrom, Changes: changes(before, revision.Document),
		})
	}
	return list, nil
}

// changes lists the fields that differ between two documents.
func changes(before, after store.Document) []shared.Change {
	var found []shared.Change
	for field := range settings.Schema().Fields() {
		if field.Sensitive {
			old, had := before.Secrets[field.Name]
			now, has := after.Secrets[field.Name]
			if had != has || !old.Since.Equal(now.Since) {
				found = append(found, shared.Change{Field: field.Name})
			}
			continue
		}
		if old, now := before.Values[field.Name], after.Values[field.Name]; old != now {
			found = append(found, shared.Change{Field: field.Name, Before: old, After: now})
		}
	}
	return found
}

// Restore makes the content of an old revision the next one. Its secrets come back as they were sealed, for the destination
// that comes back with them; those that were removed or purged since do not, which the result says.
func (p *Page) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	result, err := p.restore(ctx, request)
	result.Diagnostics = result.Diagnostics.In(language.Of(request.Locale))
	return result, err
}

func (p *Page) restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	if err := p.takeOver(ctx); err != nil {
		p.logger.Warn("secrets keep their old binding", "error", err)
	}
	base, err := p.store.Current(ctx)
	if err != nil {
		return shared.SaveResult{}, err
	}
	if base.Revision.Number != request.Revision {
		return p.conflict(base), nil
	}
	old, err := p.store.Revision(ctx, request.Number)
	if errors.Is(err, store.ErrNoRevision) {
		return shared.SaveResult{Snapshot: p.snapshot(base), Diagnostics: shared.Diagnostics{{
			Severity: shared.SeverityError, Code: "no_such_revision", Summary: phrase.Of("There is no revision {number}.", "number", request.Number),
			Detail: phrase.Of("The newest one is revision {number}.", "number", base.Revision.Number),
		}}}, nil
	}
	if err != nil {
		return shared.SaveResult{}, err
	}
	result, err := p.bringBack(ctx, base, old, request.Actor)
	if errors.Is(err, store.ErrResealed) {
		return p.restore(ctx, request) // with what is stored now
	}
	return result, err
}

// append makes the document the revision after base.
func (p *Page) append(ctx context.Context, base store.State, document store.Document, actor string, now time.Time) (shared.SaveResult, error) {
	saved, err := p.store.Append(ctx, base.Revision, document, actor, now)
	switch {
	case errors.Is(err, store.ErrConflict):
		latest, err := p.store.Current(ctx)
		return p.conflict(latest), err
	case err != nil:
		return shared.SaveResult{}, err
	}
	p.notifications.SettingsChanged(ctx)
	p.logger.Info("settings saved", "revision", saved.Number, "actor", saved.Author, "restored_from", document.RestoredFrom)
	return shared.SaveResult{Saved: true, Snapshot: p.snapshot(store.State{Revision: saved, Verified: base.Verified})}, nil
}

func (p *Page) conflict(state store.State) shared.SaveResult {
	author := state.Revision.Author
	if author == "" {
		author = phrase.Word("somebody else")
	}
	return shared.SaveResult{Conflict: true, Snapshot: p.snapshot(state), Diagnostics: shared.Diagnostics{{
		Severity: shared.SeverityError, Code: "revision_conflict",
		Summary: phrase.Of("The settings were saved by {author} in the meantime (revision {number}); yours were not saved.",
			"author", author, "number", state.Revision.Number),
		Detail: "Compare what is in force now with what you entered, and save again.",
	}}}
}
