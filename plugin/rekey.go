package plugin

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// rekeyPause is far longer than anybody needs from sealing a secret to committing it.
const rekeyPause = 2 * time.Second

// awaitSealing returns when everything that this process has begun to seal is committed. What it seals from now on uses the new key.
func (p *Page) awaitSealing() {
	p.sealing.Lock()
	p.sealing.Unlock() //nolint:staticcheck // that it could be locked is all that matters
}

// Rekey turns to a new key and wraps the data keys of all stored secrets with it. It can be repeated at any time.
func (p *Page) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	if err := p.keys.Renew(ctx); err != nil {
		return shared.RekeyResult{}, err
	}
	p.awaitSealing()
	result := shared.RekeyResult{Summary: p.keys.Describe()}
	// What another process has sealed with the old key may still be on its way into the database, so this goes on until nothing is
	// left that needs it, and nothing came in a while.
	for quiet := false; ; {
		count, err := p.store.Reseal(ctx, func(sealed []byte) ([]byte, bool, error) { return p.keeper.Rewrap(ctx, sealed) })
		if err != nil {
			return shared.RekeyResult{}, err
		}
		waiting, err := p.notifications.Reseal(ctx)
		if err != nil {
			return shared.RekeyResult{}, err
		}
		result.Secrets += count
		if count+waiting > 0 {
			quiet = false
			continue
		}
		if quiet {
			break
		}
		quiet = true
		select {
		case <-time.After(rekeyPause):
		case <-ctx.Done():
			return shared.RekeyResult{}, ctx.Err()
		}
	}
	p.logger.Info("secrets sealed under a new key", "actor", request.Actor, "secrets", result.Secrets)
	return result, p.keys.Forget()
}
