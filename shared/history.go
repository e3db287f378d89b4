package shared

import "context"

// CapabilityHistory names [SettingsHistory]; see [Info.Capabilities].
const CapabilityHistory = "history"

// SettingsHistory is the audit trail of a page's settings. A page offers it by implementing it.
type SettingsHistory interface {
	// Revisions lists what was saved, newest first.
	Revisions(ctx context.Context, request RevisionsRequest) (RevisionList, error)
	// Restore makes the content of an old revision the next one, whole or not at all. Its secrets come back with it,
	// but for those that were removed or purged since: the Diagnostics of a result with Saved name them as warnings.
	Restore(ctx context.Context, request RestoreRequest) (SaveResult, error)
	// Purge removes the sealed secrets of all revisions but the newest for good. Their values, authors and times stay.
	// It can be repeated at any time.
	Purge(ctx context.Context, request PurgeRequest) (PurgeResult, error)
}

// RevisionsRequest asks for a page of the audit trail.
type RevisionsRequest struct {
	Locale string
	// Before asks only for revisions with a smaller number; 0 begins with the newest.
	Before int64
	// Limit is how many are wanted at most; 0 means 50, and there are never more than 200.
	Limit int
}

// Bounds of RevisionsRequest.Limit.
const (
	defaultPage = 50
	maxPage     = 200
)

// Bounded returns Limit within its bounds, 1 to 200, and 50 for 0 or less.
func (r RevisionsRequest) Bounded() int {
	if r.Limit <= 0 {
		return defaultPage
	}
	return min(r.Limit, maxPage)
}

// RevisionList is a page of the audit trail.
type RevisionList struct {
	// Entries are newest first.
	Entries []RevisionEntry `json:"entries"`
	// More is true when older revisions follow.
	More bool `json:"more,omitempty"`
}

// RevisionEntry is one save.
type RevisionEntry struct {
	Revision
	// RestoredFrom is the revision whose content was restored; 0 for an ordinary save.
	RestoredFrom int64 `json:"restored_from,omitempty"`
	// Changes is what differs from the revision before, in the order of the schema.
	Changes []Change `json:"changes"`
}

// Change is one field that a save changed.
type Change struct {
	// Field is its name. The schema of today need not have it any more.
	Field string `json:"field"`
	// Before and After are its values, empty where its default applied. Both are empty for a secret.
	Before Value `json:"before"`
	After  Value `json:"after"`
}

// RestoreRequest asks to go back to an old revision.
type RestoreRequest struct {
	Locale string
	Actor  string
	// Number is the revision to go back to.
	Number int64
	// Revision is the number of the newest revision when the decision was made; another one since is a conflict.
	Revision int64
	// Confirmed is the Confirm of an earlier result that the actor has read and agreed to, as for a save; empty when
	// there was none.
	Confirmed string
}

// PurgeRequest asks to remove the secrets of old revisions.
type PurgeRequest struct{ Actor string }

// PurgeResult tells what was removed.
type PurgeResult struct {
	// Secrets is how many secrets of old revisions were removed; 0 when there were none any more.
	Secrets int64 `json:"secrets"`
}
