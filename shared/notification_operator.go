package shared

import (
	"context"
	"fmt"
	"time"
)

// CapabilityNotificationOperator names [NotificationOperator]; see [Info.Capabilities].
const CapabilityNotificationOperator = "notification_operator"

// NotificationOperator is what an operator needs of a notification service beside its list. A page offers it when its
// [Notifier] implements it. All methods may be called concurrently.
type NotificationOperator interface {
	// Show tells everything about one notification but its texts. The error is ErrNoNotification when there is none of
	// the id.
	Show(ctx context.Context, request ShowRequest) (NotificationDetail, error)
	// Operate does the same with all notifications that a filter chooses, and returns what it did when it is done. Where
	// it fails or ctx ends, what was done stays done. The error is ErrInvalidRequest for an operation or a state that
	// there is not, and for what [OperateRequest.Check] refuses.
	Operate(ctx context.Context, request OperateRequest) (OperateReport, error)
	// Statistics returns what happened in the time that is asked for, oldest first. The error is ErrInvalidRequest for a
	// width that there is not.
	Statistics(ctx context.Context, request StatisticsRequest) ([]StatisticsBucket, error)
}

// ShowRequest asks for one notification.
type ShowRequest struct {
	Locale string
	ID     string
}

// NotificationDetail is one notification with what was done about it.
type NotificationDetail struct {
	NotificationEntry
	// Attempts are those that were made, oldest first; the last hundred of them.
	Attempts []NotificationAttempt `json:"attempt_history,omitempty"`
	// Operator and Operated are who has last retried, cancelled or set it aside, and when; empty and zero when nobody has.
	Operator string    `json:"operator,omitempty"`
	Operated time.Time `json:"operated,omitzero"`
	// Operations are what was done with it, oldest first; the last [MaxShownOperations] of them.
	Operations []OperationRecord `json:"operations,omitempty"`
}

// MaxShownOperations is how many operations a [NotificationDetail] tells of at most.
const MaxShownOperations = 50

// OperationRecord is one thing that was done with a notification.
type OperationRecord struct {
	// Operation is what was done: one of [Operations], [OperationDeliverHeld] or [OperationDiscardHeld]. Empty where that
	// was not kept, because an earlier version did it.
	Operation Operation `json:"operation,omitempty"`
	// Operator is who has done it, as the request named them; may be empty.
	Operator string `json:"operator,omitempty"`
	// At is when.
	At time.Time `json:"at"`
}

// MaxShownPurges is how many purges a [ServiceStatus] tells of at most.
const MaxShownPurges = 100

// NotificationPurge is a purge of notifications that was done; see [OperationPurge]. What it has forgotten is told by
// nothing else.
type NotificationPurge struct {
	// At is when it began.
	At time.Time `json:"at"`
	// Operator is who has done it, as the request named them; may be empty.
	Operator string `json:"operator,omitempty"`
	// Filter is which notifications it was to forget, in English words. It may have an address and what was searched for.
	Filter string `json:"filter"`
	// Matched is how many notifications were chosen, and Changed how many of them were forgotten, at least 1. A purge that
	// was interrupted, or is under way, has those up to then.
	Matched int64 `json:"matched"`
	Changed int64 `json:"changed"`
}

