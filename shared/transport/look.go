package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// lookClient asks a plugin to try the server.
type lookClient struct {
	*client
	rpc settingsv1.LookServiceClient
}

func connectServerLooker(c *client) shared.ServerLooker {
	return &lookClient{c, settingsv1.NewLookServiceClient(c.conn)}
}

func (c *lookClient) LookNow(ctx context.Context, request shared.LookNowRequest) (shared.LookNowResult, error) {
	return ask(
		ctx, c.client, c.rpc.LookNow, lookNowRequestToProto(request),
		reading(lookNowResultFromProto, (*inspection).lookNowResult),
	)
}

// lookServer translates calls to try the server to the page's notifier.
type lookServer struct {
	settingsv1.UnimplementedLookServiceServer
	looker shared.ServerLooker
}

func serveServerLooker(looker shared.ServerLooker) settingsv1.LookServiceServer {
	return &lookServer{looker: looker}
}

func (s *lookServer) LookNow(
	ctx context.Context, request *settingsv1.LookNowRequest,
) (*settingsv1.LookNowResponse, error) {
	return respond(ctx, s.looker.LookNow, lookNowRequestFromProto(request), lookNowResultToProto)
}

func lookNowRequestToProto(r shared.LookNowRequest) *settingsv1.LookNowRequest {
	return &settingsv1.LookNowRequest{Actor: printable.Line(r.Actor)}
}

func lookNowRequestFromProto(r *settingsv1.LookNowRequest) shared.LookNowRequest {
	return shared.LookNowRequest{Actor: r.GetActor()}
}

func lookNowResultToProto(r shared.LookNowResult) *settingsv1.LookNowResponse {
	return &settingsv1.LookNowResponse{Begins: r.Begins, Again: timeToProto(r.Again)}
}

func lookNowResultFromProto(r *settingsv1.LookNowResponse) shared.LookNowResult {
	return shared.LookNowResult{Begins: r.GetBegins(), Again: timeFromProto(r.GetAgain())}
}

func askedLookToProto(l *shared.AskedLook) *settingsv1.AskedLook {
	if l == nil {
		return nil
	}
	return &settingsv1.AskedLook{At: timeToProto(l.At), Operator: validUTF8(l.Operator)}
}

func askedLookFromProto(l *settingsv1.AskedLook) *shared.AskedLook {
	if l == nil {
		return nil
	}
	return &shared.AskedLook{At: timeFromProto(l.GetAt()), Operator: l.GetOperator()}
}

func (a *inspection) lookNowResult(r *shared.LookNowResult) {
	a.time("the time when the server may be tried again", r.Again)
}

func (a *inspection) askedLook(l *shared.AskedLook) {
	if l == nil {
		return
	}
	a.time("the time when the server was tried", l.At)
	a.line(&l.Operator)
}
