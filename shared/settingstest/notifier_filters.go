package settingstest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifierFilters hands two notifications over and has each found, or not, by everything that a list is limited by.
func notifierFilters(ctx context.Context, n shared.Notifier) error {
	stamp := time.Now().UnixNano()
	before, after := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	near := shared.Notification{
		To: fmt.Sprintf("Near@near%d.example", stamp), Text: canary, Category: fmt.Sprint("near", stamp),
	}
	far := shared.Notification{To: fmt.Sprintf("far@far%d.example", stamp), Text: canary}
	receipts, err := n.Notify(ctx, shared.NotifyRequest{
		Actor: "conformance", Notifications: []shared.Notification{near, far},
	})
	if err != nil || len(receipts) != 2 {
		return fmt.Errorf("%d receipts for two notifications, %w", len(receipts), err)
	}
	for _, one := range []struct {
		filter    shared.NotificationFilter
		near, far bool
	}{
		{shared.NotificationFilter{}, true, true},
		{shared.NotificationFilter{IDs: []string{receipts[0].ID}}, true, false},
		{shared.NotificationFilter{Recipient: fmt.Sprintf("near@near%d.example", stamp)}, true, false},
		{shared.NotificationFilter{Recipient: fmt.Sprintf("FAR%d.example", stamp)}, false, true},
		{shared.NotificationFilter{Recipient: fmt.Sprintf("%d.example", stamp)}, false, false},
		{shared.NotificationFilter{Category: near.Category}, true, false},
		{shared.NotificationFilter{Category: fmt.Sprint("none", stamp)}, false, false},
		{shared.NotificationFilter{Cause: fmt.Sprint("none", stamp)}, false, false},
		{shared.NotificationFilter{From: before}, true, true},
		{shared.NotificationFilter{From: after}, false, false},
		{shared.NotificationFilter{Until: before}, false, false},
		{shared.NotificationFilter{Until: after}, true, true},
		{shared.NotificationFilter{IDs: []string{receipts[0].ID}, Recipient: far.To}, false, false},
	} {
		list, err := n.List(ctx, shared.ListRequest{Limit: 200, NotificationFilter: one.filter})
		if err != nil {
			return err
		}
		found := map[string]bool{}
		for _, entry := range list.Entries {
			found[entry.ID] = true
		}
		if found[receipts[0].ID] != one.near || found[receipts[1].ID] != one.far {
			return fmt.Errorf("with %+v the notification to %s is found: %t, and that to %s: %t", one.filter, near.To,
				found[receipts[0].ID], far.To, found[receipts[1].ID])
		}
	}
	return notifierCauses(ctx, n)
}

// notifierCauses has a notification that has failed found by its cause. Where none has there is nothing to look for.
func notifierCauses(ctx context.Context, n shared.Notifier) error {
	all, err := n.List(ctx, shared.ListRequest{Limit: 200})
	if err != nil {
		return err
	}
	failed := slices.IndexFunc(all.Entries, func(entry shared.NotificationEntry) bool { return entry.Failure != nil })
	if failed < 0 {
		return nil
	}
	wanted := all.Entries[failed]
	filter := shared.NotificationFilter{Cause: wanted.Failure.Code, Recipient: wanted.To}
	list, err := n.List(ctx, shared.ListRequest{Limit: 200, NotificationFilter: filter})
	if err == nil && !slices.ContainsFunc(list.Entries, func(entry shared.NotificationEntry) bool {
		return entry.ID == wanted.ID
	}) {
		err = fmt.Errorf("the notification %s is not found by its cause %q", wanted.ID, wanted.Failure.Code)
	}
	return err
}
