package plugin

import (
	"context"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
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
			Revision: revision.Revision, RestoredFrom: revision.Document.RestoredFrom,
			Changes: changes(before, revision.Document),
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
