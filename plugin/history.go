package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
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
	return result.in(language.Of(request.Locale)), err
}

func (p *Page) restore(ctx context.Context, request shared.RestoreRequest) (saved, error) {
	if err := p.takeOver(ctx); err != nil {
		p.logger.Warn("secrets keep their old binding", "error", err)
	}
	base, err := p.store.Current(ctx)
	if err != nil {
		return saved{}, err
	}
	if base.Revision.Number != request.Revision {
		return p.conflict(base), nil
	}
	old, err := p.store.Revision(ctx, request.Number)
	if errors.Is(err, store.ErrNoRevision) {
		return p.refused(base, finding.Findings{{
			Severity: shared.SeverityError, Code: "no_such_revision",
			Summary: text.Of("There is no revision {number}.", "number", request.Number),
			Detail:  text.Of("The newest one is revision {number}.", "number", base.Revision.Number),
		}}), nil
	}
	if err != nil {
		return saved{}, err
	}
	result, err := p.bringBack(ctx, base, old, request.Actor)
	if errors.Is(err, store.ErrResealed) {
		return p.restore(ctx, request) // with what is stored now
	}
	return result, err
}

// saved is how a save ended, before its findings are written in the reader's language.
type saved struct {
	shared.SaveResult
	found finding.Findings
}

func (s saved) in(reader text.Language) shared.SaveResult {
	s.Diagnostics = s.found.In(reader)
	return s.SaveResult
}

// refused is a save that what was found stands in the way of.
func (p *Page) refused(base store.State, found finding.Findings) saved {
	return saved{SaveResult: shared.SaveResult{Snapshot: p.snapshot(base)}, found: found}
}

// append makes the document the revision after base.
func (p *Page) append(
	ctx context.Context, base store.State, document store.Document, actor string, now time.Time,
) (saved, error) {
	revision, err := p.store.Append(ctx, base.Revision, document, actor, now)
	switch {
	case errors.Is(err, store.ErrConflict):
		latest, err := p.store.Current(ctx)
		return p.conflict(latest), err
	case err != nil:
		return saved{}, err
	}
	p.notifications.SettingsChanged(ctx)
	p.logger.Info("settings saved", "revision", revision.Number, "actor", revision.Author, "restored_from", document.RestoredFrom)
	snapshot := p.snapshot(store.State{Revision: revision, Verified: base.Verified})
	return saved{SaveResult: shared.SaveResult{Saved: true, Snapshot: snapshot}}, nil
}

func (p *Page) conflict(state store.State) saved {
	author := text.Plain(state.Revision.Author)
	if author.IsZero() {
		author = text.Of("somebody else")
	}
	result := p.refused(state, finding.Findings{{
		Severity: shared.SeverityError, Code: "revision_conflict",
		Summary: text.Of("The settings were saved by {author} in the meantime (revision {number}); yours were not saved.",
			"author", author, "number", state.Revision.Number),
		Detail: text.Of("Compare what is in force now with what you entered, and save again."),
	}})
	result.Conflict = true
	return result
}
