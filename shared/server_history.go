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

// secretKeyServer translates calls about the key to the page.
type secretKeyServer struct {
	settingsv1.UnimplementedSecretKeyServiceServer
	key SecretKey
}

func (s *secretKeyServer) Rekey(ctx context.Context, request *settingsv1.RekeyRequest) (*settingsv1.RekeyResponse, error) {
	result, err := s.key.Rekey(ctx, RekeyRequest{Actor: request.GetActor()})
	if err != nil {
		return nil, toStatus(err)
	}
	return rekeyResultToProto(result), nil
}

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

// suggestionServer translates calls for suggestions to the page.
type suggestionServer struct {
	settingsv1.UnimplementedSuggestionServiceServer
	suggester Suggester
}

func (s *suggestionServer) Suggest(ctx context.Context, request *settingsv1.SuggestRequest) (*settingsv1.SuggestResponse, error) {
	found, err := s.suggester.Suggest(ctx, SuggestRequest{Locale: request.GetLocale(), Values: valuesFromProto(request.GetValues())})
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.SuggestResponse{Suggestions: diagnosticsToProto(found)}, nil
}
