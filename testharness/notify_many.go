package main

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifyAll hands any number of notifications over. With an error, the receipts are those of the first ones, which were
// taken before it.
func notifyAll(
	ctx context.Context, notifier shared.Notifier, request shared.NotifyRequest,
) (receipts []shared.Receipt, err error) {
	for some := range handovers(request.Notifications) {
		request.Notifications = some
		given, err := notifier.Notify(ctx, request)
		if err != nil {
			return receipts, err
		}
		receipts = append(receipts, given...)
	}
	return receipts, nil
}

// handovers divides notifications into what one call takes, by their number and by their size.
func handovers(all []shared.Notification) iter.Seq[[]shared.Notification] {
	return func(yield func([]shared.Notification) bool) {
		for len(all) > 0 {
			count, size := 0, 0
			for count < min(len(all), shared.MaxNotifications) {
				if size += all[count].Size(); count > 0 && size > shared.MaxNotificationBytes {
					break
				}
				count++
			}
			if !yield(all[:count]) {
				return
			}
			all = all[count:]
		}
	}
}

// awaitDelivery waits until all notifications are delivered or given up, but not longer than is given, and returns how
// each is. What cannot be asked is not known yet; where it stays so, the error says why.
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
	var failed error
	for {
		var unasked error
		for some := range slices.Chunk(slices.Clone(waiting), shared.MaxListedIDs) {
			list, err := notifier.List(ctx, shared.ListRequest{
				Locale: locale, Limit: shared.MaxListedIDs, NotificationFilter: shared.NotificationFilter{IDs: some},
			})
			unasked = errors.Join(unasked, err)
			for _, entry := range list.Entries {
				known[entry.ID] = entry
			}
		}
		if ctx.Err() == nil { // Otherwise the time is over, and that is no news.
			failed = unasked
		}
		waiting = slices.DeleteFunc(waiting, func(id string) bool { return !known[id].Finished.IsZero() })
		if len(waiting) == 0 {
			return known, nil
		}
		select {
		case <-ctx.Done():
			return known, failed
		case <-tick.C:
		}
	}
}
