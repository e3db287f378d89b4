package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

var (
	_ SettingsHistory = (*client)(nil)
	_ SecretKey       = (*client)(nil)
	_ Storage         = (*client)(nil)
	_ Suggester       = (*client)(nil)
)

func (c *client) Revisions(ctx context.Context, request RevisionsRequest) (RevisionList, error) {
	reply, err := settingsv1.NewSettingsHistoryServiceClient(c.conn).Revisions(ctx, revisionsRequestToProto(request))
	if err != nil {
		return RevisionList{}, c.fromStatus(ctx, err)
	}
	list, look := revisionListFromProto(reply), c.inspect()
	look.revisions(request, &list)
	return checked(look, list)
}

func (c *client) Restore(ctx context.Context, request RestoreRequest) (SaveResult, error) {
	reply, err := settingsv1.NewSettingsHistoryServiceClient(c.conn).Restore(ctx, restoreRequestToProto(request))
	if err != nil {
		return SaveResult{}, c.fromStatus(ctx, err)
	}
	return c.saveResult(reply.GetResult())
}

func (c *client) Purge(ctx context.Context, request PurgeRequest) (PurgeResult, error) {
	reply, err := settingsv1.NewSettingsHistoryServiceClient(c.conn).Purge(ctx, purgeRequestToProto(request))
	if err != nil {
		return PurgeResult{}, c.fromStatus(ctx, err)
	}
	result, look := purgeResultFromProto(reply), c.inspect()
	look.count("a count of secrets", result.Secrets)
	return checked(look, result)
}
