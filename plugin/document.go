package plugin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"maps"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// secret returns the secret that the draft would use, opening the stored one if it is kept.
func (b *boundDraft) secret(ctx context.Context, field string) (shared.SecretText, error) {
	if fixed, ok := b.page.layers.Secret(field); ok {
		return fixed, nil
	}
	if field == b.settings.NamedField() && b.settings.NamesSecret() {
		return b.named()
	}
	switch change := b.draft.Secrets[field]; change.Action {
	case shared.SecretReplace:
		return change.Text, nil
	case shared.SecretClear:
		return shared.SecretText{}, nil
	}
	stored, ok := b.base.Revision.Document.Secrets[field]
	if !ok {
		return shared.SecretText{}, nil
	}
	return b.openStored(ctx, field, stored)
}

// named is the secret that the settings name. Only the key of a service account has more than one line.
func (b *boundDraft) named() (shared.SecretText, error) {
	if b.settings.NamedField() == settings.OAuthServiceAccount {
		return b.page.references.ResolveText(b.settings.PasswordReference)
	}
	return b.page.references.Resolve(b.settings.PasswordReference)
}

// openStored opens a stored secret for the draft's destination. Which one it is says the record, not what stands beside
// it.
func (b *boundDraft) openStored(
	ctx context.Context, field string, stored store.SealedSecret,
) (shared.SecretText, error) {
	if b.loadRecord(ctx); b.recordErr != nil {
		return shared.SecretText{}, fmt.Errorf("%w: %w", secret.ErrCannotOpen, b.recordErr)
	}
	known, ok := b.record.Secrets[field]
	if !ok || known.isUnset() {
		return shared.SecretText{}, fmt.Errorf("%w: the revision's record does not know it", secret.ErrCannotOpen)
	}
	destination := b.destination(field)
	if known.ID == "" { // From before there were records.
		bound := secret.OnlyLater(b.page.settingsOf(b.base.Revision).Destination())
		if !maps.Equal(bound, secret.OnlyLater(destination.Parts)) {
			return shared.SecretText{}, secret.ErrCannotOpen
		}
		return b.page.keeper.Open(ctx, stored.Sealed, destination.FirstForm())
	}
	destination.ID, destination.Generation = known.ID, known.Generation
	return b.page.keeper.Open(ctx, stored.Sealed, destination)
}

// sameSecrets returns the fields for which the draft gives what is stored already, sealed for the destination that the
// draft leads to.
func (b *boundDraft) sameSecrets(ctx context.Context) []string {
	var same []string
	for field := range settings.Schema().Fields() {
		change := b.draft.Secrets[field.Name]
		stored, ok := b.base.Revision.Document.Secrets[field.Name]
		if !ok || change.Action != shared.SecretReplace {
			continue
		}
		opened, err := b.openStored(ctx, field.Name, stored)
		if err == nil && subtle.ConstantTimeCompare([]byte(opened.Reveal()), []byte(change.Text.Reveal())) == 1 {
			same = append(same, field.Name)
		}
	}
	return same
}

// document is what a save stores. The error wraps secret.ErrCannotOpen when a secret that is kept and wanted cannot be.
func (b *boundDraft) document(ctx context.Context, now time.Time) (store.Document, error) {
	document := store.Document{Values: b.stored, Secrets: map[string]store.SealedSecret{}}
	b.loadRecord(ctx)
	next := b.record.clone()
	for field := range settings.Schema().Fields() {
		if !field.Sensitive {
			continue
		}
		if err := b.storeSecret(ctx, field.Name, &document, next.Secrets, now); err != nil {
			return store.Document{}, err
		}
	}
	next.Reference = b.nextReference()
	if next.isEmpty() && b.recordErr == nil {
		return document, nil // There never was a secret.
	}
	var err error
	document.Record, err = b.page.sealRecord(ctx, b.base.Revision.Number+1, next)
	return document, err
}

// storeSecret puts what becomes of the field's secret into the document and its identity into next.
func (b *boundDraft) storeSecret(
	ctx context.Context, field string, document *store.Document, next map[string]identity, now time.Time,
) error {
	change := b.draft.Secrets[field]
	stored, ok := b.base.Revision.Document.Secrets[field]
	switch {
	case change.Action == shared.SecretReplace && !change.Text.IsEmpty():
		return b.sealSecret(ctx, field, change.Text, now.UTC(), document, next)
	case field == b.settings.NamedField() && b.settings.NamesSecret():
		// What is named elsewhere is not kept here as well.
		if ok {
			next[field] = identity{Generation: b.record.generation(field)}
		}
	case change.Action != shared.SecretKeep:
		if _, known := next[field]; known || ok {
			next[field] = identity{Generation: rand.Text()}
		}
	case ok:
		return b.keepSecret(ctx, field, stored, document, next)
	}
	return nil
}

func (b *boundDraft) sealSecret(ctx context.Context, field string, text shared.SecretText, since time.Time,
	document *store.Document, next map[string]identity) error {
	destination := b.destination(field)
	destination.ID, destination.Generation = rand.Text(), b.record.generation(field)
	sealed, err := b.page.keeper.Seal(ctx, text, destination)
	if err != nil {
		return err
	}
	document.Secrets[field] = store.SealedSecret{Sealed: sealed, Destination: destination, Since: since}
	next[field] = identity{ID: destination.ID, Generation: destination.Generation}
	return nil
}

// keepSecret carries the stored secret on. One from before there were records is sealed anew for the settings that it
// was stored with.
func (b *boundDraft) keepSecret(
	ctx context.Context, field string, stored store.SealedSecret, document *store.Document, next map[string]identity,
) error {
	document.Secrets[field] = stored
	known, ok := b.record.Secrets[field]
	if ok && known.Generation != "" {
		return nil
	}
	err := b.recordErr
	if err == nil && ok { // From before there were records.
		destination := settingsDestination(field, b.boundParts(stored.Destination))
		var opened shared.SecretText
		if opened, err = b.page.keeper.Open(ctx, stored.Sealed, destination.FirstForm()); err == nil {
			destination.ID, destination.Generation = rand.Text(), rand.Text()
			if stored.Sealed, err = b.page.keeper.Seal(ctx, opened, destination); err != nil {
				return err
			}
			stored.Destination = destination
			document.Secrets[field] = stored
			next[field] = identity{ID: destination.ID, Generation: destination.Generation}
			return nil
		}
	}
	if b.wanted(field) {
		return fmt.Errorf("%w: %w", secret.ErrCannotOpen, err)
	}
	delete(next, field) // It stays where it is, but nothing vouches for it.
	return nil
}

// nextReference is what the next revision's reference is bound to: what it was bound to as long as it is the same one.
func (b *boundDraft) nextReference() *boundReference {
	name := storedReference(b.stored)
	if name == "" {
		return nil
	}
	bound, stored := b.record.Reference, storedReference(b.base.Revision.Document.Values)
	references := b.page.references
	switch {
	case bound != nil && references.Same(bound.Name, name):
		return &boundReference{Name: name, Parts: bound.Parts}
	case bound == nil && stored != "" && references.Same(stored, name):
		return nil // It was not vouched for before, and is not now.
	default:
		return &boundReference{Name: name, Parts: b.settings.Destination()}
	}
}
