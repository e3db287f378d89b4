package shared

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

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
