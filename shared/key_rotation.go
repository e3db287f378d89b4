package shared

import "context"

// CapabilityKeyRotation names [KeyRotator]; see [Info.Capabilities].
const CapabilityKeyRotation = "key_rotation"

// KeyRotator gives a new key to a page whose secrets are sealed. A page offers it by implementing it.
type KeyRotator interface {
	// Rekey seals every stored secret, of old revisions too, under a new key and forgets the older ones. A Rekey that
	// was interrupted is completed by the next one.
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
