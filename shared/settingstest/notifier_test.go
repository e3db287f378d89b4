package settingstest_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// notifyingPage is a memoryPage with a notification service that delivers nothing.
type notifyingPage struct {
	*wrongPage
	notifier shared.Notifier
}

func (p *notifyingPage) Notifier() shared.Notifier { return p.notifier }

// memoryNotifier keeps the contract; its functions, when set, replace a method.
type memoryNotifier struct {
	mu      sync.Mutex
	entries []shared.NotificationEntry
	given   []shared.Notification // of each entry

	notify func([]shared.Receipt) []shared.Receipt
	status func(*shared.ServiceStatus)
	list   func(*shared.NotificationList)
	filter func(*shared.NotificationFilter)
	act    func() (shared.NotificationEntry, error)

	details map[string]shared.NotificationDetail // by id: what was done with it
	held    int64
	purges  []shared.NotificationPurge
	operatorFaults
}

func (n *memoryNotifier) Notify(_ context.Context, request shared.NotifyRequest) ([]shared.Receipt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	receipts := make([]shared.Receipt, 0, len(request.Notifications))
	for _, one := range request.Notifications {
		receipts = append(receipts, n.accept(one, request.Actor))
	}
	if n.notify != nil {
		receipts = n.notify(receipts)
	}
	return receipts, nil
}

func (n *memoryNotifier) accept(one shared.Notification, actor string) shared.Receipt {
	request := shared.NotifyRequest{Notifications: []shared.Notification{one}}
	if receipts, good := request.Check(text.Language{}); len(good) == 0 {
		return receipts[0]
	}
	for i, entry := range n.entries {
		if one.Key != "" && entry.Key == one.Key && entry.To == one.To {
			return shared.Receipt{ID: entry.ID, Duplicate: true, Differs: !reflect.DeepEqual(n.given[i], one)}
		}
	}
	entry := shared.NotificationEntry{
		ID: strconv.Itoa(len(n.given) + 1), Key: one.Key, To: one.To, Subject: one.WithShortSubject().Subject,
		Actor: actor, State: shared.NotificationQueued, Created: time.Now(), Thread: one.Thread, Expires: one.Expires,
		Priority: one.Priority, Category: one.Category,
	}
	if strings.HasPrefix(one.To, "far@") {
		entry.Failure = &shared.Diagnostic{Severity: shared.SeverityError, Code: "too_far", Summary: "It is too far."}
	}
	n.entries, n.given = append(n.entries, entry), append(n.given, one)
	return shared.Receipt{ID: entry.ID}
}

func (n *memoryNotifier) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	status := shared.ServiceStatus{State: shared.ServiceRunning, Counts: map[shared.NotificationState]int64{}}
	n.mu.Lock()
	for _, state := range shared.NotificationStates {
		status.Counts[state] = 0
	}
	for _, entry := range n.entries {
		status.Counts[entry.State]++
	}
	if n.held > 0 {
		status.Held = &shared.HeldNotifications{Count: n.held, Reason: shared.Diagnostic{Code: "held", Summary: "Held."}}
	}
	status.Purges = slices.Clone(n.purges)
	n.mu.Unlock()
	if n.status != nil {
		n.status(&status)
	}
	return status, nil
}

func (n *memoryNotifier) List(_ context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list shared.NotificationList
	if n.filter != nil {
		n.filter(&request.NotificationFilter)
	}
	for _, entry := range n.entries {
		if chosen(entry, request.NotificationFilter) {
			list.Entries = append(list.Entries, entry)
		}
	}
	if n.list != nil && len(list.Entries) > 0 {
		n.list(&list)
	}
	return list, nil
}

func chosen(entry shared.NotificationEntry, filter shared.NotificationFilter) bool {
	to := strings.ToLower(entry.To)
	_, domain, _ := strings.Cut(to, "@")
	wanted := strings.ToLower(filter.Recipient)
	return (len(filter.IDs) == 0 || slices.Contains(filter.IDs, entry.ID)) &&
		(wanted == "" || wanted == to || wanted == domain) &&
		(filter.Category == "" || filter.Category == entry.Category) &&
		(filter.Cause == "" || entry.Failure != nil && filter.Cause == entry.Failure.Code) &&
		!entry.Created.Before(filter.From) && (filter.Until.IsZero() || entry.Created.Before(filter.Until))
}

func (n *memoryNotifier) Retry(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error) {
	if n.act != nil {
		return n.act()
	}
	return shared.NotificationEntry{}, shared.ErrNoNotification
}

func (n *memoryNotifier) Cancel(
	ctx context.Context, request shared.NotificationRequest,
) (shared.NotificationEntry, error) {
	return n.Retry(ctx, request)
}

