package grant

import (
	"context"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Reseal wraps the data keys of all grants with the newest key of the ring. It returns how many were wrapped anew, and
// how many are being renewed: what those are replaced with may be sealed under the key from before, so it is to be
// called again. A grant that no key opens is left as it is.
func (k *Keeper) Reseal(ctx context.Context) (count, renewing int64, err error) {
	rows, err := k.database.Grants(ctx)
	if err != nil {
		return 0, 0, err
	}
	rewrapper := k.keeper.Rewrapper()
	for _, row := range rows {
		if row.Leased {
			renewing++
		}
		again, different, err := rewrapper.Rewrap(ctx, row.Sealed)
		switch {
		case err != nil && (secret.IsDamaged(err) || k.keeper.IsLost(ctx, row.Sealed)):
			continue
		case err != nil:
			return count, renewing, fmt.Errorf("a sign-in: %w", err)
		case !different:
			continue
		}
		if different, err = k.database.ResealGrant(ctx, row.ID, row.Sealed, again); err != nil {
			return count, renewing, err
		}
		if !different {
			renewing++ // Another process has replaced it meanwhile.
			continue
		}
		count++
	}
	return count, renewing, nil
}

// unusedFor is how long a grant is kept that the settings in force do not name, after its last renewal: a form may hold
// it that is not saved yet.
const unusedFor = 2 * 24 * time.Hour

// Forget deletes the grants that the newest revision does not name, if they were not renewed for two days or are from
// before the time; zero is none. inForce is the id that it names; empty when it names none. Nothing is deleted when
// there is a newer revision by now. They are not withdrawn at the provider, where that may end the grant in force as
// well.
func (k *Keeper) Forget(
	ctx context.Context, inForce shared.SecretText, revision int64, before time.Time,
) (count int64, err error) {
	rows, err := k.database.Grants(ctx)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if row.ID == inForce.Reveal() || row.Leased || row.Unused < unusedFor && !signedInBefore(row, before) {
			continue
		}
		dropped, err := k.database.DropUnnamedGrant(ctx, row.ID, row.Version, revision)
		if err != nil {
			return count, err
		}
		if dropped {
			count++
		}
	}
	return count, nil
}

func signedInBefore(row store.Grant, before time.Time) bool {
	told, err := read(row)
	return err == nil && told.SignedIn.Before(before)
}
