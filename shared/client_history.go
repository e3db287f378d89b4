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
	return revisionListFromProto(reply), nil
}

func (c *client) Restore(ctx context.Context, request RestoreRequest) (SaveResult, error) {
	reply, err := settingsv1.NewSettingsHistoryServiceClient(c.conn).Restore(ctx, restoreRequestToProto(request))
	if err != nil {
		return SaveResult{}, c.fromStatus(ctx, err)
	}
	return saveResultFromProto(reply.GetResult()), nil
}

func (c *client) Rekey(ctx context.Context, request RekeyRequest) (RekeyResult, error) {
	reply, err := settingsv1.NewSecretKeyServiceClient(c.conn).Rekey(ctx, &settingsv1.RekeyRequest{Actor: validUTF8(request.Actor)})
	if err != nil {
		return RekeyResult{}, c.fromStatus(ctx, err)
	}
	return rekeyResultFromProto(reply), nil
}

func (c *client) Migrate(ctx context.Context, request MigrateRequest) (MigrateResult, error) {
	reply, err := settingsv1.NewStorageServiceClient(c.conn).Migrate(ctx, &settingsv1.MigrateRequest{
		Actor: validUTF8(request.Actor), To: validUTF8(request.To.Reveal()),
	})
	if err != nil {
		return MigrateResult{}, c.fromStatus(ctx, err)
	}
	return MigrateResult{Revisions: reply.GetRevisions(), Notifications: reply.GetNotifications()}, nil
}

func (c *client) Suggest(ctx context.Context, request SuggestRequest) (Diagnostics, error) {
	reply, err := settingsv1.NewSuggestionServiceClient(c.conn).Suggest(ctx, &settingsv1.SuggestRequest{
		Locale: validUTF8(request.Locale), Values: valuesToProto(request.Values),
	})
	if err != nil {
		return nil, c.fromStatus(ctx, err)
	}
	return diagnosticsFromProto(reply.GetSuggestions()), nil
}
