package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// attemptRecord is an attempt to deliver as it is kept with its job, beside River's error of an attempt: that one knows
// neither where the attempt was made nor how long it took, there is none of an attempt that does not count, it is
// removed when the attempt is given back, and River replaces it by its own when the job is cancelled meanwhile.
type attemptRecord struct {
	Number   int              `json:"number"`
	Ended    time.Time        `json:"ended"`
	Took     time.Duration    `json:"took,omitempty"`
	Node     string           `json:"node,omitempty"`
	Server   string           `json:"server,omitempty"`
	Revision int64            `json:"revision,omitempty"`
	Failure  *finding.Finding `json:"failure,omitempty"` // nil where it delivered
	// Transcript is what was said, with credentials hidden; see rivertranscripts.go for how long.
	Transcript []string `json:"transcript,omitempty"`

	counts bool // see attemptsOf
}

// keptAttempts is how many failed attempts are kept of a job; those that count are in its errors as well.
const keptAttempts = 30

// attemptNotes is what a job's metadata has of its attempts: the failed ones as the output of the job, which is all
// that River lets a worker write down whatever becomes of it, and the one that delivered.
type attemptNotes struct {
	Failed    []attemptRecord `json:"output"` // rivertype.MetadataKeyOutput
	Delivered *attemptRecord  `json:"made"`
}

func attemptNotesOf(job *rivertype.JobRow) (notes attemptNotes) {
	_ = json.Unmarshal(job.Metadata, &notes) // What cannot be read is not shown.
	return notes
}

// record is the attempt, which ends now.
func (u *underway) record(failure *finding.Finding) attemptRecord {
	target := u.delivery.Target
	one := attemptRecord{
		Number: u.job.Attempt, Ended: u.service.clock.Now().UTC(), Node: u.service.nodeName(), Revision: u.delivery.Revision,
		Server: net.JoinHostPort(target.Host, strconv.Itoa(target.Port)), Failure: failure,
		Transcript: keptTranscript(u.transcript),
	}
	if !u.began.IsZero() {
		one.Took = max(0, one.Ended.Sub(u.began))
	}
	return one
}

// failed has River keep the attempt with its outcome.
func (u *underway) failed(ctx context.Context, cause finding.Finding) {
	kept := append(attemptNotesOf(u.job.JobRow).Failed, u.record(&cause))
	// It fails where River does not call the worker, which has nowhere to keep it then.
	u.kept = withTranscripts(kept[max(0, len(kept)-keptAttempts):])
	_ = river.RecordOutput(ctx, u.kept)
}

// nodeName is this process as people know it.
func (s *Service) nodeName() string {
	me := thisProcess(s.node, s.since)
	return fmt.Sprintf("%s:%d", me.Host, me.PID)
}

// attemptsOf returns the attempts to deliver, oldest first: those that are kept, and what the job's errors tell of
// others, which earlier versions or processes that were killed have made. An error is that of the last kept attempt of
// its number that had not ended before.
func attemptsOf(job *rivertype.JobRow) []attemptRecord {
	notes := attemptNotesOf(job)
	all := notes.Failed
	for _, failed := range job.Errors {
		if i := recordOf(notes.Failed, failed); i >= 0 {
			all[i].counts = true
		} else if isAttempt(failed.Error) {
			all = append(all, attemptRecord{
				Number: failed.Attempt, Ended: failed.At, Failure: failureIn(failed.Error), counts: true,
			})
		}
	}
	if job.State == rivertype.JobStateCompleted {
		delivered := attemptRecord{Number: job.Attempt}
		if job.FinalizedAt != nil {
			delivered.Ended = *job.FinalizedAt
		}
		if notes.Delivered != nil {
			delivered = *notes.Delivered
		}
		delivered.Failure, delivered.counts = nil, true
		all = append(all, delivered)
	}
	slices.SortStableFunc(all, func(a, b attemptRecord) int { return a.Ended.Compare(b.Ended) })
	return all
}

// recordOf finds the kept attempt of an error of River's; -1 where none was kept.
func recordOf(kept []attemptRecord, failed rivertype.AttemptError) int {
	for i, one := range slices.Backward(kept) {
		if one.Number == failed.Attempt {
			if failed.At.After(one.Ended) { // River tells when it began.
				return -1
			}
			return i
		}
	}
	return -1
}

// shown is the attempt as the reader is told of it.
func (a attemptRecord) shown(reader text.Language) shared.NotificationAttempt {
	return shared.NotificationAttempt{
		Number: a.Number, Ended: a.Ended, Duration: shared.Elapsed(a.Took), Node: a.Node, Server: a.Server,
		Revision: a.Revision, Uncounted: !a.counts, Failure: in(reader, a.Failure),
		Transcript: a.Transcript,
	}
}
