package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Purge removes the sealed secrets of all revisions but the newest from the database.
func (p *Page) Purge(ctx context.Context, request shared.PurgeRequest) (shared.PurgeResult, error) {
	result, err := p.purge(ctx)
	if err != nil {
		return shared.PurgeResult{}, err
	}
	forgotten, err := p.forgetGrants(ctx, true)
	if err != nil {
		return shared.PurgeResult{}, fmt.Errorf("%d secrets were removed, but the sign-ins of old revisions were not: %w; "+
			"repeat it later", result.Secrets, err)
	}
	result.Secrets += forgotten
	p.logger.Info("the secrets of old revisions were removed", "actor", request.Actor, "secrets", result.Secrets)
	if err := p.store.Compact(ctx); err != nil {
		return shared.PurgeResult{}, fmt.Errorf("%d secrets were removed, but what is left of them in the database is not "+
			"overwritten yet: %w; repeat it later",
			result.Secrets, err)
	}
	return result, nil
}

func (p *Page) purge(ctx context.Context) (result shared.PurgeResult, err error) {
	for {
		state, err := p.store.Current(ctx)
		if err != nil {
			return result, err
		}
		result.Secrets = 0
		err = p.store.Rewrite(ctx, func(revision store.Revision) (store.Document, bool, error) {
			document, before := revision.Document, result.Secrets
			if revision.Number >= state.Revision.Number {
				return document, false, nil
			}
			for field, stored := range document.Secrets {
				if len(stored.Sealed) > 0 {
					document.Secrets[field] = store.SealedSecret{Since: stored.Since}
					result.Secrets++
				}
			}
			lost := len(document.Record) > 0 && p.keeper.IsLost(ctx, document.Record)
			if lost { // It would be in the way of a new key for ever.
				document.Record = nil
			}
			return document, lost || result.Secrets > before, nil
		})
		if !errors.Is(err, store.ErrResealed) {
			return result, err
		}
	}
}
