package notify

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// in writes a finding that may be nil.
func in(reader text.Language, one *finding.Finding) *shared.Diagnostic {
	if one == nil {
		return nil
	}
	written := one.In(reader)
	return &written
}

// newEntry shows a job as a notification to the reader.
func newEntry(job *rivertype.JobRow, reader text.Language) shared.NotificationEntry {
	var args outgoing
	_ = json.Unmarshal(job.EncodedArgs, &args) // What cannot be read is shown empty.
	entry := shared.NotificationEntry{
		ID: strconv.FormatInt(job.ID, 10), Key: args.Key, To: args.To, Subject: args.Subject, Actor: args.Actor,
		State: stateOf(job), Attempts: failedAttempts(job), Created: job.CreatedAt, Failure: in(reader, failureOf(job)),
		Thread: args.Thread, Expires: args.Expires, Category: args.Category,
	}
	if args.Priority != shared.PriorityNormal {
		entry.Priority = args.Priority
	}
	switch {
	case job.FinalizedAt != nil:
		entry.Finished = *job.FinalizedAt
	case job.State == rivertype.JobStateScheduled || job.State == rivertype.JobStateRetryable:
		entry.NextAttempt = job.ScheduledAt
	}
	switch entry.State {
	case shared.NotificationDelivered:
		entry.Attempts++
		entry.Reply = finalReply(job)
	}
	by, setAsideAt := operatedOf(job)
	if entry.State == shared.NotificationDead {
		entry.SetAsideAt = setAsideAt
	}
	if entry.State == shared.NotificationCancelled || !entry.SetAsideAt.IsZero() {
		entry.PutAwayBy = by.By
	}
	return entry
}

// entry shows a job, and whether a pause holds it.
func (s *Service) entry(job *rivertype.JobRow, reader text.Language) shared.NotificationEntry {
	entry := newEntry(job, reader)
	if paused := s.breaker.current(); paused.Cause != nil && entry.State == shared.NotificationQueued {
		entry.PausedBy = paused.Cause.Code
	}
	return entry
}

// stateOf is the state that a job is shown in. A message that a worker has, and that waits for its turn, is queued.
func stateOf(job *rivertype.JobRow) shared.NotificationState {
	switch job.State {
	case rivertype.JobStateCompleted:
		return shared.NotificationDelivered
	case rivertype.JobStateDiscarded:
		return shared.NotificationDead
	case rivertype.JobStateCancelled:
		if wasCancelled(job) {
			return shared.NotificationCancelled
		}
		if cause := failureOf(job); cause != nil && cause.Code == expiredCode {
			return shared.NotificationExpired
		}
		return shared.NotificationDead
	default:
		if job.State == rivertype.JobStateRunning && isSending(job) {
			return shared.NotificationSending
		}
		if len(job.Errors) > 0 {
			return shared.NotificationRetrying
		}
		return shared.NotificationQueued
	}
}

// failureOf reads the last cause; see encode. An attempt that was cut off because an operator has cancelled it did not
// fail.
func failureOf(job *rivertype.JobRow) *finding.Finding {
	for i := len(job.Errors) - 1; i >= 0; i-- {
		said := job.Errors[i].Error
		switch {
		case !isCutOff(said):
			return failureIn(said)
		case cutOffAfter(job, i) != nil:
			return cutOffAfter(job, i)
		case i == len(job.Errors)-1 && job.State == rivertype.JobStateCancelled && !wasCancelled(job):
			// It was retried meanwhile, and then met by what was meant for the attempt before.
			return &finding.Finding{
				Severity: shared.SeverityError, Code: cutOffCode,
				Summary: text.Of("It was cancelled while it was under way. Have it retried if it is still to be sent."),
			}
		}
	}
	return nil
}

// cutOffAfter is why the attempt failed whose error says that the job was cut off: the server had the message already,
// so that the attempt was brought to its end. It is nil where nothing was sent.
func cutOffAfter(job *rivertype.JobRow, place int) *finding.Finding {
	kept := attemptNotesOf(job).Failed
	if i := recordOf(kept, job.Errors[place]); i >= 0 {
		return kept[i].Failure
	}
	return nil
}

// failedAttempts is how many attempts have failed that count. That a job was cut off before its message was sent, or
// has expired, is an error to River only.
func failedAttempts(job *rivertype.JobRow) (count int) {
	for i, one := range job.Errors {
		if isAttempt(one.Error) || isCutOff(one.Error) && cutOffAfter(job, i) != nil {
			count++
		}
	}
	return count
}

// isAttempt reports whether an error that River keeps is that of an attempt to deliver.
func isAttempt(said string) bool { return !isCutOff(said) && causeIn(said).Code != expiredCode }

// failureIn reads the cause in the error of an attempt. One without a cause is of a defect.
func failureIn(said string) *finding.Finding {
	if cause := causeIn(said); cause.Code != "" {
		return &cause
	}
	return &finding.Finding{
		Severity: shared.SeverityError, Code: defectCode,
		Summary: text.Of("The attempt failed because of a defect in this software."), Detail: text.Plain(said),
	}
}

// causeIn reads the cause in the error of an attempt; its code is empty where there is none.
func causeIn(said string) (cause finding.Finding) {
	if at := strings.IndexByte(said, '{'); at < 0 || json.Unmarshal([]byte(said[at:]), &cause) != nil {
		return finding.Finding{}
	}
	return cause
}
