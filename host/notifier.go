package host

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifier is the plugin's notification service over all its restarts. A call during which the plugin dies fails and is not
// repeated: whoever called does that, with the same key.
type notifier struct{ *page }

var _ shared.Notifier = notifier{}

func (n notifier) Notify(ctx context.Context, request shared.NotifyRequest) (receipts []shared.Receipt, err error) {
	ctx, span := n.supervisor.startNotify(ctx, &request)
	defer func() { endSpan(span, err) }()
	return call(ctx, n.page, saveLimit, func(ctx context.Context, now *shared.Connection) ([]shared.Receipt, error) {
		receipts, err := now.Notifier.Notify(ctx, request)
		receipts = first(receipts, len(request.Notifications))
		for i := range receipts {
			receipts[i].ID, receipts[i].Diagnostics = boundedText(receipts[i].ID), boundedDiagnostics(receipts[i].Diagnostics)
		}
		return receipts, err
	})
}

func (n notifier) Status(ctx context.Context, request shared.StatusRequest) (shared.ServiceStatus, error) {
	return call(ctx, n.page, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.ServiceStatus, error) {
		status, err := now.Notifier.Status(ctx, request)
		if status.Reason != nil {
			status.Reason = &boundedDiagnostics(shared.Diagnostics{*status.Reason})[0]
		}
		status.Counts = boundedCounts(status.Counts)
		return status, err
	})
}

func (n notifier) List(ctx context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	return call(ctx, n.page, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationList, error) {
		list, err := now.Notifier.List(ctx, request)
		list.Entries = first(list.Entries, request.Bounded())
		for i := range list.Entries {
			list.Entries[i] = boundedEntry(list.Entries[i])
		}
		return list, err
	})
}

func (n notifier) Retry(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return call(ctx, n.page, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationEntry, error) {
		entry, err := now.Notifier.Retry(ctx, request)
		return boundedEntry(entry), err
	})
}

func (n notifier) Cancel(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return call(ctx, n.page, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationEntry, error) {
		entry, err := now.Notifier.Cancel(ctx, request)
		return boundedEntry(entry), err
	})
}

// boundedCounts keeps the states that there are.
func boundedCounts(counts map[shared.NotificationState]int64) map[shared.NotificationState]int64 {
	known := map[shared.NotificationState]int64{}
	for _, state := range shared.NotificationStates {
		known[state] = counts[state]
	}
	return known
}

func boundedEntry(e shared.NotificationEntry) shared.NotificationEntry {
	e.ID, e.Key, e.To, e.Subject, e.Actor = boundedText(e.ID), boundedText(e.Key), boundedText(e.To), boundedText(e.Subject), boundedText(e.Actor)
	if e.Failure != nil {
		e.Failure = &boundedDiagnostics(shared.Diagnostics{*e.Failure})[0]
	}
	return e
}
