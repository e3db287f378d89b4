package plugin

import (
	"context"
	"errors"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

var _ shared.Migrator = (*Page)(nil)

// Migrate copies settings, their history and what waits to be delivered into a PostgreSQL database. Secrets stay sealed
// with the key that they are sealed with, which the next Console has to be given.
func (p *Page) Migrate(ctx context.Context, request shared.MigrateRequest) (result shared.MigrateResult, err error) {
	other, err := store.OpenPostgres(ctx, request.To.Reveal())
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	if result.Revisions, err = p.store.CopyTo(ctx, other); err != nil {
		return result, err
	}
	target, err := notify.New(ctx, notify.Configuration{Store: other, Keeper: p.keeper, Logger: p.logger})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	result.Notifications, err = p.notifications.CopyTo(ctx, target)
	p.logger.Info("everything was copied to another database", "actor", request.Actor, "revisions", result.Revisions,
		"notifications", result.Notifications)
	return result, err
}
