package plugin

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

var _ shared.Migrator = (*Page)(nil)

// toDirectory begins the address of an embedded database.
const toDirectory = "sqlite://"

// Migrate copies everything into another, empty database, postgres://… or sqlite:///directory, and has this one not
// used any more; or has it used again. Secrets stay sealed with the key that they are sealed with, which the next
// Console has to be given.
func (p *Page) Migrate(
	ctx context.Context, request shared.MigrateRequest, progress func(shared.MigrateProgress),
) (result shared.MigrateResult, err error) {
	if request.Undo {
		result.Held, err = p.notifications.UndoMove(ctx, request.Actor)
		return result, err
	}
	other, lock, err := openOther(ctx, request.To.Reveal())
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	target, err := notify.New(ctx, notify.Configuration{
		Store: other, Keeper: p.keeper, Logger: p.logger, LockFile: lock, Delivery: newDeliveries(p).current,
	})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	moved, err := p.notifications.MoveTo(ctx, target, request.Actor, func(table string, done, all int64) {
		progress(shared.MigrateProgress{Table: table, Done: done, All: all})
	})
	if err != nil {
		return result, err
	}
	result = shared.MigrateResult{Revisions: moved.Revisions, Notifications: moved.Notifications, To: other.Place()}
	p.logger.Info("everything was moved to another database", "actor", request.Actor, "revisions", result.Revisions,
		"notifications", result.Notifications, "to", result.To)
	return result, nil
}

// openOther opens the other database, and returns the lock of its service as well.
func openOther(ctx context.Context, address string) (*store.Store, string, error) {
	directory, embedded := strings.CutPrefix(address, toDirectory)
	if !embedded {
		other, err := store.OpenPostgres(ctx, address)
		return other, "", err
	}
	if !filepath.IsAbs(directory) {
		return nil, "", errors.New("sqlite:// is followed by the whole path of a directory: sqlite:///var/lib/console/data")
	}
	other, err := store.OpenSQLite(ctx, directory)
	return other, filepath.Join(directory, serviceLock), err
}
