package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// suggestionClient asks a plugin for suggestions.
type suggestionClient struct {
	*client
	rpc settingsv1.SuggestionServiceClient
}

func connectSuggester(c *client) shared.Suggester {
	return &suggestionClient{c, settingsv1.NewSuggestionServiceClient(c.conn)}
}

func (c *suggestionClient) Suggest(ctx context.Context, request shared.SuggestRequest) (shared.Diagnostics, error) {
	look := func(a *inspection, found *shared.Diagnostics) { a.diagnostics(*found) }
	return ask(ctx, c.client, c.rpc.Suggest, suggestRequestToProto(request), reading(suggestionsFromProto, look))
}

// suggestionServer translates calls for suggestions to the page.
type suggestionServer struct {
	settingsv1.UnimplementedSuggestionServiceServer
	suggester shared.Suggester
}

func serveSuggester(suggester shared.Suggester) settingsv1.SuggestionServiceServer {
	return &suggestionServer{suggester: suggester}
}

func (s *suggestionServer) Suggest(
	ctx context.Context, request *settingsv1.SuggestRequest,
) (*settingsv1.SuggestResponse, error) {
	return respond(ctx, s.suggester.Suggest, suggestRequestFromProto(request), suggestionsToProto)
}

func suggestRequestToProto(r shared.SuggestRequest) *settingsv1.SuggestRequest {
	return &settingsv1.SuggestRequest{Locale: validUTF8(r.Locale), Values: valuesToProto(r.Values)}
}

func suggestRequestFromProto(r *settingsv1.SuggestRequest) shared.SuggestRequest {
	return shared.SuggestRequest{Locale: r.GetLocale(), Values: valuesFromProto(r.GetValues())}
}

func suggestionsToProto(d shared.Diagnostics) *settingsv1.SuggestResponse {
	return &settingsv1.SuggestResponse{Suggestions: diagnosticsToProto(d)}
}

func suggestionsFromProto(r *settingsv1.SuggestResponse) shared.Diagnostics {
	return diagnosticsFromProto(r.GetSuggestions())
}
