package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// takingNotifier takes what keeps the bounds of a call, until a call fails.
type takingNotifier struct {
	shared.Notifier
	taken []shared.Notification
	fails int // which call of Notify does, counted from 1; 0 is none
	calls int
	list  func(ids []string) (shared.NotificationList, error)
}

func (n *takingNotifier) Notify(_ context.Context, request shared.NotifyRequest) ([]shared.Receipt, error) {
	if n.calls++; n.calls == n.fails {
		return nil, shared.ErrPluginUnavailable
	}
	receipts, good := request.Check(text.Language{})
	for _, i := range good {
		n.taken = append(n.taken, request.Notifications[i])
		receipts[i].ID = fmt.Sprint(len(n.taken))
	}
	return receipts, nil
}

func (n *takingNotifier) List(_ context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	return n.list(request.IDs)
}

// TestNotifyAll hands over what is too much for one call, by number and by size: everything arrives, in order.
func TestNotifyAll(t *testing.T) {
	large := shared.Attachment{Name: "a", Content: make([]byte, shared.MaxAttachmentBytes/2)}
	for name, one := range map[string]shared.Notification{
		"many":                         {Text: "x"},
		"with attachments":             {Text: "x", Attachments: []shared.Attachment{large, large}},
		"with half of the attachments": {Text: "x", Attachments: []shared.Attachment{large}},
		"with a large text":            {Text: strings.Repeat("x", 500<<10)},
		"too large by itself":          {Text: "x", Attachments: []shared.Attachment{large, large, large, large}},
	} {
		all := make([]shared.Notification, 2*shared.MaxNotifications+1)
		if one.Size() > 1<<20 {
			all = all[:7]
		}
		for i := range all {
			all[i] = one
			all[i].To = fmt.Sprintf("you%d@host.example", i)
		}
		n := &takingNotifier{}
		receipts, err := notifyAll(t.Context(), n, shared.NotifyRequest{Notifications: slices.Clone(all)})
		if err != nil || len(receipts) != len(all) {
			t.Fatalf("%s: %d receipts for %d, %v", name, len(receipts), len(all), err)
		}
		if name == "too large by itself" {
			if receipts[0].ID != "" || receipts[0].Diagnostics[0].Code == "" {
				t.Errorf("%s: %+v", name, receipts[0])
			}
			continue
		}
		for i := range all {
			if receipts[i].ID != fmt.Sprint(i+1) || n.taken[i].To != all[i].To {
				t.Fatalf("%s: notification %d: %+v", name, i, receipts[i])
			}
		}
	}
}

// TestHandedOverIsTold has a later call fail: the receipts of what was handed over before are not lost.
func TestHandedOverIsTold(t *testing.T) {
	all := slices.Repeat([]shared.Notification{{To: "you@host.example", Text: "x"}}, shared.MaxNotifications+5)
	n := &takingNotifier{fails: 2}
	receipts, err := notifyAll(t.Context(), n, shared.NotifyRequest{Notifications: all})
	if len(receipts) != shared.MaxNotifications || receipts[7].ID != "8" || !errors.Is(err, shared.ErrPluginUnavailable) {
		t.Errorf("%d receipts, %v", len(receipts), err)
	}
}

// TestAwaitDelivery waits for an outcome that cannot be asked for a while: it is not known yet. What is never known is
// told with the reason.
func TestAwaitDelivery(t *testing.T) {
	away := errors.New("it is away")
	for name, c := range map[string]struct {
		back time.Duration
		want error
	}{"for a while": {3 * time.Second, nil}, "for ever": {time.Hour, away}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			n := &takingNotifier{list: func(ids []string) (list shared.NotificationList, err error) {
				if time.Since(began) < c.back {
					return list, away
				}
				for _, id := range ids {
					list.Entries = append(list.Entries, shared.NotificationEntry{
						ID: id, State: shared.NotificationDelivered, Finished: time.Now(),
					})
				}
				return list, nil
			}}
			known, err := awaitDelivery(t.Context(), n, "", []shared.Receipt{{ID: "1"}, {ID: "2"}}, 10*time.Second)
			if !errors.Is(err, c.want) || c.want == nil && (err != nil || len(known) != 2) {
				t.Errorf("%s: %v, %v", name, known, err)
			}
			if c.want != nil && time.Since(began) != 10*time.Second {
				t.Errorf("%s: given up after %s", name, time.Since(began))
			}
		})
	}
}

// TestReceiptsInSpiteOfError runs notify with a plugin that cannot tell how the notifications are: their ids are
// printed.
func TestReceiptsInSpiteOfError(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	plugin.Tell(hostile.Failure("List", codes.Internal))
	line := "notify --to a@b.example --to c@d.example --text x --wait 60ms"
	status, out := run(t, plugin, manifest, line)
	if status != exitFailed || !strings.Contains(out, "c@d.example: notification "+hostile.NotificationID) ||
		!strings.Contains(out, "what became of them is not known") {
		t.Errorf("exit status %d\n%.500s", status, out)
	}
	status, out = run(t, plugin, manifest, line+" --json")
	document, _, _ := strings.Cut(out, "testharness: ")
	var told struct{ Receipts []notifyResult }
	if err := json.Unmarshal([]byte(document), &told); err != nil || len(told.Receipts) != 2 || status != exitFailed {
		t.Errorf("exit status %d, %v\n%.500s", status, err, out)
	}
}
