package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func (c *client) Suggest(ctx context.Context, request SuggestRequest) (Diagnostics, error) {
	reply, err := settingsv1.NewSuggestionServiceClient(c.conn).Suggest(ctx, &settingsv1.SuggestRequest{
		Locale: validUTF8(request.Locale), Values: valuesToProto(request.Values),
	})
	if err != nil {
		return nil, c.fromStatus(ctx, err)
	}
	found, look := diagnosticsFromProto(reply.GetSuggestions()), c.inspect()
	look.diagnostics(found)
	return checked(look, found)
}
