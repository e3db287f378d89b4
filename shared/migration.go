package shared

import "context"

// CapabilityMigration names [Migrator]; see [Info.Capabilities].
const CapabilityMigration = "migration"

// Migrator moves what a page stores to another database. A page offers it by implementing it.
type Migrator interface {
	// Migrate copies settings with their history, and what was not delivered yet, into another database. What is there
	// already is left as it is, so it can be repeated.
	Migrate(ctx context.Context, request MigrateRequest) (MigrateResult, error)
}

// MigrateRequest asks to copy everything.
type MigrateRequest struct {
	Actor string
	// To is the address of the other database, in the page's own form. It may hold a password, so it is handled as a
	// secret.
	To SecretText
}

// MigrateResult tells what is in the other database now and was not before.
type MigrateResult struct {
	// Revisions is how many revisions of the settings.
	Revisions int64 `json:"revisions"`
	// Notifications is how many notifications that were not delivered yet.
	Notifications int64 `json:"notifications"`
}
