package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// storageServer translates calls about the database to the page.
type storageServer struct {
	settingsv1.UnimplementedStorageServiceServer
	storage Storage
}

func (s *storageServer) Migrate(ctx context.Context, request *settingsv1.MigrateRequest) (*settingsv1.MigrateResponse, error) {
	result, err := s.storage.Migrate(ctx, MigrateRequest{Actor: request.GetActor(), To: NewSecretText(request.GetTo())})
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.MigrateResponse{Revisions: result.Revisions, Notifications: result.Notifications}, nil
}
