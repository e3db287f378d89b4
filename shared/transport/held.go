package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// heldClient asks a plugin to release what it holds.
type heldClient struct {
	*client
	rpc settingsv1.HeldServiceClient
}

func connectHeldReleaser(c *client) shared.HeldReleaser {
	return &heldClient{c, settingsv1.NewHeldServiceClient(c.conn)}
}

func (c *heldClient) ReleaseHeld(
	ctx context.Context, request shared.ReleaseHeldRequest,
) (shared.ReleaseHeldResult, error) {
	return ask(
		ctx, c.client, c.rpc.ReleaseHeld, releaseHeldRequestToProto(request),
		reading(releaseHeldResultFromProto, (*inspection).releaseHeldResult),
	)
}

// heldServer translates calls to release what is held to the page's notifier.
type heldServer struct {
	settingsv1.UnimplementedHeldServiceServer
	releaser shared.HeldReleaser
}

func serveHeldReleaser(releaser shared.HeldReleaser) settingsv1.HeldServiceServer {
	return &heldServer{releaser: releaser}
}

func (s *heldServer) ReleaseHeld(
	ctx context.Context, request *settingsv1.ReleaseHeldRequest,
) (*settingsv1.ReleaseHeldResponse, error) {
	return respond(ctx, s.releaser.ReleaseHeld, releaseHeldRequestFromProto(request), releaseHeldResultToProto)
}

func releaseHeldRequestToProto(r shared.ReleaseHeldRequest) *settingsv1.ReleaseHeldRequest {
	return &settingsv1.ReleaseHeldRequest{Actor: printable.Line(r.Actor), Deliver: r.Deliver}
}

func releaseHeldRequestFromProto(r *settingsv1.ReleaseHeldRequest) shared.ReleaseHeldRequest {
	return shared.ReleaseHeldRequest{Actor: r.GetActor(), Deliver: r.GetDeliver()}
}

func releaseHeldResultToProto(r shared.ReleaseHeldResult) *settingsv1.ReleaseHeldResponse {
	return &settingsv1.ReleaseHeldResponse{Count: r.Count}
}

func releaseHeldResultFromProto(r *settingsv1.ReleaseHeldResponse) shared.ReleaseHeldResult {
	return shared.ReleaseHeldResult{Count: r.GetCount()}
}

func heldToProto(h *shared.HeldNotifications) *settingsv1.HeldNotifications {
	if h == nil {
		return nil
	}
	return &settingsv1.HeldNotifications{
		Count: h.Count, LastUsed: timeToProto(h.LastUsed), Reason: oneDiagnosticToProto(&h.Reason),
	}
}

func heldFromProto(h *settingsv1.HeldNotifications) *shared.HeldNotifications {
	if h == nil {
		return nil
	}
	held := &shared.HeldNotifications{Count: h.GetCount(), LastUsed: timeFromProto(h.GetLastUsed())}
	if reason := oneDiagnosticFromProto(h.GetReason()); reason != nil {
		held.Reason = *reason
	}
	return held
}

func (a *inspection) releaseHeldResult(r *shared.ReleaseHeldResult) {
	a.count("a count of notifications", r.Count)
}

func (a *inspection) held(h *shared.HeldNotifications) {
	if h == nil {
		return
	}
	if h.Count < 1 {
		a.refuse("%d notifications are held", h.Count)
	}
	a.time("the time when the database was last used", h.LastUsed)
	a.diagnostic(&h.Reason)
}
