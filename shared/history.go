package shared

import "context"

// CapabilityHistory and CapabilitySecretKey name what a page may offer beside the six methods; see [Info.Capabilities].
const (
	CapabilityHistory   = "history"
	CapabilitySecretKey = "secret_key"
)

// SettingsHistory is the audit trail of a page's settings. A page offers it by implementing it.
type SettingsHistory interface {
	// Revisions lists what was saved, newest first.
	Revisions(ctx context.Context, request RevisionsRequest) (RevisionList, error)
	// Restore makes the content of an old revision the next one, whole or not at all. Its secrets come back with it.
	Restore(ctx context.Context, request RestoreRequest) (SaveResult, error)
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

// Bounded returns the limit within its bounds.
func (r RevisionsRequest) Bounded() int {
	if r.Limit <= 0 {
		return defaultPage
	}
	return min(r.Limit, maxPage)
}

// RevisionList is a page of the audit trail.
type RevisionList struct {
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

// Change is one field that a save changed. Both values are empty for a secret.
type Change struct {
	Field  string `json:"field"`
	Before Value  `json:"before"`
	After  Value  `json:"after"`
}

// RestoreRequest asks to go back to an old revision.
type RestoreRequest struct {
	Locale string
	Actor  string
	// Number is the revision to go back to.
	Number int64
	// Revision is the number of the newest revision when the decision was made; another one since is a conflict.
	Revision int64
}

// SecretKey looks after the key under which a page's secrets are sealed. A page offers it by implementing it.
type SecretKey interface {
	// Rekey seals every stored secret, of old revisions too, under a new key and forgets the older ones. A Rekey that was
	// interrupted is completed by the next one.
	Rekey(ctx context.Context, request RekeyRequest) (RekeyResult, error)
}

// RekeyRequest asks for a new key.
type RekeyRequest struct{ Actor string }

// RekeyResult tells what was done.
type RekeyResult struct {
	// Secrets is how many secrets were sealed anew.
	Secrets int64 `json:"secrets"`
	// Summary says in words where the key is now and what became of the old one.
	Summary string `json:"summary"`
}

// CapabilityStorage names [Storage].
const CapabilityStorage = "storage"

// Storage moves what a page stores to another database. A page offers it by implementing it.
type Storage interface {
	// Migrate copies settings with their history, and what was not delivered yet, into another database. What is there
	// already is left as it is, so it can be repeated.
	Migrate(ctx context.Context, request MigrateRequest) (MigrateResult, error)
}

// MigrateRequest asks to copy everything.
type MigrateRequest struct {
	Actor string
	// To is the address of the other database. It may hold a password, so it is handled as a secret.
	To SecretText
}

// MigrateResult tells what is in the other database now and was not before.
type MigrateResult struct {
	Revisions     int64 `json:"revisions"`
	Notifications int64 `json:"notifications"`
}
