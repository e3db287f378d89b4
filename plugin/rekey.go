package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// rekeyPause is far longer than anybody needs from sealing a secret to committing it.
const rekeyPause = 2 * time.Second

// Rekey turns to a new key and wraps the data keys of all stored secrets with it. It can be repeated at any time.
func (p *Page) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	p.takeOverIfPossible(ctx)
	if err := p.keys.Renew(ctx); err != nil {
		return shared.RekeyResult{}, err
	}
	// What this process seals from now on uses the new key.
	if err := p.sealing.Await(ctx); err != nil {
		return shared.RekeyResult{}, err
	}
	result := shared.RekeyResult{Summary: p.keys.Describe()}
	// What another process has sealed with the old key may still be on its way into the database, so this goes on until
	// nothing is left that needs it, and nothing came in a while.
	for quiet := false; ; {
		done, err := p.reseal(ctx)
		if err != nil {
			return shared.RekeyResult{}, err
		}
		result.Secrets += done.secrets
		if done.changed {
			quiet = false
			continue
		}
		if quiet && done.renewing == 0 {
			break
		}
		quiet = done.renewing == 0
		select {
		case <-time.After(rekeyPause):
		case <-ctx.Done():
			return shared.RekeyResult{}, ctx.Err()
		}
	}
	p.logger.Info("secrets sealed under a new key", "actor", request.Actor, "secrets", result.Secrets)
	return result, p.keys.Forget()
}

// resealed is what one pass over everything that is sealed has done.
type resealed struct {
	secrets  int64 // those of the settings, which the operator is told of
	renewing int64 // grants that are being renewed
	changed  bool  // something was wrapped anew
}

// reseal wraps the data keys of everything that is sealed in the database with the current key.
func (p *Page) reseal(ctx context.Context) (resealed, error) {
	secrets, revisions, err := p.rewrap(ctx)
	if err != nil {
		return resealed{}, err
	}
	waiting, err := p.notifications.Reseal(ctx)
	if err != nil {
		return resealed{}, err
	}
	signIns, err := p.resealSignIns(ctx)
	if err != nil {
		return resealed{}, err
	}
	known, err := health.Reseal(ctx, p.store, p.keeper)
	if err != nil {
		return resealed{}, err
	}
	grants, renewing, err := p.grants.Reseal(ctx)
	if err != nil {
		return resealed{}, err
	}
	return resealed{
		secrets: secrets + grants, renewing: renewing, changed: known || revisions+waiting+signIns+grants > 0,
	}, nil
}

// resealSignIns wraps the data keys of the sign-ins that wait: who is at the provider meanwhile is known when they come
// back. What can never be opened is no worse for it.
func (p *Page) resealSignIns(ctx context.Context) (int64, error) {
	count, err := p.store.ResealSignIns(ctx, func(sealed []byte) ([]byte, bool, error) {
		again, changed, err := p.keeper.Rewrap(ctx, sealed)
		if err != nil && p.keeper.IsLost(ctx, sealed) {
			return nil, false, nil
		}
		return again, changed, err
	})
	if err != nil {
		return count, fmt.Errorf("a sign-in that was begun: %w", err)
	}
	return count, nil
}

// rewrap wraps the data keys of all revisions with the current key. It returns how many secrets, and how many
// revisions, were wrapped anew.
func (p *Page) rewrap(ctx context.Context) (secrets, revisions int64, err error) {
	for {
		secrets, revisions = 0, 0
		err = p.store.Rewrite(ctx, func(revision store.Revision) (store.Document, bool, error) {
			document, count, changed, err := p.rewrapDocument(ctx, revision.Document)
			if err != nil {
				err = fmt.Errorf(
					"%w; testharness history purge removes what cannot be opened from all revisions but the newest", err)
			}
			secrets += count
			if changed {
				revisions++
			}
			return document, changed, err
		})
		if !errors.Is(err, store.ErrResealed) {
			return secrets, revisions, err
		}
	}
}

func (p *Page) rewrapDocument(
	ctx context.Context, document store.Document,
) (_ store.Document, count int64, changed bool, err error) {
	if len(document.Record) > 0 {
		if document.Record, changed, err = p.keeper.Rewrap(ctx, document.Record); err != nil {
			return document, 0, false, fmt.Errorf("record: %w", err)
		}
	}
	for name, stored := range document.Secrets {
		if len(stored.Sealed) == 0 {
			continue // It was purged.
		}
		again, different, err := p.keeper.Rewrap(ctx, stored.Sealed)
		if err != nil {
			return document, 0, false, fmt.Errorf("secret %q: %w", name, err)
		}
		if different {
			stored.Sealed = again
			document.Secrets[name] = stored
			count, changed = count+1, true
		}
	}
	return document, count, changed, nil
}
