package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func (c *client) Migrate(ctx context.Context, request MigrateRequest) (MigrateResult, error) {
	reply, err := settingsv1.NewStorageServiceClient(c.conn).Migrate(ctx, &settingsv1.MigrateRequest{
		Actor: Printable(request.Actor), To: validUTF8(request.To.Reveal()),
	})
	if err != nil {
		return MigrateResult{}, c.fromStatus(ctx, err)
	}
	result, look := MigrateResult{Revisions: reply.GetRevisions(), Notifications: reply.GetNotifications()}, c.inspect()
	look.count("a count of revisions", result.Revisions)
	look.count("a count of notifications", result.Notifications)
	return checked(look, result)
}
