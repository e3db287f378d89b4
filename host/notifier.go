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
		return now.Notifier.Notify(ctx, request)
	})
}

func (n notifier) Status(ctx context.Context, request shared.StatusRequest) (shared.ServiceStatus, error) {
	return call(ctx, n.page, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.ServiceStatus, error) {
		return now.Notifier.Status(ctx, request)
	})
}

func (n notifier) List(ctx context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	return call(ctx, n.page, queryLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationList, error) {
		return now.Notifier.List(ctx, request)
	})
}

func (n notifier) Retry(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return call(ctx, n.page, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationEntry, error) {
		return now.Notifier.Retry(ctx, request)
	})
}

func (n notifier) Cancel(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return call(ctx, n.page, saveLimit, func(ctx context.Context, now *shared.Connection) (shared.NotificationEntry, error) {
		return now.Notifier.Cancel(ctx, request)
	})
}
