package grant

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// bound is a grant as settings with the parts use it.
type bound struct {
	keeper *Keeper
	id     string
	parts  map[string]string
}

var _ oauth.Grants = bound{}

// Of is a grant for settings that have the parts. With other parts than it was given for, Load returns [ErrElsewhere].
func (k *Keeper) Of(id shared.SecretText, parts map[string]string) oauth.Grants {
	return bound{keeper: k, id: id.Reveal(), parts: parts}
}

// Load is that of [oauth.Grants].
func (b bound) Load(ctx context.Context) (oauth.Grant, error) {
	row, err := b.keeper.row(ctx, b.id)
	if err != nil {
		return oauth.Grant{}, err
	}
	found, err := b.keeper.open(ctx, row, b.parts)
	return oauth.Grant{
		Version: row.Version, Refresh: shared.NewSecretText(found.Refresh), Access: shared.NewSecretText(found.Access),
		Life: row.Life, Left: row.Left, Doubt: oauth.Doubt(row.Doubt),
	}, err
}

// Lease is that of [oauth.Grants]. The key service, where there is one, is asked before and not after the endpoint:
// what that has given must be stored at once.
func (b bound) Lease(ctx context.Context, version int64, life time.Duration) (oauth.Lease, error) {
	l := &lease{bound: b, version: version, name: rand.Text(), sealed: b.keeper.sealing.Begin()}
	var err error
	if l.batch, err = b.keeper.keeper.Batch(ctx); err != nil {
		l.sealed()
		return nil, err
	}
	leased, err := b.keeper.database.LeaseGrant(ctx, b.id, version, l.name, life)
	if err != nil || !leased {
		l.sealed()
		return nil, err
	}
	return l, nil
}

// lease is one that this process has.
type lease struct {
	bound

	version int64
	name    string
	batch   *secret.Batch
	sealed  func() // is told that nothing more is sealed with the batch
}

// Replace is that of [oauth.Lease].
func (l *lease) Replace(ctx context.Context, next oauth.Answer) (bool, error) {
	sealed, err := seal(l.batch, next, destination(l.id, l.version+1, l.parts))
	if err != nil {
		return false, err
	}
	access, ends := lives(next, time.Now())
	replaced, err := l.keeper.database.ReplaceGrant(ctx, l.id, l.version, sealed, access, ends)
	if err == nil {
		l.sealed()
	}
	return replaced, err
}

// Release is that of [oauth.Lease].
func (l *lease) Release(ctx context.Context, refused bool, doubt oauth.Doubt) error {
	defer l.sealed()
	return l.keeper.database.ReleaseGrant(ctx, l.id, l.name, refused, string(doubt))
}

const (
	// signOutLife is the lease of a sign-out, which only reads and deletes.
	signOutLife = 10 * time.Second
	// signOutWait is after how long a sign-out looks again whether a renewal has ended.
	signOutWait = 200 * time.Millisecond
)

// SignOut deletes a grant, and returns its refresh token to be withdrawn at the provider. It waits for a renewal that
// is under way. The token is empty when the settings with the parts are not those that it was given for, or it cannot
// be opened: then it is only forgotten. The error is [oauth.ErrNoGrant] when there is none.
func (k *Keeper) SignOut(
	ctx context.Context, id shared.SecretText, parts map[string]string,
) (refresh shared.SecretText, err error) {
	for {
		row, err := k.row(ctx, id.Reveal())
		if err != nil {
			return shared.SecretText{}, err
		}
		name := rand.Text()
		leased, err := k.database.LeaseGrant(ctx, row.ID, row.Version, name, signOutLife)
		if err != nil {
			return shared.SecretText{}, err
		}
		if leased {
			found, err := k.open(ctx, row, parts)
			if err != nil && !errors.Is(err, ErrElsewhere) && !errors.Is(err, secret.ErrCannotOpen) {
				return shared.SecretText{}, errors.Join(err, k.database.ReleaseGrant(ctx, row.ID, name, false, ""))
			}
			dropped, err := k.database.DropGrant(ctx, row.ID, row.Version, name)
			if err != nil || dropped {
				return shared.NewSecretText(found.Refresh), err
			}
		}
		select {
		case <-time.After(signOutWait):
		case <-ctx.Done():
			return shared.SecretText{}, ctx.Err()
		}
	}
}