// wrongNotifiers break the rules of the notification service.
func wrongNotifiers() map[string][]func(*memoryNotifier) {
	wrong := wrongKeepers()
	maps.Copy(wrong, wrongOperators())
	maps.Copy(wrong, wrongHolders())
	maps.Copy(wrong, map[string][]func(*memoryNotifier){
		"notifier/status": {
			func(n *memoryNotifier) { n.status = func(s *shared.ServiceStatus) { s.State = "tired" } },
			func(n *memoryNotifier) { n.status = func(s *shared.ServiceStatus) { s.State = shared.ServiceDegraded } },
			func(n *memoryNotifier) {
				n.status = func(s *shared.ServiceStatus) { delete(s.Counts, shared.NotificationDead) }
			},
		},
		"notifier/refuses": {
			func(n *memoryNotifier) { n.notify = func(r []shared.Receipt) []shared.Receipt { return r[:1] } },
			func(n *memoryNotifier) {
				n.notify = func(r []shared.Receipt) []shared.Receipt { r[0] = shared.Receipt{ID: "7"}; return r }
			},
			func(n *memoryNotifier) {
				n.notify = func(r []shared.Receipt) []shared.Receipt { r[0].Diagnostics = nil; return r }
			},
		},
		"notifier/idempotent": {
			func(n *memoryNotifier) {
				n.notify = func(r []shared.Receipt) []shared.Receipt { r[0].Duplicate = false; return r }
			},
			func(n *memoryNotifier) { n.list = func(l *shared.NotificationList) { l.Entries = nil } },
			func(n *memoryNotifier) {
				n.list = func(l *shared.NotificationList) { l.Entries[len(l.Entries)-1].To = "" }
			},
			func(n *memoryNotifier) {
				n.list = func(l *shared.NotificationList) {
					l.Entries[0].Failure = &shared.Diagnostic{Code: "x", Summary: "canary-6f1f0a52"}
				}
			},
		},
		"notifier/filters": {
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.IDs = nil } },
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.Recipient = "" } },
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.Category = "" } },
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.Cause = "" } },
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.From = time.Time{} } },
			func(n *memoryNotifier) { n.filter = func(f *shared.NotificationFilter) { f.Until = time.Time{} } },
			nothingFor(func(f shared.NotificationFilter) bool { return f.Category != "" }),
			nothingFor(func(f shared.NotificationFilter) bool { return f.Cause != "" }),
			nothingFor(func(f shared.NotificationFilter) bool { return !f.From.IsZero() }),
			nothingFor(func(f shared.NotificationFilter) bool { return !f.Until.IsZero() }),
			func(n *memoryNotifier) {
				n.filter = func(f *shared.NotificationFilter) {
					if strings.Contains(f.Recipient, "@") {
						f.Recipient = "near.example"
					}
				}
			},
		},
		"notifier/unknown": {
			func(n *memoryNotifier) {
				n.act = func() (shared.NotificationEntry, error) { return shared.NotificationEntry{}, nil }
			},
		},
	})
	return wrong
}

// nothingFor finds nothing by a filter.
func nothingFor(is func(shared.NotificationFilter) bool) func(*memoryNotifier) {
	return func(n *memoryNotifier) {
		n.filter = func(f *shared.NotificationFilter) {
			if is(*f) {
				f.IDs = []string{"there-is-none"}
			}
		}
	}
}

// wrongKeepers break the rules about what is kept of a notification.
func wrongKeepers() map[string][]func(*memoryNotifier) {
	return map[string][]func(*memoryNotifier){
		"notifier/repeated": {
			repeated(1, func(r *shared.Receipt) { r.Duplicate = false }),
			repeated(1, func(r *shared.Receipt) { r.ID = "another" }),
			repeated(2, func(r *shared.Receipt) { r.Differs = false }),
			repeated(1, func(r *shared.Receipt) { r.Differs = true }),
		},
		"notifier/entry": {
			lastEntry(func(e *shared.NotificationEntry) { e.Thread = "" }),
			lastEntry(func(e *shared.NotificationEntry) { e.Category = "" }),
			lastEntry(func(e *shared.NotificationEntry) { e.Priority = "" }),
			lastEntry(func(e *shared.NotificationEntry) { e.Expires = time.Time{} }),
			lastEntry(func(e *shared.NotificationEntry) { e.Subject += "y" }),
			lastEntry(func(e *shared.NotificationEntry) { e.Actor = "canary-6f1f0a52" }),
			func(n *memoryNotifier) {
				n.notify = func([]shared.Receipt) []shared.Receipt {
					return []shared.Receipt{{Diagnostics: shared.Diagnostics{{Code: "x", Summary: "The subject is too long."}}}}
				}
			},
		},
	}
}

// lastEntry breaks the newest entry of the list.
func lastEntry(change func(*shared.NotificationEntry)) func(*memoryNotifier) {
	return func(n *memoryNotifier) {
		n.list = func(l *shared.NotificationList) { change(&l.Entries[len(l.Entries)-1]) }
	}
}

// repeated breaks a receipt of three that one call gives for the same notification.
func repeated(place int, change func(*shared.Receipt)) func(*memoryNotifier) {
	return func(n *memoryNotifier) {
		n.notify = func(receipts []shared.Receipt) []shared.Receipt {
			if len(receipts) == 3 {
				change(&receipts[place])
			}
			return receipts
		}
	}
}
