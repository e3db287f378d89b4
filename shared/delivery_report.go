package shared

import (
	"context"
	"time"
)

// CapabilityDeliveryReports names [DeliveryReporter]; see [Info.Capabilities].
const CapabilityDeliveryReports = "delivery_reports"

// DeliveryReporter tells of each attempt to deliver, so that a host can trace them. A page offers it when its
// [Notifier] implements it.
type DeliveryReporter interface {
	// Deliveries calls send for each attempt that ends, one at a time, until ctx ends or send fails. Attempts that
	// ended before the call are not told, and some may be left out when send is slow: deliveries never wait for
	// those who watch them.
	Deliveries(ctx context.Context, send func(Delivery) error) error
}

// Delivery is one attempt to deliver a notification. It holds nothing of the message.
type Delivery struct {
	// ID is the notification's.
	ID string
	// Attempt counts from 1.
	Attempt int
	// TraceParent came with the notification; see [NotifyRequest].
	TraceParent string
	// Started and Finished are when the attempt began and ended.
	Started, Finished time.Time
	// Failure is the code of the diagnostic that says why it failed; empty when the notification was delivered.
	Failure string
	// Steps were done in this order. Those on the way to the server are missing when a connection was open already.
	Steps []DeliveryStep
}

// DeliveryStep is a part of an attempt.
type DeliveryStep struct {
	// ID is the step's stable name, such as "connect".
	ID string
	// Started and Finished are within those of the attempt.
	Started, Finished time.Time
	Status            Status
}
