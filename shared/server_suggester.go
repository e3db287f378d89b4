package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

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
