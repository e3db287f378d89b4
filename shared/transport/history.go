package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// historyClient asks a plugin for its audit trail.
type historyClient struct {
	*client
	rpc settingsv1.SettingsHistoryServiceClient
}

func connectHistory(c *client) shared.SettingsHistory {
	return &historyClient{c, settingsv1.NewSettingsHistoryServiceClient(c.conn)}
}

func (c *historyClient) Revisions(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	look := func(a *inspection, list *shared.RevisionList) { a.revisions(request, list) }
	return ask(ctx, c.client, c.rpc.Revisions, revisionsRequestToProto(request), reading(revisionListFromProto, look))
}

func (c *historyClient) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	return ask(ctx, c.client, c.rpc.Restore, restoreRequestToProto(request), readRestoreResult)
}

func (c *historyClient) Purge(ctx context.Context, request shared.PurgeRequest) (shared.PurgeResult, error) {
	return ask(
		ctx, c.client, c.rpc.Purge, purgeRequestToProto(request),
		reading(purgeResultFromProto, (*inspection).purgeResult),
	)
}

// historyServer translates calls of the audit trail to the page.
type historyServer struct {
	settingsv1.UnimplementedSettingsHistoryServiceServer
	history shared.SettingsHistory
}

func serveHistory(history shared.SettingsHistory) settingsv1.SettingsHistoryServiceServer {
	return &historyServer{history: history}
}

func (s *historyServer) Revisions(
	ctx context.Context, request *settingsv1.RevisionsRequest,
) (*settingsv1.RevisionsResponse, error) {
	return respond(ctx, s.history.Revisions, revisionsRequestFromProto(request), revisionListToProto)
}

func (s *historyServer) Restore(
	ctx context.Context, request *settingsv1.RestoreRequest,
) (*settingsv1.RestoreResponse, error) {
	return respond(ctx, s.history.Restore, restoreRequestFromProto(request), restoreResultToProto)
}

func (s *historyServer) Purge(
	ctx context.Context, request *settingsv1.PurgeRequest,
) (*settingsv1.PurgeResponse, error) {
	return respond(ctx, s.history.Purge, purgeRequestFromProto(request), purgeResultToProto)
}

func revisionToProto(r shared.Revision) *settingsv1.Revision {
	return &settingsv1.Revision{Number: r.Number, Author: validUTF8(r.Author), At: timeToProto(r.At)}
}

func revisionFromProto(r *settingsv1.Revision) shared.Revision {
	return shared.Revision{Number: r.GetNumber(), Author: r.GetAuthor(), At: timeFromProto(r.GetAt())}
}

func revisionsRequestToProto(r shared.RevisionsRequest) *settingsv1.RevisionsRequest {
	return &settingsv1.RevisionsRequest{Locale: validUTF8(r.Locale), Before: r.Before, Limit: limitToProto(r.Limit)}
}

func revisionsRequestFromProto(r *settingsv1.RevisionsRequest) shared.RevisionsRequest {
	return shared.RevisionsRequest{Locale: r.GetLocale(), Before: r.GetBefore(), Limit: int(r.GetLimit())}
}

func revisionListToProto(l shared.RevisionList) *settingsv1.RevisionsResponse {
	return &settingsv1.RevisionsResponse{Entries: each(l.Entries, revisionEntryToProto), More: l.More}
}

func revisionListFromProto(l *settingsv1.RevisionsResponse) shared.RevisionList {
	return shared.RevisionList{Entries: each(l.GetEntries(), revisionEntryFromProto), More: l.GetMore()}
}

func revisionEntryToProto(e shared.RevisionEntry) *settingsv1.RevisionEntry {
	return &settingsv1.RevisionEntry{
		Revision: revisionToProto(e.Revision), RestoredFrom: e.RestoredFrom, Changes: each(e.Changes, changeToProto),
	}
}

func revisionEntryFromProto(e *settingsv1.RevisionEntry) shared.RevisionEntry {
	return shared.RevisionEntry{
		Revision: revisionFromProto(e.GetRevision()), RestoredFrom: e.GetRestoredFrom(),
		Changes: each(e.GetChanges(), changeFromProto),
	}
}

func changeToProto(c shared.Change) *settingsv1.Change {
	return &settingsv1.Change{Field: validUTF8(c.Field), Before: valueToProto(c.Before), After: valueToProto(c.After)}
}

func changeFromProto(c *settingsv1.Change) shared.Change {
	before, after := valueFromProto(c.GetBefore()), valueFromProto(c.GetAfter())
	return shared.Change{Field: c.GetField(), Before: before, After: after}
}

func restoreRequestToProto(r shared.RestoreRequest) *settingsv1.RestoreRequest {
	return &settingsv1.RestoreRequest{
		Locale: validUTF8(r.Locale), Actor: printable.Line(r.Actor), Number: r.Number, Revision: r.Revision,
		Confirmed: validUTF8(r.Confirmed),
	}
}

func restoreRequestFromProto(r *settingsv1.RestoreRequest) shared.RestoreRequest {
	return shared.RestoreRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), Number: r.GetNumber(), Revision: r.GetRevision(),
		Confirmed: r.GetConfirmed(),
	}
}

func restoreResultToProto(r shared.SaveResult) *settingsv1.RestoreResponse {
	return &settingsv1.RestoreResponse{Result: saveResultToProto(r)}
}

// readRestoreResult is readSaveResult for what a restore answers.
func readRestoreResult(look *inspection, reply *settingsv1.RestoreResponse) shared.SaveResult {
	return readSaveResult(look, reply.GetResult())
}

func purgeRequestToProto(r shared.PurgeRequest) *settingsv1.PurgeRequest {
	return &settingsv1.PurgeRequest{Actor: printable.Line(r.Actor)}
}

func purgeRequestFromProto(r *settingsv1.PurgeRequest) shared.PurgeRequest {
	return shared.PurgeRequest{Actor: r.GetActor()}
}

func purgeResultToProto(r shared.PurgeResult) *settingsv1.PurgeResponse {
	return &settingsv1.PurgeResponse{Secrets: r.Secrets}
}

func purgeResultFromProto(r *settingsv1.PurgeResponse) shared.PurgeResult {
	return shared.PurgeResult{Secrets: r.GetSecrets()}
}
