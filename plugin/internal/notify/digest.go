package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// digests tell whether two notifications say the same when the texts of one are not kept any more. A digest tells
// nothing without its key, which the processes of a database share, and which is sealed in it. A key that is lost is
// replaced, and a digest says which key it was made with: those of two keys are not compared. It may be used
// concurrently.
type digests struct {
	db     *sql.DB
	keeper *secret.Keeper
	logger hclog.Logger

	mu     sync.Mutex
	keys   map[uint32][]byte // by version
	newest uint32            // of those in keys; 0 where there is none
	again  time.Time         // when keys that could not be had are asked for again
	failed troubles
}

// nameOfDigests is that of the first key in notification_secret. That of a later one has its version behind.
const nameOfDigests = "digests"

func nameOfDigestKey(version uint32) string {
	if version == 1 {
		return nameOfDigests
	}
	return nameOfDigests + " " + strconv.FormatUint(uint64(version), 10)
}

// versionOfDigestKey is 0 for another name.
func versionOfDigestKey(name string) uint32 {
	if name == nameOfDigests {
		return 1
	}
	version, _ := strconv.ParseUint(strings.TrimPrefix(name, nameOfDigests+" "), 10, 31)
	return uint32(version)
}

// digestPause is how long keys that could not be had are not asked for again: each notification would wait for that.
const digestPause = 10 * time.Second

var digestDestination = secret.Destination{Purpose: "notification digests"}

// of returns the digest of texts; nil when no key can be had now.
func (d *digests) of(ctx context.Context, content texts) []byte {
	d.mu.Lock()
	if d.newest == 0 {
		d.load(ctx)
	}
	version := d.newest
	key := d.keys[version]
	d.mu.Unlock()
	if key == nil {
		return nil
	}
	return digestWith(key, version, content)
}

// differs reports whether a digest is known to be of other texts.
func (d *digests) differs(ctx context.Context, content texts, digest []byte) bool {
	version := uint32(1)
	if len(digest) > sha256.Size {
		version = binary.BigEndian.Uint32(digest)
	}
	d.mu.Lock()
	if d.keys[version] == nil {
		d.load(ctx)
	}
	key := d.keys[version]
	d.mu.Unlock()
	return key != nil && !hmac.Equal(digestWith(key, version, content), digest)
}

// digestWith is the HMAC of texts, behind the version of its key if that is not the first.
func digestWith(key []byte, version uint32, content texts) (digest []byte) {
	encoded, _ := json.Marshal(content) // Texts can be encoded.
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(encoded) // A hash takes everything.
	if version > 1 {
		digest = binary.BigEndian.AppendUint32(nil, version)
	}
	return mac.Sum(digest)
}

// load has the keys that can be had, unless it has tried lately. Where all are lost it makes another one.
func (d *digests) load(ctx context.Context) {
	if time.Now().Before(d.again) {
		return
	}
	last, err := d.open(ctx)
	if err == nil && d.newest == 0 {
		if err = d.make(ctx, last+1); err == nil {
			_, err = d.open(ctx) // Another process may have been faster.
		}
		if err == nil && last > 0 {
			d.logger.Warn("the key of the digests of notifications is lost, and another one takes its place: whether a " +
				"repetition of what has lost its texts differs from it is not known any more")
		}
	}
	if ctx.Err() != nil {
		return // That is no matter of the keys.
	}
	d.again = time.Now().Add(digestPause)
	if d.newest > 0 {
		err = nil
	}
	d.failed.note(d.logger, "no digests of notifications can be made at the moment, and their texts are kept", err)
}

// open opens the keys that can be opened, and returns the version of the last one that there is. Its error is why one
// cannot be had now that is not lost for good.
func (d *digests) open(ctx context.Context) (last uint32, failed error) {
	sealed, err := d.read(ctx)
	if err != nil {
		return 0, err
	}
	for name, one := range sealed {
		version := versionOfDigestKey(name)
		last = max(last, version)
		if version == 0 || d.keys[version] != nil {
			continue
		}
		opened, err := d.keeper.Open(ctx, one, digestDestination)
		switch {
		case err == nil:
			if d.keys == nil {
				d.keys = map[uint32][]byte{}
			}
			d.keys[version], d.newest = []byte(opened.Reveal()), max(d.newest, version)
		case !secret.IsDamaged(err) && !d.keeper.IsLost(ctx, one):
			failed = err
		}
	}
	return last, failed
}

// read returns the sealed keys by name.
func (d *digests) read(ctx context.Context) (map[string][]byte, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT name, sealed FROM notification_secret WHERE name LIKE $1",
		nameOfDigests+"%")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]byte{}
	for rows.Next() {
		var name string
		var sealed []byte
		if err := rows.Scan(&name, &sealed); err != nil {
			return nil, err
		}
		found[name] = sealed
	}
	return found, rows.Err()
}

// make makes a key, unless another process does so first.
func (d *digests) make(ctx context.Context, version uint32) error {
	sealed, err := d.keeper.Seal(ctx, shared.NewSecretText(rand.Text()+rand.Text()), digestDestination)
	if err != nil {
		return err
	}
	_, err = d.db.ExecContext(ctx, "INSERT INTO notification_secret (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		nameOfDigestKey(version), sealed)
	return err
}

// reseal wraps the keys with the newest one of the ring. One that cannot be opened any more is no worse for it.
func (d *digests) reseal(ctx context.Context, rewrapper *secret.Rewrapper) error {
	sealed, err := d.read(ctx)
	if err != nil {
		return err
	}
	for name, one := range sealed {
		again, changed, err := rewrapper.Rewrap(ctx, one)
		if err != nil || !changed {
			continue // See above.
		}
		if _, err = d.db.ExecContext(ctx, "UPDATE notification_secret SET sealed = $1 WHERE name = $2 AND sealed = $3",
			again, name, one); err != nil {
			return err
		}
	}
	return nil
}
