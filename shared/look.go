package shared

import (
	"context"
	"time"
)

// CapabilityLookNow names [ServerLooker]; see [Info.Capabilities].
const CapabilityLookNow = "look_now"

// ServerLooker has the server tried before its time while deliveries are paused. A page offers it when its [Notifier]
// implements it. It may be called concurrently.
type ServerLooker interface {
	// LookNow has one notification tried at once, as when [ServiceStatus.NextAttempt] has come: what it finds out counts
	// as any other look does. It returns before that is known. That nothing is paused, or that it was asked for a short
	// time ago, is no error.
	LookNow(ctx context.Context, request LookNowRequest) (LookNowResult, error)
}

// LookNowRequest asks to try the server.
type LookNowRequest struct{ Actor string }

// LookNowResult tells whether it is tried.
type LookNowResult struct {
	// Begins is true when it is tried at once.
	Begins bool `json:"begins"`
	// Again is when that may be asked for again; zero when nothing is paused.
	Again time.Time `json:"again,omitzero"`
}

// AskedLook is that an operator has had the server tried before its time; see [ServiceStatus.AskedLook].
type AskedLook struct {
	At time.Time `json:"at"`
	// Operator is who, as the request named them; may be empty.
	Operator string `json:"operator,omitempty"`
}
