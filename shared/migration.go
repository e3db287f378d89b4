package shared

import "context"

// CapabilityMigration names [Migrator]; see [Info.Capabilities].
const CapabilityMigration = "migration"

// Migrator moves what a page stores to another database. A page offers it by implementing it.
type Migrator interface {
	// Migrate copies everything into another, empty database and has the present one not used any more; with Undo it has
	// the present one used again. It refuses, and changes nothing, while a process uses one of them. What was interrupted
	// is completed by the same call; what is complete is left as it is. progress is called now and then, by one
	// goroutine.
	Migrate(ctx context.Context, request MigrateRequest, progress func(MigrateProgress)) (MigrateResult, error)
}

// MigrateRequest asks to copy everything.
type MigrateRequest struct {
	Actor string
	// To is the address of the other database, in the page's own form. It may hold a password, so it is handled as a
	// secret.
	To SecretText
	// Undo has the present database used again; To is empty then.
	Undo bool
}

// MigrateProgress tells how far the copying is.
type MigrateProgress struct {
	// Table is what is being copied, in the page's own words.
	Table string `json:"table"`
	// Done is how many rows of All are copied.
	Done int64 `json:"done"`
	All  int64 `json:"all"`
}

// MigrateResult tells what was done.
type MigrateResult struct {
	// Revisions is how many revisions of the settings are in the other database now and were not before.
	Revisions int64 `json:"revisions"`
	// Notifications is how many notifications, the delivered and dead ones included.
	Notifications int64 `json:"notifications"`
	// To says where they are, for people; empty after an Undo.
	To string `json:"to,omitempty"`
	// Held is how many notifications of the present database are held after an Undo, because the other one may have
	// delivered them.
	Held int64 `json:"held,omitempty"`
}
