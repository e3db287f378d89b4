package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// digests tell whether two notifications say the same when the texts of one are not kept any more. A digest tells
// nothing without the key, which the processes of a database share, and which is sealed in it.
type digests struct {
	db     *sql.DB
	keeper *secret.Keeper

	mu  sync.Mutex
	key []byte // nil as long as it is not known
}

// nameOfDigests is that of the key in notification_secret.
const nameOfDigests = "digests"

var digestDestination = secret.Destination{Purpose: "notification digests"}

// of returns the digest of texts; nil when the key cannot be had now.
func (d *digests) of(ctx context.Context, content texts) []byte {
	key, err := d.known(ctx)
	if err != nil {
		return nil
	}
	encoded, err := json.Marshal(content)
	if err != nil {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(encoded) // A hash takes everything.
	return mac.Sum(nil)
}

func (d *digests) known(ctx context.Context) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.key != nil {
		return d.key, nil
	}
	sealed, err := d.read(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		if err = d.make(ctx); err == nil {
			sealed, err = d.read(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	opened, err := d.keeper.Open(ctx, sealed, digestDestination)
	if err != nil {
		return nil, err
	}
	d.key = []byte(opened.Reveal())
	return d.key, nil
}

func (d *digests) read(ctx context.Context) (sealed []byte, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT sealed FROM notification_secret WHERE name = $1", nameOfDigests).Scan(&sealed)
	return sealed, err
}

// make makes the key, unless another process does so first.
func (d *digests) make(ctx context.Context) error {
	sealed, err := d.keeper.Seal(ctx, shared.NewSecretText(rand.Text()+rand.Text()), digestDestination)
	if err != nil {
		return err
	}
	_, err = d.db.ExecContext(ctx, "INSERT INTO notification_secret (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		nameOfDigests, sealed)
	return err
}

// reseal wraps the key with the newest one of the ring. One that cannot be opened any more is no worse for it.
func (d *digests) reseal(ctx context.Context, rewrapper *secret.Rewrapper) error {
	sealed, err := d.read(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	again, changed, err := rewrapper.Rewrap(ctx, sealed)
	if err != nil || !changed {
		return nil //nolint:nilerr // See above.
	}
	_, err = d.db.ExecContext(ctx, "UPDATE notification_secret SET sealed = $1 WHERE name = $2 AND sealed = $3", again,
		nameOfDigests, sealed)
	return err
}
