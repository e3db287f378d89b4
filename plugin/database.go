package plugin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// openDatabase opens the database that the configuration names. An address that is of no use is a *manifest.ValueError.
func openDatabase(ctx context.Context, c Configuration) (*store.Store, error) {
	if err := secureFiles(c); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if c.Database == "" {
		return store.OpenSQLite(ctx, c.DataDir)
	}
	address, err := secret.Read(string(c.Database))
	if err != nil {
		return nil, &manifest.ValueError{Key: "database", Err: err}
	}
	opened, err := store.OpenPostgres(ctx, address)
	if store.Misaddressed(err) {
		err = &manifest.ValueError{Key: "database", Err: err}
	}
	if err == nil && opened.Unencrypted() {
		c.Logger.Warn("others on the way may read and change what this and the database say to each other: add "+
			"?sslmode=verify-full to the address", "database", opened.Place())
	}
	return opened, err
}

// secureFiles makes the data directory and keeps others from it and from what is in it. The key file is another matter:
// what others could read is no secret any more, so it is refused and not repaired; see secret.OpenKeyring.
func secureFiles(c Configuration) error {
	if err := filemode.Directory(c.DataDir); err != nil {
		return err
	}
	for _, path := range append(store.Files(c.DataDir), filepath.Join(c.DataDir, serviceLock)) {
		tightened, err := filemode.Tighten(path)
		if err != nil {
			return err
		}
		if tightened {
			c.Logger.Warn("a file was open to other users of this machine; it is private now", "file", path)
		}
	}
	return nil
}

// openKeyring opens the keys that the configuration names. A source that leads to none is a *manifest.ValueError.
func openKeyring(ctx context.Context, c Configuration, mayCreate bool) (*secret.Keyring, error) {
	keys, err := secret.OpenKeyring(ctx, c.DataDir, string(c.Key), c.oldKeys(), mayCreate)
	var misled *secret.SourceError
	if !errors.As(err, &misled) {
		return keys, err
	}
	key := "key"
	if misled.Old > 0 {
		key = "old_keys/" + strconv.Itoa(misled.Old-1)
	}
	return nil, &manifest.ValueError{Key: key, Err: misled.Err}
}
