package shared

import (
	"context"
	"time"
)

// CapabilityHealth names [HealthReporter]; see [Info.Capabilities].
const CapabilityHealth = "health"

// HealthReporter tells whether the settings that are saved still work. A page offers it when it watches that itself.
type HealthReporter interface {
	// Health calls send with how it is, at once, and then for each transition, one at a time and in order, until ctx ends
	// or send fails. Where the request names a transition that was seen before, the call begins with those that have
	// followed it, as far as they are still known, and with how it is where none has.
	Health(ctx context.Context, request HealthRequest, send func(Health) error) error
}

// HealthRequest asks to be told of the health.
type HealthRequest struct {
	// Locale is a BCP 47 tag; empty or unknown means English.
	Locale string
	// After is the Number of the last transition that was seen; 0 when none was.
	After int64
}

// HealthState says whether the settings that are saved work.
type HealthState string

// The states of the health. Others are of a later version.
const (
	// HealthUnknown is that there are no settings, or that nothing is known of them yet.
	HealthUnknown HealthState = "unknown"
	HealthHealthy HealthState = "healthy"
	// HealthSuspect is that something has failed once, or ends soon. It is looked at again before that counts.
	HealthSuspect HealthState = "suspect"
	HealthBroken  HealthState = "broken"
)

// HealthStates are all states. It must not be changed.
var HealthStates = []HealthState{HealthUnknown, HealthHealthy, HealthSuspect, HealthBroken}

// Health is how it is, and the transition that has led there.
type Health struct {
	State HealthState `json:"state"`
	// Since is when that transition was; zero before the first one.
	Since time.Time `json:"since,omitzero"`
	// Cause is why; nil when the state is unknown or healthy.
	Cause *Diagnostic `json:"cause,omitempty"`
	// Waiting is how many notifications wait, as of the transition, or of the call where it tells how it is.
	Waiting int64 `json:"waiting"`
	// CheckedAt is when the settings were last tried at the server, by a check or by a delivery; zero when they were not.
	CheckedAt time.Time `json:"checked_at,omitzero"`
	// CheckPassed is whether that has succeeded.
	CheckPassed bool `json:"check_passed,omitempty"`
	// Number counts the transitions, and ID names one among those of all databases: who is told twice of a transition can
	// tell. 0 and empty before the first one.
	Number int64  `json:"number,omitempty"`
	ID     string `json:"id,omitempty"`
	// From is the state before; empty before the first one.
	From HealthState `json:"from,omitempty"`
	// Endings are what ends by itself, the soonest first.
	Endings []Ending `json:"endings,omitempty"`
	// Watched is what else is looked at regularly, as of now. It changes nothing about State.
	Watched []Watched `json:"watched,omitempty"`
}

// Watched is something that the settings depend on beside what they name themselves, such as the domain of a sender.
type Watched struct {
	// Name is a stable name, such as "sender_domain"; unique in a [Health].
	Name string `json:"name"`
	// Action names the action of the schema that looks at it at once; empty when there is none.
	Action string `json:"action,omitempty"`
	// At is when it was looked at.
	At time.Time `json:"at"`
	// Card is what was found. Its Status is failed where something is wrong.
	Card Card `json:"card"`
}

// Ending is something that the settings need and that ends by itself.
type Ending struct {
	// What is a stable name, such as "server_certificate" or "secret".
	What string `json:"what"`
	// Field names the field that it stands in; empty when it is none of the form.
	Field string    `json:"field,omitempty"`
	At    time.Time `json:"at"`
}
