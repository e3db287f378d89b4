package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func (c *client) Rekey(ctx context.Context, request RekeyRequest) (RekeyResult, error) {
	reply, err := settingsv1.NewSecretKeyServiceClient(c.conn).Rekey(ctx, &settingsv1.RekeyRequest{Actor: Printable(request.Actor)})
	if err != nil {
		return RekeyResult{}, c.fromStatus(ctx, err)
	}
	result, look := rekeyResultFromProto(reply), c.inspect()
	look.count("a count of secrets", result.Secrets)
	look.line(&result.Summary)
	return checked(look, result)
}
