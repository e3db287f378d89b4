package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// keyRotationClient asks a plugin for a new key.
type keyRotationClient struct {
	*client
	rpc settingsv1.KeyRotationServiceClient
}

func connectKeyRotator(c *client) shared.KeyRotator {
	return &keyRotationClient{c, settingsv1.NewKeyRotationServiceClient(c.conn)}
}

func (c *keyRotationClient) Rekey(ctx context.Context, request shared.RekeyRequest) (shared.RekeyResult, error) {
	return ask(
		ctx, c.client, c.rpc.Rekey, rekeyRequestToProto(request),
		reading(rekeyResultFromProto, (*inspection).rekeyResult),
	)
}

// keyRotationServer translates calls for a new key to the page.
type keyRotationServer struct {
	settingsv1.UnimplementedKeyRotationServiceServer
	rotator shared.KeyRotator
}

func serveKeyRotator(rotator shared.KeyRotator) settingsv1.KeyRotationServiceServer {
	return &keyRotationServer{rotator: rotator}
}

func (s *keyRotationServer) Rekey(
	ctx context.Context, request *settingsv1.RekeyRequest,
) (*settingsv1.RekeyResponse, error) {
	return respond(ctx, s.rotator.Rekey, rekeyRequestFromProto(request), rekeyResultToProto)
}

func rekeyRequestToProto(r shared.RekeyRequest) *settingsv1.RekeyRequest {
	return &settingsv1.RekeyRequest{Actor: printable.Line(r.Actor)}
}

func rekeyRequestFromProto(r *settingsv1.RekeyRequest) shared.RekeyRequest {
	return shared.RekeyRequest{Actor: r.GetActor()}
}

func rekeyResultToProto(r shared.RekeyResult) *settingsv1.RekeyResponse {
	return &settingsv1.RekeyResponse{Secrets: r.Secrets, Summary: validUTF8(r.Summary)}
}

func rekeyResultFromProto(r *settingsv1.RekeyResponse) shared.RekeyResult {
	return shared.RekeyResult{Secrets: r.GetSecrets(), Summary: r.GetSummary()}
}
