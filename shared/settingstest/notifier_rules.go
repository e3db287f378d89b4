package settingstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// notifierOf returns the page's notification service, nil when it has none: it is optional.
func notifierOf(ctx context.Context, p page) (shared.Notifier, error) {
	offering, ok := p.(interface{ Notifier() shared.Notifier })
	if !ok {
		return nil, nil
	}
	notifier := offering.Notifier()
	_, err := notifier.Status(ctx, shared.StatusRequest{})
	if errors.Is(err, shared.ErrUnsupported) {
		return nil, nil
	}
	return notifier, err
}

// withNotifier runs a rule against the notification service, if there is one, with settings saved.
func withNotifier(check func(context.Context, shared.Notifier) error) func(context.Context, page, shared.Draft) error {
	return func(ctx context.Context, p page, valid shared.Draft) error {
		notifier, err := notifierOf(ctx, p)
		switch {
		case err != nil:
			return err
		case notifier == nil:
			return errNotOffered
		}
		if _, err := saveValid(ctx, p, valid); err != nil {
			return err
		}
		return check(ctx, notifier)
	}
}

func notifierStatus(ctx context.Context, n shared.Notifier) error {
	status, err := n.Status(ctx, shared.StatusRequest{})
	if err != nil {
		return err
	}
	known := []shared.ServiceState{
		shared.ServiceNotConfigured, shared.ServiceRunning, shared.ServiceDegraded, shared.ServiceStopped,
	}
	if !slices.Contains(known, status.State) {
		return fmt.Errorf("the state is %q", status.State)
	}
	if status.State == shared.ServiceDegraded && status.Reason == nil {
		return errors.New("the service is degraded without a reason")
	}
	for _, state := range shared.NotificationStates {
		if count, told := status.Counts[state]; !told || count < 0 {
			return fmt.Errorf("the count of %q is %d, told %t", state, count, told)
		}
	}
	return nil
}

func notifierRefuses(ctx context.Context, n shared.Notifier) error {
	given := []shared.Notification{
		{To: "no address", Text: "x"}, {To: "somebody@example.com", Text: "x"},
		{To: "somebody@example.com\r\nRCPT TO:<x@y>", Text: "x"},
	}
	receipts, err := n.Notify(ctx, shared.NotifyRequest{Actor: "conformance", Notifications: given})
	if err != nil {
		return err
	}
	if len(receipts) != len(given) {
		return fmt.Errorf("%d receipts for %d notifications", len(receipts), len(given))
	}
	for i, accepted := range []bool{false, true, false} {
		if (receipts[i].ID != "") != accepted || receipts[i].Diagnostics.HasErrors() == accepted {
			return fmt.Errorf("the receipt for %q is %+v", given[i].To, receipts[i])
		}
	}
	return nil
}

func notifierIdempotent(ctx context.Context, n shared.Notifier) error {
	notification := shared.Notification{
		Key: fmt.Sprint("conformance-", time.Now().UnixNano()), To: "somebody@example.com", Subject: "Subject",
		Text: canary,
	}
	request := shared.NotifyRequest{Actor: "conformance", Notifications: []shared.Notification{notification}}
	first, err1 := n.Notify(ctx, request)
	second, err2 := n.Notify(ctx, request)
	list, err3 := n.List(ctx, shared.ListRequest{Limit: 200})
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if len(first) != 1 || len(second) != 1 {
		return fmt.Errorf("%d and %d receipts for one notification", len(first), len(second))
	}
	if first[0].ID == "" || first[0].Duplicate || second[0].ID != first[0].ID || !second[0].Duplicate {
		return fmt.Errorf("the same notification twice: %+v, %+v", first[0], second[0])
	}
	found := 0
	for _, entry := range list.Entries {
		if entry.ID == first[0].ID {
			found++
			if entry.To != notification.To || entry.Subject != notification.Subject || entry.Key != notification.Key ||
				entry.Actor != "conformance" || entry.Created.IsZero() ||
				!slices.Contains(shared.NotificationStates, entry.State) {
				return fmt.Errorf("the entry is %+v", entry)
			}
		}
	}
	if found != 1 {
		return fmt.Errorf("the notification is in the list %d times", found)
	}
	if text, err := json.Marshal(list); err != nil || strings.Contains(string(text), canary) {
		return fmt.Errorf("the list holds the text of a message, %w", err)
	}
	return nil
}

func notifierUnknown(ctx context.Context, n shared.Notifier) error {
	none := shared.NotificationRequest{Actor: "conformance", ID: "there-is-none"}
	type action = func(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error)
	for name, act := range map[string]action{"Retry": n.Retry, "Cancel": n.Cancel} {
		if _, err := act(ctx, none); !errors.Is(err, shared.ErrNoNotification) {
			return fmt.Errorf("%s of an unknown notification: %v", name, err) //nolint:errorlint // shown, not wrapped
		}
	}
	return nil
}
