package notify

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// unreadMessages is what the log is told of messages that cannot be written now.
const unreadMessages = "messages cannot be read at the moment, and wait"

// composed is told of a message that could be written. Others may have been read all the time: that the trouble has
// passed is known of one that could not.
func (s *Service) composed(job *river.Job[outgoing]) {
	if _, was := s.unread.LoadAndDelete(job.ID); was {
		s.troubles.note(s.configuration.Logger, unreadMessages, nil)
	}
}

// uncomposed ends an attempt whose message could not be written. Where its texts or attachments cannot be read just
// now, because its key is not there, or a service that holds keys or the database is away, that is no fault of the
// message.
func (s *Service) uncomposed(ctx context.Context, job *river.Job[outgoing], err error) error {
	switch {
	case ctx.Err() != nil:
		return errInPlace
	case errors.Is(err, secret.ErrKeyMissing):
		return s.keyMissing(job, err)
	case errors.Is(err, secret.ErrCannotOpen) && !secret.IsDamaged(err), errors.Is(err, errNotRead):
		s.unread.Store(job.ID, true)
		s.troubles.note(s.configuration.Logger, unreadMessages, err)
		return backToQueue()
	}
	s.failed()
	s.buckets.count(tally{dead: 1})
	return dead(finding.Finding{
		Severity: shared.SeverityError, Code: messageUnusable,
		Summary: text.Of("The message cannot be written: {reason}.", "reason", text.OfError(err)),
	})
}

// What waits for its key asks for it again when it has waited as long once more, within these bounds.
const (
	keyAgain     = 10 * time.Second
	longestNoKey = 10 * time.Minute
)

// keyMissing has a message wait for its key, for as long as it takes. The first attempt is noted, so that it is seen
// why; the others are not, and use up none.
func (s *Service) keyMissing(job *river.Job[outgoing], err error) error {
	now := s.clock.Now()
	if last := len(job.Errors) - 1; last >= 0 && causeIn(job.Errors[last].Error).Code == keyMissing {
		return s.putBack(now.Add(min(max(now.Sub(job.Errors[last].At), keyAgain), longestNoKey)))
	}
	if job.Attempt >= job.MaxAttempts {
		return s.putBack(now.Add(longestNoKey))
	}
	s.configuration.Logger.Warn("the key of a message is not there, and the message waits for it", "id", job.ID, "error",
		err)
	s.retryAt.Store(job.ID, now.Add(keyAgain))
	return errors.New(encode(finding.Finding{
		Severity: shared.SeverityError, Code: keyMissing,
		Summary: text.Of("The key that the message was sealed with is not there."),
		Detail: text.Of("It waits until the key is put back: the file that it was in, or its source as key or in old_keys " +
			"of plugin.hcl."),
	}))
}
