package shared

import "github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"

func revisionToProto(r Revision) *settingsv1.Revision {
	return &settingsv1.Revision{Number: r.Number, Author: validUTF8(r.Author), At: timeToProto(r.At)}
}

func revisionFromProto(r *settingsv1.Revision) Revision {
	return Revision{Number: r.GetNumber(), Author: r.GetAuthor(), At: timeFromProto(r.GetAt())}
}

func revisionsRequestToProto(r RevisionsRequest) *settingsv1.RevisionsRequest {
	return &settingsv1.RevisionsRequest{Locale: validUTF8(r.Locale), Before: r.Before, Limit: int32(max(0, min(r.Limit, maxPage)))}
}

func revisionsRequestFromProto(r *settingsv1.RevisionsRequest) RevisionsRequest {
	return RevisionsRequest{Locale: r.GetLocale(), Before: r.GetBefore(), Limit: int(r.GetLimit())}
}

func revisionListToProto(l RevisionList) *settingsv1.RevisionsResponse {
	return &settingsv1.RevisionsResponse{More: l.More, Entries: each(l.Entries, func(e RevisionEntry) *settingsv1.RevisionEntry {
		return &settingsv1.RevisionEntry{
			Revision: revisionToProto(e.Revision), RestoredFrom: e.RestoredFrom,
			Changes: each(e.Changes, func(c Change) *settingsv1.Change {
				return &settingsv1.Change{Field: validUTF8(c.Field), Before: valueToProto(c.Before), After: valueToProto(c.After)}
			}),
		}
	})}
}

func revisionListFromProto(l *settingsv1.RevisionsResponse) RevisionList {
	return RevisionList{More: l.GetMore(), Entries: each(l.GetEntries(), func(e *settingsv1.RevisionEntry) RevisionEntry {
		return RevisionEntry{
			Revision: revisionFromProto(e.GetRevision()), RestoredFrom: e.GetRestoredFrom(),
			Changes: each(e.GetChanges(), func(c *settingsv1.Change) Change {
				return Change{Field: c.GetField(), Before: valueFromProto(c.GetBefore()), After: valueFromProto(c.GetAfter())}
			}),
		}
	})}
}

func restoreRequestToProto(r RestoreRequest) *settingsv1.RestoreRequest {
	return &settingsv1.RestoreRequest{Locale: validUTF8(r.Locale), Actor: Printable(r.Actor), Number: r.Number, Revision: r.Revision}
}

func restoreRequestFromProto(r *settingsv1.RestoreRequest) RestoreRequest {
	return RestoreRequest{Locale: r.GetLocale(), Actor: r.GetActor(), Number: r.GetNumber(), Revision: r.GetRevision()}
}

func purgeRequestToProto(r PurgeRequest) *settingsv1.PurgeRequest {
	return &settingsv1.PurgeRequest{Actor: Printable(r.Actor)}
}

func purgeRequestFromProto(r *settingsv1.PurgeRequest) PurgeRequest {
	return PurgeRequest{Actor: r.GetActor()}
}

func purgeResultToProto(r PurgeResult) *settingsv1.PurgeResponse {
	return &settingsv1.PurgeResponse{Secrets: r.Secrets}
}

func purgeResultFromProto(r *settingsv1.PurgeResponse) PurgeResult {
	return PurgeResult{Secrets: r.GetSecrets()}
}

func rekeyResultToProto(r RekeyResult) *settingsv1.RekeyResponse {
	return &settingsv1.RekeyResponse{Secrets: r.Secrets, Summary: validUTF8(r.Summary)}
}

func rekeyResultFromProto(r *settingsv1.RekeyResponse) RekeyResult {
	return RekeyResult{Secrets: r.GetSecrets(), Summary: r.GetSummary()}
}
