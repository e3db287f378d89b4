package shared

import (
	"context"
	"time"
)

// CapabilityNotifier names the notification service; see [Info.Capabilities].
const CapabilityNotifier = "notifier"

// Notifier takes notifications and delivers them with the saved settings. A page offers it by a method Notifier() that
// returns it. All methods may be called concurrently.
type Notifier interface {
	// Notify takes notifications, at most 1,000 and 15 MiB at a time, and returns a receipt for each, in order. When it
	// returns, those with an id are durable: each is delivered at least once, ends as a dead letter or expires. One that
	// cannot be taken has diagnostics instead, and does not keep the others from being taken.
	Notify(ctx context.Context, request NotifyRequest) ([]Receipt, error)
	// Status tells how the service is.
	Status(ctx context.Context, request StatusRequest) (ServiceStatus, error)
	// List returns notifications, newest first, without their texts. The error is ErrInvalidRequest for a state that
	// there is not and for an id that cannot be one.
	List(ctx context.Context, request ListRequest) (NotificationList, error)
	// Retry has a dead letter, or one that is held or waits for its next attempt, tried at once. The error is
	// ErrNoNotification when there is none of the id.
	Retry(ctx context.Context, request NotificationRequest) (NotificationEntry, error)
	// Cancel takes a notification that was not delivered yet out of the queue. The error is ErrNoNotification when
	// there is none of the id.
	Cancel(ctx context.Context, request NotificationRequest) (NotificationEntry, error)
}

// NotifyRequest hands notifications over.
type NotifyRequest struct {
	Locale string
	Actor  string
	// Notifications are at most [MaxNotifications], and [MaxNotificationBytes] together; see [NotifyRequest.Check].
	Notifications []Notification
	// TraceParent is the caller's span as in the header traceparent (W3C Trace Context); empty when there is none. What
	// [DeliveryReporter] tells of a delivery carries it.
	TraceParent string
}

// Receipt tells what became of one notification.
type Receipt struct {
	// ID is the service's own name for the notification; empty when it was refused.
	ID string `json:"id,omitempty"`
	// Duplicate is true when a notification with this key and recipient was accepted before; ID is that one's.
	Duplicate bool `json:"duplicate,omitempty"`
	// Differs is true when the duplicate has other content than what was accepted before, which is kept.
	Differs bool `json:"differs,omitempty"`
	// Diagnostics says why it was refused; empty when it has an ID.
	Diagnostics Diagnostics `json:"diagnostics,omitempty"`
}

// StatusRequest asks how the service is.
type StatusRequest struct{ Locale string }

// ServiceState says how the service is.
type ServiceState string

// The states of the service.
const (
	ServiceNotConfigured ServiceState = "not_configured"
	ServiceRunning       ServiceState = "running"
	// ServiceDegraded means that the server is away or refuses, so deliveries wait.
	ServiceDegraded ServiceState = "degraded"
	// ServiceStopped means that no process delivers.
	ServiceStopped ServiceState = "stopped"
)

// ServiceStatus tells how the service is.
type ServiceStatus struct {
	State ServiceState `json:"state"`
	// Since is when the service came into this state; zero when it does not know.
	Since time.Time `json:"since,omitzero"`
	// Reason is why deliveries wait, or why they cannot begin; nil unless the service is degraded, stopped or not
	// configured.
	Reason *Diagnostic `json:"reason,omitempty"`
	// NextAttempt is when the server is tried again; zero unless the service is degraded.
	NextAttempt time.Time `json:"next_attempt,omitzero"`
	// Counts is how many notifications are in each state; one that is not here has none.
	Counts map[NotificationState]int64 `json:"counts"`
	// OldestWaiting is when the notification was taken that has waited for the longest time of those that are queued,
	// retrying or sending; zero when none waits.
	OldestWaiting time.Time `json:"oldest_waiting,omitzero"`
	// DeliveredLastMinute, DeliveredTotal and FailedAttemptsTotal count what the plugin's process has done since it
	// started, not what other processes do with the same database.
	DeliveredLastMinute int64 `json:"delivered_last_minute"`
	DeliveredTotal      int64 `json:"delivered_total"`
	FailedAttemptsTotal int64 `json:"failed_attempts_total"`
	// DeliveredBy is the processes that deliver, the one that has done so for the longest time first; empty when none
	// does.
	DeliveredBy []Deliverer `json:"delivered_by,omitempty"`
	// Held is what waits for an operator to say whether it is to be delivered; nil when nothing does. [HeldReleaser]
	// releases it.
	Held *HeldNotifications `json:"held,omitempty"`
	// Purges are those that have forgotten notifications, oldest first; the last [MaxShownPurges] of them, whichever
	// process did them. It is empty when there was none, and when the page is of a version that does not keep them.
	Purges []NotificationPurge `json:"purges,omitempty"`
	// SecretExpiries is when the secrets that the settings in force use end by themselves, the one that ends first at the
	// beginning; at most [MaxSecretExpiries]. One of which that is not known is not among them, and none is where the page
	// is of a version that does not tell.
	SecretExpiries []SecretExpiry `json:"secret_expiries,omitempty"`
	// AskedLook is who has last had the server tried before its time in the present pause, see [ServerLooker]; nil when
	// nobody has, and outside of a pause.
	AskedLook *AskedLook `json:"asked_look,omitempty"`
}

// MaxSecretExpiries is how many secrets a [ServiceStatus] tells of at most.
const MaxSecretExpiries = 100

// SecretExpiry is when a secret is of no use any more; see [SecretState].
type SecretExpiry struct {
	// Field is that of the page, and Label what the page calls it; never empty.
	Field string `json:"field"`
	Label string `json:"label"`
	// Expires is when it ends, which may be in the past; never zero.
	Expires time.Time `json:"expires"`
}

