package plugin

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Rekey turns to a new key and wraps the data keys of all stored secrets with it. It can be repeated at any time.
func (p *Page) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	if err := p.keys.Renew(ctx); err != nil {
		return shared.RekeyResult{}, err
	}
	result := shared.RekeyResult{Summary: p.keys.Describe()}
	// A save that is under way may still use the old key, so this goes on until nothing is left that needs it.
	for {
		count, err := p.store.Reseal(ctx, func(sealed []byte) ([]byte, bool, error) { return p.keeper.Rewrap(ctx, sealed) })
		if err != nil {
			return shared.RekeyResult{}, err
		}
		waiting, err := p.notifications.Reseal(ctx)
		if err != nil {
			return shared.RekeyResult{}, err
		}
		result.Secrets += count
		if count+waiting == 0 {
			break
		}
	}
	p.logger.Info("secrets sealed under a new key", "actor", request.Actor, "secrets", result.Secrets)
	return result, p.keys.Forget()
}
