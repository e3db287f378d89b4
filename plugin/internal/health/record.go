package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// record is what all processes of a database share.
type record struct {
	State

	// Settings are those that it is about, sealed: they are made from the password. Empty means none.
	Settings []byte `json:"settings,omitempty"`
	// Server is when the certificate ends that the server has shown last; nil when it has shown none.
	Server *Ending `json:"server,omitempty"`
	Outbox Outbox  `json:"outbox,omitzero"`
	// Node is the process that looks, until a time by the clock of the database, unless it says again that it lives.
	Node  string    `json:"node,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// lease is for how long the process that looks is believed to live. It is renewed in half of it.
const lease = 30 * time.Second

// longestLease is that of a look. One that ends later is from before the clock was set back.
const longestLease = 10 * time.Minute

// heldBy reports whether another process than the node looks.
func (r record) heldByOther(node string, now time.Time) bool {
	return r.Node != "" && r.Node != node && now.Before(r.Until) && r.Until.Sub(now) <= longestLease
}

// read returns what is shared, and how it is stored. What cannot be understood is as good as nothing.
func read(ctx context.Context, database *store.Store) (stored string, r record, err error) {
	if stored, err = database.StateText(ctx, store.StateHealth); err != nil || stored == "" {
		return stored, record{}, err
	}
	if err := json.Unmarshal([]byte(stored), &r); err != nil {
		return stored, record{}, nil
	}
	r.State = r.kept() // An earlier version kept more.
	return stored, r, nil
}

// Read returns what is known, whichever process has found it out.
func Read(ctx context.Context, database *store.Store) (State, error) {
	_, r, err := read(ctx, database)
	return r.State, err
}

// write stores the record in the place of what was stored. It is false when that is something else by now.
func write(ctx context.Context, database *store.Store, before string, r record) (bool, error) {
	r.State = r.kept()
	encoded, err := json.Marshal(r)
	if err != nil {
		return false, fmt.Errorf("what is known of the settings cannot be kept: %w", err)
	}
	if string(encoded) == before {
		return true, nil
	}
	return database.SwapState(ctx, store.StateHealth, before, string(encoded))
}

// Reseal wraps the data key of the settings in the record with the newest key, and reports whether it was another one.
// What can never be opened is no worse for it.
func Reseal(ctx context.Context, database *store.Store, keeper *secret.Keeper) (bool, error) {
	for {
		stored, r, err := read(ctx, database)
		if err != nil || len(r.Settings) == 0 {
			return false, err
		}
		again, changed, err := keeper.Rewrap(ctx, r.Settings)
		switch {
		case err != nil && (secret.IsDamaged(err) || keeper.IsLost(ctx, r.Settings)):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("what is known of the settings: %w", err)
		case !changed:
			return false, nil
		}
		r.Settings = again
		if written, err := write(ctx, database, stored, r); err != nil || written {
			return written, err
		}
	}
}

// identity tells whether settings are the same as those of a record. It is for one goroutine.
type identity struct {
	keeper  *secret.Keeper
	version string // of the settings that
	sealed  []byte // is
}

// settingsDestination keeps a sealed version from being taken for a secret of the settings.
var settingsDestination = secret.Destination{Purpose: "health", Field: "version"}

// same reports whether the sealed settings have the version. Those that can never be opened, after the key was lost,
// have none. That a service which holds the key does not answer is an error: whether they are others is not known then,
// and a login that was refused is not tried again for it.
func (i *identity) same(ctx context.Context, sealed []byte, version string) (bool, error) {
	if len(sealed) == 0 {
		return version == "", nil
	}
	if !secret.IsSame(sealed, i.sealed) {
		opened, err := i.keeper.Open(ctx, sealed, settingsDestination)
		if secret.IsDamaged(err) || errors.Is(err, secret.ErrKeyMissing) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		i.version, i.sealed = opened.Reveal(), sealed
	}
	return i.version == version, nil
}

// seal seals a version.
func (i *identity) seal(ctx context.Context, version string) ([]byte, error) {
	if version == "" {
		return nil, nil
	}
	sealed, err := i.keeper.Seal(ctx, shared.NewSecretText(version), settingsDestination)
	if err == nil {
		i.version, i.sealed = version, sealed
	}
	return sealed, err
}
