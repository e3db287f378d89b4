package plugin

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

// grantInForce is the id of the grant that the newest revision names, with the number of the revision; empty when it
// names none. It fails where that cannot be told, as long as the key is away, or the environment has the secret go
// elsewhere.
func (p *Page) grantInForce(ctx context.Context) (id shared.SecretText, revision shared.Revision, err error) {
	bound, err := p.bind(ctx, shared.Draft{})
	if err != nil {
		return shared.SecretText{}, shared.Revision{}, err
	}
	newest := bound.base.Revision
	stored, named := newest.Document.Secrets[settings.OAuthGrant]
	if !named {
		return shared.SecretText{}, newest.Revision, nil
	}
	id, err = bound.openStored(ctx, settings.OAuthGrant, stored)
	return id, newest.Revision, err
}

// forgetGrants deletes the grants that are of no use any more; where all is true, also those that a form may still have
// from before the newest revision. Nothing is deleted while it cannot be told which one is in force.
func (p *Page) forgetGrants(ctx context.Context, all bool) (count int64, err error) {
	known, err := p.store.Grants(ctx)
	if err != nil || len(known) == 0 {
		return 0, err
	}
	id, revision, err := p.grantInForce(ctx)
	if err != nil {
		return 0, err
	}
	before := time.Time{}
	if all {
		before = revision.At
	}
	return p.grants.Forget(ctx, id, revision.Number, before)
}
