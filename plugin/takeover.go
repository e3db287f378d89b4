package plugin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// takeOver seals anew what was stored before there were records: bound to everything that
// [settings.Settings.Destination] names, as it stands in the revision, and under an identity. It does nothing when
// there is a record already, and changes nothing when the secrets of the newest revision cannot be opened.
func (p *Page) takeOver(ctx context.Context) error {
	state, err := p.store.Current(ctx)
	if err != nil || state.Revision.Number == 0 {
		return err
	}
	if recorded, err := p.store.HasRecords(ctx); err != nil || recorded {
		return err
	}
	t := &takeover{
		page: p, newest: state.Revision.Number, generations: map[string]string{}, sealed: map[string]store.SealedSecret{},
	}
	defer p.sealing.Begin()()
	err = p.store.Rewrite(ctx, func(revision store.Revision) (store.Document, bool,
		error) {
		return t.revision(ctx, revision)
	})
	switch {
	case errors.Is(err, store.ErrResealed): // Another process does the same.
		return nil
	case err != nil:
		return fmt.Errorf("what an older version has stored is not bound more strongly yet: %w", err)
	}
	return nil
}

// takeOverIfPossible is for what can be done without it as well.
func (p *Page) takeOverIfPossible(ctx context.Context) {
	if err := p.takeOver(ctx); err != nil {
		p.logger.Warn("secrets keep their old binding", "error", err)
	}
}

// takeover goes through the revisions, the oldest first.
type takeover struct {
	page        *Page
	newest      int64
	generations map[string]string             // by field
	sealed      map[string]store.SealedSecret // by ciphertext and destination of before
	previous    store.Document
}

func (t *takeover) revision(ctx context.Context, revision store.Revision) (store.Document, bool, error) {
	old := revision.Document
	t.countRemovals(old)
	t.previous = old
	document := old
	document.Secrets = map[string]store.SealedSecret{}
	next := t.page.firstRecord(revision)
	further := secret.OnlyLater(t.page.settingsOf(revision).Destination())
	for field, stored := range old.Secrets {
		again, err := t.seal(ctx, field, stored, further)
		switch {
		case err == nil:
			document.Secrets[field] = again
			next.Secrets[field] = identity{ID: again.Destination.ID, Generation: again.Destination.Generation}
		case revision.Number == t.newest:
			return store.Document{}, false, err
		default:
			t.page.logger.Warn("a secret of an old revision cannot be opened; it will not come back with it", "revision",
				revision.Number, "field", field, "error", err)
			document.Secrets[field] = stored
			delete(next.Secrets, field)
		}
	}
	if revision.Number != t.newest && next.Reference == nil {
		return document, len(old.Secrets) > 0, nil
	}
	next = next.clone()
	for field, generation := range t.generations {
		if _, set := next.Secrets[field]; !set {
			next.Secrets[field] = identity{Generation: generation}
		}
	}
	if next.isEmpty() {
		return document, false, nil
	}
	var err error
	document.Record, err = t.page.sealRecord(ctx, revision.Number, next)
	return document, true, err
}

// countRemovals begins another generation of each secret that the revision has removed. One that is missing because
// another revision was restored, or because a reference took its place, was not.
func (t *takeover) countRemovals(document store.Document) {
	for field := range t.previous.Secrets {
		_, kept := document.Secrets[field]
		named := field == settings.Password && !document.Values[settings.PasswordReference].IsEmpty()
		if !kept && !named && document.RestoredFrom == 0 {
			t.generations[field] = rand.Text()
		}
	}
}

// seal seals a secret in the present form; the same one as before, when it was met already.
func (t *takeover) seal(
	ctx context.Context, field string, stored store.SealedSecret, further map[string]string,
) (store.SealedSecret, error) {
	if t.generations[field] == "" {
		t.generations[field] = rand.Text()
	}
	met := fmt.Sprintf("%x %q %s", stored.Sealed, further, t.generations[field])
	if again, known := t.sealed[met]; known {
		return again, nil
	}
	again := store.SealedSecret{Since: stored.Since, Destination: settingsDestination(field, stored.Destination.Parts)}
	opened, err := t.page.keeper.Open(ctx, stored.Sealed, again.Destination.FirstForm())
	if err != nil {
		return store.SealedSecret{}, err
	}
	again.Destination.Parts = maps.Clone(stored.Destination.Parts)
	maps.Copy(again.Destination.Parts, further)
	again.Destination.ID, again.Destination.Generation = rand.Text(), t.generations[field]
	if again.Sealed, err = t.page.keeper.Seal(ctx, opened, again.Destination); err != nil {
		return store.SealedSecret{}, err
	}
	t.sealed[met] = again
	return again, nil
}
