package notify

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// in writes a finding that may be nil.
func in(language phrase.Language, one *shared.Diagnostic) *shared.Diagnostic {
	if one == nil {
		return nil
	}
	written := one.In(language)
	return &written
}

// written is newEntry in English: whoever retries or cancels says no language.
func written(job *rivertype.JobRow) shared.NotificationEntry {
	entry := newEntry(job)
	entry.Failure = in(phrase.Language{}, entry.Failure)
	return entry
}

// newEntry shows a job as a notification.
func newEntry(job *rivertype.JobRow) shared.NotificationEntry {
	var args outgoing
	_ = json.Unmarshal(job.EncodedArgs, &args) // What cannot be read is shown empty.
	entry := shared.NotificationEntry{
		ID: strconv.FormatInt(job.ID, 10), Key: args.Key, To: args.To, Subject: args.Subject, Actor: args.Actor,
		State: stateOf(job), Attempts: len(job.Errors), Created: job.CreatedAt, Failure: failureOf(job),
	}
	switch {
	case job.FinalizedAt != nil:
		entry.Finished = *job.FinalizedAt
	case job.State == rivertype.JobStateScheduled || job.State == rivertype.JobStateRetryable:
		entry.NextAttempt = job.ScheduledAt
	}
	if entry.State == shared.NotificationDelivered {
		entry.Attempts++
	}
	return entry
}

func stateOf(job *rivertype.JobRow) shared.NotificationState {
	switch job.State {
	case rivertype.JobStateRunning:
		return shared.NotificationSending
	case rivertype.JobStateCompleted:
		return shared.NotificationDelivered
	case rivertype.JobStateDiscarded:
		return shared.NotificationDead
	case rivertype.JobStateCancelled:
		if wasCancelled(job) {
			return shared.NotificationCancelled
		}
		return shared.NotificationDead
	default:
		if len(job.Errors) > 0 {
			return shared.NotificationRetrying
		}
		return shared.NotificationQueued
	}
}

// failureOf reads the last cause; see encode.
func failureOf(job *rivertype.JobRow) *shared.Diagnostic {
	if len(job.Errors) == 0 {
		return nil
	}
	text := job.Errors[len(job.Errors)-1].Error
	if cause := causeIn(text); cause.Code != "" {
		return &cause
	}
	return &shared.Diagnostic{Severity: shared.SeverityError, Code: "internal", Summary: "The attempt failed because of a defect in this software.", Detail: text}
}

// causeIn reads the cause in the error of an attempt; its code is empty where there is none.
func causeIn(text string) (cause shared.Diagnostic) {
	if at := strings.IndexByte(text, '{'); at < 0 || json.Unmarshal([]byte(text[at:]), &cause) != nil {
		return shared.Diagnostic{}
	}
	return cause
}
