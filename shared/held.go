package shared

import (
	"context"
	"time"
)

// CapabilityHeld names [HeldReleaser]; see [Info.Capabilities].
const CapabilityHeld = "held_notifications"

// HeldReleaser releases notifications that are held because they may have been delivered already; see
// [ServiceStatus.Held]. A page offers it when its [Notifier] implements it.
type HeldReleaser interface {
	// ReleaseHeld has all that is held delivered, or discards it. Nothing held is no error.
	ReleaseHeld(ctx context.Context, request ReleaseHeldRequest) (ReleaseHeldResult, error)
}

// HeldNotifications are notifications that wait for an operator to say what is to become of them: the database in which
// they are may be older than what was done with it, such as a backup that was restored.
type HeldNotifications struct {
	// Count is how many they are, at least 1.
	Count int64 `json:"count"`
	// LastUsed is when the database was last known to be in use before they were held.
	LastUsed time.Time `json:"last_used"`
	// Reason says why they are held, and what to do.
	Reason Diagnostic `json:"reason"`
}

// ReleaseHeldRequest asks to release what is held.
type ReleaseHeldRequest struct {
	Actor string
	// Deliver has it delivered; otherwise it is discarded, which is the same as cancelling it.
	Deliver bool
}

// ReleaseHeldResult tells what was released.
type ReleaseHeldResult struct {
	// Count is how many notifications.
	Count int64 `json:"count"`
}
