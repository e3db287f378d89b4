package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// unfinished calls each for every notification that may still have to be delivered, the dead letters too.
func (s *Service) unfinished(ctx context.Context, each func(job *rivertype.JobRow, args outgoing) error) error {
	for before := ""; ; {
		jobs, err := s.queue.list(ctx, shared.ListRequest{Before: before}, pageSize)
		if err != nil || len(jobs) == 0 {
			return err
		}
		for _, job := range jobs {
			before = strconv.FormatInt(job.ID, 10)
			var args outgoing
			if job.State == rivertype.JobStateCompleted || json.Unmarshal(job.EncodedArgs, &args) != nil {
				continue
			}
			if err := each(job, args); err != nil {
				return err
			}
		}
	}
}

// pageSize is how many jobs are held in memory at once.
const pageSize = 200

// Reseal wraps the data keys of the texts that wait, and of what else is sealed with them, with the newest key, and
// returns how many it were.
func (s *Service) Reseal(ctx context.Context) (int64, error) {
	count := int64(0)
	rewrapper := s.configuration.Keeper.Rewrapper()
	err := s.unfinished(ctx, func(job *rivertype.JobRow, args outgoing) error {
		again, changed, err := rewrapper.Rewrap(ctx, args.Sealed)
		if err != nil || !changed {
			return nil //nolint:nilerr // What cannot be opened any more is no worse for it.
		}
		args.Sealed = again
		encoded, err := json.Marshal(args)
		if err != nil {
			return err
		}
		count++
		return s.queue.replaceArguments(ctx, job.ID, encoded)
	})
	if err != nil {
		return count, err
	}
	if err := s.digests.reseal(ctx, rewrapper); err != nil {
		return count, err
	}
	rows := &pauseRow{db: s.configuration.Store.DB(), keeper: s.configuration.Keeper, logger: s.configuration.Logger}
	paused, err := rows.reseal(ctx, rewrapper)
	if err != nil {
		return count, err
	}
	if paused {
		count++
	}
	attachments, err := s.resealAttachments(ctx, rewrapper)
	return count + attachments, err
}

func (s *Service) resealAttachments(ctx context.Context, rewrapper *secret.Rewrapper) (count int64, err error) {
	for last := (sealedAttachment{}); ; {
		page, err := s.queue.attachmentsAfter(ctx, last)
		if err != nil || len(page) == 0 {
			return count, err
		}
		for _, last = range page {
			sealed, err := s.queue.attachment(ctx, last.parcel, last.place)
			if errors.Is(err, sql.ErrNoRows) {
				continue // It was removed meanwhile.
			}
			if err != nil {
				return count, err
			}
			again, changed, err := rewrapper.Rewrap(ctx, sealed)
			if err != nil || !changed {
				continue // What cannot be opened any more is no worse for it.
			}
			count++
			if err := s.queue.replaceAttachment(ctx, sealedAttachment{last.parcel, last.place, again}); err != nil {
				return count, err
			}
		}
	}
}
