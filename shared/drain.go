package shared

import (
	"context"
	"time"
)

// CapabilityDrain names [Drainer]; see [Info.Capabilities].
const CapabilityDrain = "drain"

// MaxDrain is how long a host waits for a page to drain, whatever it says.
const MaxDrain = time.Hour

// Drainer ends what is under way before the plugin does, so that a planned stop cuts nothing off. A page offers it by
// implementing it.
type Drainer interface {
	// Drain begins no more work of the page's own, and returns when what is under way has ended or is as well cut off;
	// ctx ends when the host does not wait any longer. It calls waiting, not concurrently, with what it waits for, in
	// plain English such as "the final reply of 3 messages", whenever that changes. Calls are answered until the
	// process ends. There is no way back: the process ends soon after Drain has returned. A second Drain waits as the
	// first one does.
	Drain(ctx context.Context, waiting func(what string)) error
}
