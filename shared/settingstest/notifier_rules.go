package settingstest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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
		if err != nil {
			return err
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

// mailbox is the recipient of what the rules hand over.
const mailbox = "anna@example.com"

func notifierRefuses(ctx context.Context, n shared.Notifier) error {
	fine := shared.Notification{To: mailbox, Text: "x"}
	given := []shared.Notification{
		{To: "no address", Text: "x"}, fine, {To: mailbox + "\r\nRCPT TO:<x@y>", Text: "x"}, fine,
		{To: mailbox, Text: "x\x00"}, {To: mailbox}, {To: mailbox, Text: "x", ReplyTo: "Anna <" + mailbox + ">"}, fine,
		{To: mailbox, Text: "x", Priority: "urgent"}, {To: mailbox, Text: "x", Thread: "a\nb"},
		{To: mailbox, Text: "x", Category: "a\x1b[2J"}, fine,
		{To: mailbox, Text: "x", Attachments: []shared.Attachment{{Name: "../passwd"}}}, fine,
		{To: mailbox, Text: "x", Attachments: make([]shared.Attachment, shared.MaxAttachments+1)},
	}
	receipts, err := n.Notify(ctx, shared.NotifyRequest{Actor: "conformance", Notifications: given})
	if err != nil {
		return err
	}
	if len(receipts) != len(given) {
		return fmt.Errorf("%d receipts for %d notifications", len(receipts), len(given))
	}
	for i, one := range given {
		accepted := reflect.DeepEqual(one, fine)
		if (receipts[i].ID != "") != accepted || receipts[i].Diagnostics.HasErrors() == accepted {
			return fmt.Errorf("the receipt for %+v is %+v", one, receipts[i])
		}
	}
	return nil
}

// uniqueKey returns a key that no other notification has.
func uniqueKey() string { return "conformance-" + rand.Text() }

// notifierRepeated hands the same key over several times in one call.
func notifierRepeated(ctx context.Context, n shared.Notifier) error {
	first := shared.Notification{Key: uniqueKey(), To: mailbox, Text: "x"}
	other := first
	other.Text = "y"
	request := shared.NotifyRequest{Actor: "conformance", Notifications: []shared.Notification{first, first, other}}
	for call, before := range []bool{false, true} {
		receipts, err := n.Notify(ctx, request)
		if err != nil {
			return err
		}
		if len(receipts) != len(request.Notifications) {
			return fmt.Errorf("%d receipts for %d notifications", len(receipts), len(request.Notifications))
		}
		for i, want := range []shared.Receipt{
			{Duplicate: before}, {Duplicate: true}, {Duplicate: true, Differs: true},
		} {
			want.ID = receipts[0].ID
			if !reflect.DeepEqual(receipts[i], want) || want.ID == "" {
				return fmt.Errorf("call %d, receipt %d is %+v, not %+v", call+1, i+1, receipts[i], want)
			}
		}
	}
	return nil
}

// notifierEntry holds that a notification is listed as it was handed over, and a long subject shortened.
func notifierEntry(ctx context.Context, n shared.Notifier) error {
	const longSubject = 500 // bytes
	given := shared.Notification{
		Key: uniqueKey(), To: mailbox, Subject: strings.Repeat("Größe ", longSubject), Text: canary, ReplyTo: mailbox,
		Thread: "conformance-thread", Category: "conformance-category", Priority: shared.PriorityHigh,
		Expires: time.Now().Add(time.Hour).UTC().Truncate(time.Second),
		Attachments: []shared.Attachment{
			{Name: canary + ".png", Type: "image/png", ContentID: "logo", Content: []byte(canary)},
		},
	}
	receipts, err := n.Notify(ctx, shared.NotifyRequest{Actor: "conformance", Notifications: []shared.Notification{given}})
	if err != nil {
		return err
	}
	if len(receipts) != 1 || receipts[0].ID == "" {
		return fmt.Errorf("a notification with everything is refused: %+v", receipts)
	}
	list, err := n.List(ctx, shared.ListRequest{Limit: 200})
	if err != nil {
		return err
	}
	for _, entry := range list.Entries {
		if entry.ID != receipts[0].ID {
			continue
		}
		short := given.WithShortSubject().Subject
		if entry.Subject != short || entry.Thread != given.Thread || entry.Category != given.Category ||
			entry.Priority != given.Priority || !entry.Expires.Equal(given.Expires) {
			return fmt.Errorf("the entry is %+v", entry)
		}
		if text, err := json.Marshal(entry); err != nil || strings.Contains(string(text), canary) {
			return fmt.Errorf("the entry holds the text of a message or of an attachment, %w", err)
		}
		return nil
	}
	return errors.New("the notification is not in the list")
}

func notifierIdempotent(ctx context.Context, n shared.Notifier) error {
	notification := shared.Notification{
		Key: uniqueKey(), To: mailbox, Subject: "Subject", Text: canary,
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
