package notify

// The codes of what the service finds by itself; all others are of package diagnosis. They are stable, and
// docs/causes.md says what they mean.
const (
	heldAfterRestore   = "held_after_restore"
	heldAfterMove      = "held_after_move"
	expiredCode        = "expired" // see sqliteClass
	outcomeUnknown     = "outcome_unknown"
	messageUnusable    = "message_unusable"
	keyMissing         = "message_key_missing"
	settingsUnreadable = "settings_unreadable"
	cutOffCode         = "cut_off"
	defectCode         = "internal" // see sqliteCause
	notStarted         = "delivery_not_started"
)