// NotificationAttempt is an attempt to deliver. What is empty was not kept: earlier versions kept the number, the time
// and the failure only, and so does an attempt whose process was killed.
type NotificationAttempt struct {
	// Number counts from 1; an attempt that was given back has the same number as the next one.
	Number int `json:"number"`
	// Ended is when it did; where Duration is 0 it may be when it began.
	Ended time.Time `json:"ended"`
	// Duration is how long it took, from the notification's turn to the end.
	Duration Elapsed `json:"duration_ms,omitempty"`
	// Node is the process that made it: the name of its host and its process id, such as console-1:4711.
	Node string `json:"node,omitempty"`
	// Server is the mail server with its port, such as smtp.example.com:587.
	Server string `json:"server,omitempty"`
	// Revision is that of the settings it was made with; 0 where none was saved.
	Revision int64 `json:"revision,omitempty"`
	// Uncounted is true where it used up none of the notification's attempts, because it was not the notification that
	// failed, or because it was given back.
	Uncounted bool `json:"uncounted,omitempty"`
	// Failure is why it failed; its evidence is the server's reply. It is nil for the attempt that delivered.
	Failure *Diagnostic `json:"failure,omitempty"`
	// Reply is the server's final reply to the attempt that delivered, on one line.
	Reply string `json:"reply,omitempty"`
	// Transcript is what was said between the service and the server, line by line as in [TestReport], with credentials
	// hidden and without the message: at most 4 KiB, of the last five attempts that failed and of one that delivered
	// after them. Empty where nothing was said, or it was not kept.
	Transcript []string `json:"transcript,omitempty"`
}

// Operation is what is done with notifications.
type Operation string

// The operations. What does not fit the state of a notification leaves it as it is.
const (
	// OperationRetry has dead letters, and what is held or waits for its next attempt, tried at once, with a full set of
	// attempts.
	OperationRetry Operation = "retry"
	// OperationCancel takes what was not delivered yet out of the queue.
	OperationCancel Operation = "cancel"
	// OperationSetAside notes that dead letters were seen: they are no longer counted as dead.
	OperationSetAside Operation = "set_aside"
	// OperationPurge forgets what is delivered, dead, expired or cancelled. Its keys hold no longer.
	OperationPurge Operation = "purge"
)

// What was done with notifications that were held; see [HeldReleaser]. Operate does not do it.
const (
	OperationDeliverHeld Operation = "deliver_held"
	OperationDiscardHeld Operation = "discard_held"
)

// Operations are all operations that Operate does. It must not be changed.
var Operations = []Operation{OperationRetry, OperationCancel, OperationSetAside, OperationPurge}

// OperateRequest says what is done with which notifications, and who wants that.
type OperateRequest struct {
	Actor     string
	Operation Operation
	// All means all notifications. Without it there must be a state, a search or a filter, so that nothing that is
	// missing by mistake means all; with it there must be none of them.
	All bool
	// State and Search are as in [ListRequest].
	State  NotificationState
	Search string
	NotificationFilter
}

// Check is ErrInvalidRequest where the request chooses nothing and does not mean all, or says both.
func (r OperateRequest) Check() error {
	chosen := r.State != "" || r.Search != "" || !r.choosesAll()
	switch {
	case r.All && chosen:
		return fmt.Errorf("%w: it says all notifications, and limits them", ErrInvalidRequest)
	case !r.All && !chosen:
		return fmt.Errorf("%w: it does not say which notifications", ErrInvalidRequest)
	}
	return nil
}

// OperateReport tells what was done.
type OperateReport struct {
	// Matched is how many notifications the filter chose, and Changed to how many of them the operation was done.
	Matched int64 `json:"matched"`
	Changed int64 `json:"changed"`
}

// StatisticsRequest asks for statistics.
type StatisticsRequest struct {
	// From and Until limit the time: buckets that begin at From or later, and before Until. Zero means 90 days ago, and
	// now.
	From, Until time.Time
	// Width is that of the buckets: a minute, an hour or a day; 0 means an hour. Minutes are kept for at least 6 hours, by
	// those who want half hours to be shown for 25, hours for 14 days, and days for 90 days; older ones are in wider
	// buckets only.
	Width time.Duration
}

// StatisticsBucket is what happened in a minute, an hour or a day, in UTC. Buckets in which nothing happened are left
// out.
type StatisticsBucket struct {
	Began time.Time `json:"began"`
	// Accepted is how many notifications were taken, Delivered how many arrived, FailedAttempts how many attempts failed,
	// and Dead how many became dead letters.
	Accepted       int64 `json:"accepted"`
	Delivered      int64 `json:"delivered"`
	FailedAttempts int64 `json:"failed_attempts"`
	Dead           int64 `json:"dead"`
}
