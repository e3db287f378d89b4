package notify

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/riverqueue/river/rivertype"

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

// Reseal wraps the data keys of the texts that wait with the newest key, and returns how many it were.
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
	return count, err
}

// CopyTo hands every notification that was not delivered yet over to another service, under the same keys, and returns
// how many it did not have before. Dead letters and cancelled ones stay behind.
func (s *Service) CopyTo(ctx context.Context, other *Service) (int64, error) {
	count := int64(0)
	err := s.unfinished(ctx, func(job *rivertype.JobRow, args outgoing) error {
		if job.FinalizedAt != nil {
			return nil
		}
		inserted, err := other.take(ctx, []outgoing{args})
		if err == nil && !inserted[0].duplicate {
			count++
		}
		return err
	})
	return count, err
}
