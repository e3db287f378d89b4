package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// historyServer translates calls of the audit trail to the page.
type historyServer struct {
	settingsv1.UnimplementedSettingsHistoryServiceServer
	history SettingsHistory
}

func (s *historyServer) Revisions(ctx context.Context, request *settingsv1.RevisionsRequest) (*settingsv1.RevisionsResponse, error) {
	list, err := s.history.Revisions(ctx, revisionsRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return revisionListToProto(list), nil
}

func (s *historyServer) Restore(ctx context.Context, request *settingsv1.RestoreRequest) (*settingsv1.RestoreResponse, error) {
	result, err := s.history.Restore(ctx, restoreRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.RestoreResponse{Result: saveResultToProto(result)}, nil
}

func (s *historyServer) Purge(ctx context.Context, request *settingsv1.PurgeRequest) (*settingsv1.PurgeResponse, error) {
	result, err := s.history.Purge(ctx, purgeRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return purgeResultToProto(result), nil
}
