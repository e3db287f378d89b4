package main

import (
	"context"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifyAll hands any number of notifications over.
func notifyAll(
	ctx context.Context, notifier shared.Notifier, request shared.NotifyRequest,
) (receipts []shared.Receipt, err error) {
	for some := range slices.Chunk(request.Notifications, shared.MaxNotifications) {
		request.Notifications = some
		given, err := notifier.Notify(ctx, request)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, given...)
	}
	return receipts, nil
}

// awaitDelivery waits until all notifications are delivered or given up, but not longer than is given, and returns how
// each is.
func awaitDelivery(
	ctx context.Context, notifier shared.Notifier, locale string, receipts []shared.Receipt, longest time.Duration,
) (map[string]shared.NotificationEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	known := map[string]shared.NotificationEntry{}
	var waiting []string
	for _, receipt := range receipts {
		if receipt.ID != "" && !slices.Contains(waiting, receipt.ID) {
			waiting = append(waiting, receipt.ID)
		}
	}
	for {
		for some := range slices.Chunk(slices.Clone(waiting), shared.MaxListedIDs) {
			list, err := notifier.List(ctx, shared.ListRequest{
				Locale: locale, Limit: shared.MaxListedIDs, NotificationFilter: shared.NotificationFilter{IDs: some},
			})
			if err != nil && ctx.Err() == nil {
				return nil, err
			}
			for _, entry := range list.Entries {
				known[entry.ID] = entry
			}
		}
		waiting = slices.DeleteFunc(waiting, func(id string) bool { return !known[id].Finished.IsZero() })
		if len(waiting) == 0 {
			return known, nil
		}
		select {
		case <-ctx.Done():
			return known, nil
		case <-tick.C:
		}
	}
}
