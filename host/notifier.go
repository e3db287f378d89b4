package host

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifier is the plugin's notification service over all its restarts. A call during which the plugin dies fails
// and is not repeated: that is the caller's to do, with the same key.
type notifier struct{ *page }

var (
	_ shared.Notifier             = notifier{}
	_ shared.HeldReleaser         = notifier{}
	_ shared.NotificationOperator = notifier{}
	_ shared.ServerLooker         = notifier{}
)

func (n notifier) Notify(ctx context.Context, request shared.NotifyRequest) (receipts []shared.Receipt, err error) {
	ctx, span := n.tracing.startNotify(ctx, &request)
	defer func() { endSpan(span, err) }()
	return ask(ctx, n.page, saveLimit, shared.Notifier.Notify, request)
}

func (n notifier) Status(ctx context.Context, request shared.StatusRequest) (shared.ServiceStatus, error) {
	return ask(ctx, n.page, queryLimit, shared.Notifier.Status, request)
}

func (n notifier) List(ctx context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	return ask(ctx, n.page, queryLimit, shared.Notifier.List, request)
}

func (n notifier) Retry(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return ask(ctx, n.page, saveLimit, shared.Notifier.Retry, request)
}

func (n notifier) Cancel(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return ask(ctx, n.page, saveLimit, shared.Notifier.Cancel, request)
}

func (n notifier) ReleaseHeld(
	ctx context.Context, request shared.ReleaseHeldRequest,
) (shared.ReleaseHeldResult, error) {
	return ask(ctx, n.page, longLimit, shared.HeldReleaser.ReleaseHeld, request)
}

func (n notifier) LookNow(ctx context.Context, request shared.LookNowRequest) (shared.LookNowResult, error) {
	return ask(ctx, n.page, saveLimit, shared.ServerLooker.LookNow, request)
}

func (n notifier) Show(ctx context.Context, request shared.ShowRequest) (shared.NotificationDetail, error) {
	return ask(ctx, n.page, queryLimit, shared.NotificationOperator.Show, request)
}

func (n notifier) Operate(ctx context.Context, request shared.OperateRequest) (shared.OperateReport, error) {
	return ask(ctx, n.page, longLimit, shared.NotificationOperator.Operate, request)
}

func (n notifier) Statistics(
	ctx context.Context, request shared.StatisticsRequest,
) ([]shared.StatisticsBucket, error) {
	return ask(ctx, n.page, queryLimit, shared.NotificationOperator.Statistics, request)
}
