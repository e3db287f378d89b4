package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

var (
	_ shared.Notifier         = (*Service)(nil)
	_ shared.DeliveryReporter = (*Service)(nil)
	_ shared.HeldReleaser     = (*Service)(nil)
	_ shared.ServerLooker     = (*Service)(nil)
)

// Notify takes notifications and returns when they are durable.
func (s *Service) Notify(ctx context.Context, request shared.NotifyRequest) ([]shared.Receipt, error) {
	reader := language.Of(request.Locale)
	receipts, good := request.Check(reader)
	if len(good) == 0 {
		return receipts, nil
	}
	if refusal := s.refusal(ctx); refusal != nil {
		for _, i := range good {
			receipts[i].Diagnostics = shared.Diagnostics{refusal.In(reader)}
		}
		return receipts, nil
	}
	defer s.configuration.Sealing.Begin()()
	batch, err := s.configuration.Keeper.Batch(ctx)
	if err != nil {
		return nil, err
	}
	taken := make([]outgoing, len(good))
	for n, i := range good {
		notification := request.Notifications[i].WithShortSubject()
		if taken[n], err = newOutgoing(batch, request, notification); err == nil {
			taken[n].Digest = s.digests.of(ctx, textsOf(notification))
			err = s.pack(ctx, batch, taken[n], notification.Attachments)
		}
		if err != nil {
			return nil, fmt.Errorf("the notifications were not accepted: %w", err)
		}
	}
	inserted, err := s.take(ctx, taken)
	if err != nil {
		return nil, fmt.Errorf("the notifications were not accepted: %w", err)
	}
	for n, i := range good {
		s.settle(ctx, taken[n], inserted[n])
		receipts[i].ID, receipts[i].Duplicate = strconv.FormatInt(inserted[n].id, 10), inserted[n].duplicate
		receipts[i].Differs = inserted[n].duplicate && s.differs(ctx, request.Notifications[i], inserted[n].kept)
	}
	return receipts, nil
}

// refusal is why no notification can be taken.
func (s *Service) refusal(ctx context.Context) *finding.Finding {
	_, missing, err := s.configuration.Delivery(ctx)
	if err != nil {
		return nil // That the settings cannot be read just now is no reason to lose a notification.
	}
	return missing
}

func newOutgoing(batch *secret.Batch, request shared.NotifyRequest, n shared.Notification) (outgoing, error) {
	key := n.Key
	if key == "" {
		key = rand.Text()
	}
	sealed, err := seal(batch, key, n.To, textsOf(n))
	one := outgoing{
		Key: key, To: n.To, Subject: n.Subject, Actor: request.Actor, TraceParent: request.TraceParent, Sealed: sealed,
		Thread: n.Thread, Expires: n.Expires.UTC(), Priority: n.Priority, Category: n.Category,
		Folded: foldedRecipient(n.To),
	}
	if len(n.Attachments) > 0 {
		one.Parcel = rand.Text()
	}
	for _, attachment := range n.Attachments {
		one.Attached += int64(len(attachment.Content))
	}
	return one, err
}

// differs reports whether a notification says something else than the one of the same key that is kept. Of one that
// cannot be opened any more that is not known.
func (s *Service) differs(ctx context.Context, n shared.Notification, kept []byte) bool {
	var before outgoing
	if err := json.Unmarshal(kept, &before); err != nil {
		return false
	}
	n = n.WithShortSubject()
	if len(before.Sealed) == 0 {
		return s.digests.differs(ctx, textsOf(n), before.Digest) || otherwiseDiffers(n, before)
	}
	said, err := s.unseal(ctx, before)
	if err != nil {
		return false
	}
	return !reflect.DeepEqual(said, textsOf(n)) || otherwiseDiffers(n, before)
}

// otherwiseDiffers reports whether anything but the texts is another.
func otherwiseDiffers(n shared.Notification, before outgoing) bool {
	return before.Subject != n.Subject || before.Thread != n.Thread ||
		!before.Expires.Equal(n.Expires) || before.Category != n.Category ||
		cmp.Or(before.Priority, shared.PriorityNormal) != cmp.Or(n.Priority, shared.PriorityNormal)
}

// List returns notifications, newest first.
func (s *Service) List(ctx context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	limit := request.Bounded()
	jobs, err := s.queue.list(ctx, request, limit+1)
	if err != nil {
		return shared.NotificationList{}, err
	}
	list := shared.NotificationList{More: len(jobs) > limit}
	for _, job := range jobs[:min(limit, len(jobs))] {
		list.Entries = append(list.Entries, s.entry(job, language.Of(request.Locale)))
	}
	return list, nil
}
