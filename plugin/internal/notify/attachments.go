package notify

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// attachmentDestination binds a sealed attachment to its place and to the recipient.
func attachmentDestination(parcel string, place int, to string) secret.Destination {
	return secret.Destination{
		Purpose: "attachment", Field: parcel + "/" + strconv.Itoa(place), Parts: map[string]string{secret.Login: to},
	}
}

// pack commits the attachments of a notification before it is accepted: what was accepted has them.
func (s *Service) pack(ctx context.Context, batch *secret.Batch, one outgoing, attachments []shared.Attachment) error {
	if len(attachments) == 0 {
		return nil
	}
	packed := make([]sealedAttachment, len(attachments))
	for place, attachment := range attachments {
		sealed, err := batch.Seal(shared.NewSecretText(string(attachment.Content)),
			attachmentDestination(one.Parcel, place, one.To))
		if err != nil {
			return err
		}
		packed[place] = sealedAttachment{parcel: one.Parcel, place: place, sealed: sealed}
	}
	return s.queue.storeParcel(ctx, s.clock.Now(), packed)
}

// settle gives the attachments to the notification that was accepted, or removes those of one that was there before.
// What fails is mended later by sweep.
func (s *Service) settle(ctx context.Context, one outgoing, taken accepted) {
	if one.Parcel == "" {
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := error(nil)
	if taken.duplicate {
		err = s.queue.dropParcel(ctx, one.Parcel)
	} else {
		err = s.queue.claimParcel(ctx, one.Parcel, taken.id)
	}
	if err != nil {
		s.configuration.Logger.Warn("attachments could not be assigned, and will be later", "id", taken.id, "error", err)
	}
}

// unpack returns the attachments of a notification. Those that are not as they were handed over are an error.
func (s *Service) unpack(ctx context.Context, one outgoing, list []enclosed) ([]shared.Attachment, error) {
	var attachments []shared.Attachment
	for place, described := range list {
		sealed, err := s.queue.attachment(ctx, one.Parcel, place)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("%w: %w", errNotRead, err)
		}
		if err != nil {
			return nil, fmt.Errorf("attachment %d: %w", place+1, err)
		}
		opened, err := s.configuration.Keeper.Open(ctx, sealed, attachmentDestination(one.Parcel, place, one.To))
		if err != nil {
			return nil, fmt.Errorf("attachment %d: %w", place+1, err)
		}
		content := []byte(opened.Reveal())
		if sum := sha256.Sum256(content); string(sum[:]) != string(described.Sum) {
			return nil, fmt.Errorf("attachment %d: %w", place+1, errDamaged)
		}
		attachments = append(attachments, shared.Attachment{
			Name: described.Name, Type: described.Type, ContentID: described.ContentID, Content: content,
		})
	}
	return attachments, nil
}

var (
	errDamaged = errors.New("it is not what was handed over")
	errNotRead = errors.New("the database does not give it") // which may pass
)

// Attachments are opened and written in memory. So much of them may be there at once, and one message always.
const maxAttachedBytes = 2 * shared.MaxAttachmentBytes

func newAttachedBytes() *semaphore.Weighted { return semaphore.NewWeighted(maxAttachedBytes) }

// holdAttached waits until the attachments of a message may be in memory, and returns what ends that.
func (s *Service) holdAttached(ctx context.Context, bytes int64) (done func(), err error) {
	if bytes == 0 {
		return func() {}, nil
	}
	bytes = min(bytes, maxAttachedBytes)
	if err := s.attached.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() { s.attached.Release(bytes) }, nil
}

// dropDelivered removes the attachments of a notification that was delivered: it is not sent again.
func (s *Service) dropDelivered(ctx context.Context, one outgoing) {
	if one.Parcel == "" {
		return
	}
	if err := s.queue.dropParcel(context.WithoutCancel(ctx), one.Parcel); err != nil {
		s.configuration.Logger.Warn("attachments that were delivered could not be removed, and will be later", "error", err)
	}
}

// Every sweepInterval attachments are removed that nobody needs: acceptLimit after they were stored, their notification
// was accepted or never will be.
const (
	sweepInterval = time.Hour
	acceptLimit   = time.Hour
)

// sweep removes attachments that nobody needs. Without their index it would read the whole queue for each.
func (s *Service) sweep(ctx context.Context) error {
	if !s.queue.indexed.Load() {
		return nil
	}
	return s.queue.sweepAttachments(ctx, s.clock.Now().Add(-acceptLimit))
}
