package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

// longestUnused is after how long without use a sign-in is renewed. Microsoft ends one after 90 days without use,
// Google after 6 months.
const longestUnused = 7 * 24 * time.Hour

// renewUnused renews the sign-in in force where no delivery has done so for a while, so that it does not end because
// there is nothing to say. All processes look; one renews.
func (p *Page) renewUnused(ctx context.Context) {
	renewed, err := p.renewGrant(ctx)
	var failure *oauth.Error
	switch {
	case renewed:
		p.logger.Info("a sign-in that was not used was renewed, so that it does not end")
	case err == nil, ctx.Err() != nil:
	case errors.As(err, &failure) && failure.Kind == oauth.KindRefused:
		p.logger.Warn("a sign-in that was not used cannot be renewed: the provider refuses", "error", err)
	default:
		p.logger.Info("a sign-in that was not used could not be renewed yet", "error", err)
	}
}

// renewGrant reports whether it has renewed the grant in force.
func (p *Page) renewGrant(ctx context.Context) (renewed bool, err error) {
	bound, err := p.bind(ctx, shared.Draft{})
	if err != nil || !bound.settings.WantsSignIn() || bound.found.HasErrors() {
		return false, err
	}
	id, err := bound.grantID(ctx)
	if err != nil {
		return false, err
	}
	told, err := p.grants.Describe(ctx, id)
	if err != nil || !isDue(told, bound.settings) {
		return false, err
	}
	known, err := p.grants.Of(id, bound.settings.Destination()).Load(ctx)
	if err != nil || known.Version != told.Version { // Another process has renewed it meanwhile.
		return false, err
	}
	delivery, missing, err := p.deliveries.current(ctx)
	if err != nil || missing != nil || delivery.Target.Tokens == nil {
		return false, err
	}
	token, err := delivery.Target.Tokens.Token(ctx, known.Access)
	return err == nil && token.Fetched, err
}

// isDue reports whether a grant is to be renewed although nothing needs it. One that the provider has refused is not,
// nor one of a database that was put back, where the provider takes a second use of a refresh token for a theft: the
// one who uses it now may be a copy of the one that does.
func isDue(told grant.Description, s settings.Settings) bool {
	most := longestUnused
	if life := told.Life(); life > 0 {
		most = min(most, life/2)
	}
	return told.Unused >= most && told.Refused.IsZero() && (told.Doubt != oauth.Restored || s.TakesRefreshAgain())
}