// Deliverer is a process that delivers notifications.
type Deliverer struct {
	// Host and PID are where it runs and its process id there; empty and 0 when it does not tell.
	Host string `json:"host,omitempty"`
	PID  int    `json:"pid,omitempty"`
	// Since is when it began to deliver.
	Since time.Time `json:"since,omitzero"`
	// Self is true for the process that was asked.
	Self bool `json:"self,omitempty"`
	// DeliveredLastHour and FailedAttemptsLastHour count what it has done in the present minute and the 60 before it,
	// whichever process is asked.
	DeliveredLastHour      int64 `json:"delivered_last_hour"`
	FailedAttemptsLastHour int64 `json:"failed_attempts_last_hour"`
}

// NotificationState is how far a notification has come.
type NotificationState string

// The states of a notification.
const (
	NotificationQueued    NotificationState = "queued"
	NotificationRetrying  NotificationState = "retrying" // an attempt failed, another will follow
	NotificationSending   NotificationState = "sending"
	NotificationDelivered NotificationState = "delivered"
	NotificationDead      NotificationState = "dead" // given up after a failure: a dead letter
	NotificationCancelled NotificationState = "cancelled"
	NotificationExpired   NotificationState = "expired" // not delivered by the time until which it was of use
)

// NotificationStates are all states, in the order of a notification's life. It must not be changed.
var NotificationStates = []NotificationState{
	NotificationQueued, NotificationRetrying, NotificationSending, NotificationDelivered, NotificationDead,
	NotificationCancelled, NotificationExpired,
}

// ListRequest asks for notifications.
type ListRequest struct {
	Locale string
	// State limits the list to one state; empty means all.
	State NotificationState
	// Search limits it to those whose recipient or subject contains the text; empty means all.
	Search string
	// Before limits it to those before the id; empty begins with the newest.
	Before string
	// Limit is how many are wanted at most; 0 means 50, and there are never more than 200.
	Limit int
	NotificationFilter
}

// NotificationFilter chooses notifications: those that meet everything that is not empty. The zero value chooses all.
type NotificationFilter struct {
	// IDs are those of the notifications, at most 200; empty means all.
	IDs []string
	// Cause is the code of the diagnostic of the last attempt that failed; empty means any, and none.
	Cause string
	// Category is theirs; empty means any, and none.
	Category string
	// Recipient is their recipient's address, or its domain when it has no @. The case of letters does not matter.
	Recipient string
	// From and Until are when they were taken: not before From, and before Until; zero does not limit that.
	From, Until time.Time
	// Unseen leaves out dead letters that were set aside. A service of an earlier version does not know it, and leaves
	// none out: their SetAsideAt is not zero.
	Unseen bool
}

// choosesAll reports whether the filter limits nothing.
func (f NotificationFilter) choosesAll() bool {
	return len(f.IDs) == 0 && f.Cause == "" && f.Category == "" && f.Recipient == "" && f.From.IsZero() &&
		f.Until.IsZero() && !f.Unseen
}

// MaxListedIDs is how many ids a [NotificationFilter] may have.
const MaxListedIDs = 200

// Bounded returns Limit within its bounds, 1 to 200, and 50 for 0 or less.
func (r ListRequest) Bounded() int { return RevisionsRequest{Limit: r.Limit}.Bounded() }

// NotificationList is a page of notifications.
type NotificationList struct {
	// Entries are newest first.
	Entries []NotificationEntry `json:"entries"`
	// More is true when older ones follow.
	More bool `json:"more,omitempty"`
}

// NotificationEntry is one notification as the service sees it. It holds no text of the message.
type NotificationEntry struct {
	// ID is the service's own name for the notification, never empty.
	ID string `json:"id"`
	// Key, To and Subject came with it; see [Notification].
	Key     string `json:"key"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	// Actor is who handed it over; may be empty.
	Actor string            `json:"actor,omitempty"`
	State NotificationState `json:"state"`
	// Attempts is how many attempts to deliver it were made.
	Attempts int `json:"attempts"`
	// Created is when it was taken.
	Created time.Time `json:"created"`
	// NextAttempt is zero when there is none.
	NextAttempt time.Time `json:"next_attempt,omitzero"`
	// Finished is when it was delivered or given up, or expired; zero before.
	Finished time.Time `json:"finished,omitzero"`
	// Failure is why the last attempt failed; nil when none has.
	Failure *Diagnostic `json:"failure,omitempty"`
	// Reply is what the server has said when it took a delivered one, on one line: mail administrators look for the name
	// that it gives there. Empty before, and where it was not kept.
	Reply string `json:"reply,omitempty"`
	// Thread, Expires, Priority and Category came with it; see [Notification]. Priority is empty for a normal one.
	Thread   string    `json:"thread,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Priority Priority  `json:"priority,omitempty"`
	Category string    `json:"category,omitempty"`
	// PausedBy is the code of the cause of a pause that holds a queued notification; empty when none does.
	PausedBy string `json:"paused_by,omitempty"`
	// SetAsideAt is when a dead letter was set aside, because an operator has seen it; zero when it was not.
	SetAsideAt time.Time `json:"set_aside_at,omitzero"`
	// PutAwayBy is who has cancelled a cancelled one, or set a dead letter aside; empty where that is not known.
	PutAwayBy string `json:"put_away_by,omitempty"`
}

// NotificationRequest names one notification, and who wants something done with it.
type NotificationRequest struct {
	Actor string
	// ID is one of a [Receipt] or a [NotificationEntry].
	ID string
}
