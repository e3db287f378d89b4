package notify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// Bounds of the transcripts that are kept with a job. Those of the last attempts tell enough, and each row of a queue
// that has failed for long has them.
const (
	keptTranscripts    = 5
	maxTranscriptBytes = 4 << 10
)

// heard adds what was said over a connection about this message; err is what came of it. What went well at once is
// told by the server's reply.
func (u *underway) heard(conn *smtpconn.Conn, err error) {
	if err != nil || len(u.transcript) > 0 || len(attemptNotesOf(u.job.JobRow).Failed) > 0 {
		u.transcript = append(u.transcript, conn.Session().Transcript()...)
	}
}

// heardOpening adds what was said over a connection that could not be opened.
func (u *underway) heardOpening(err error) {
	var failure *smtpconn.Error
	if errors.As(err, &failure) && failure.Session != nil {
		u.transcript = append(u.transcript, failure.Session.Transcript()...)
	}
}

// keptTranscript is as much of a transcript as is kept: how it began, and how it ended.
func keptTranscript(lines []string) []string {
	const beginning = maxTranscriptBytes / 4
	total, first, size := 0, 0, 0
	for _, line := range lines {
		total += len(line)
	}
	if total <= maxTranscriptBytes {
		return lines
	}
	for size+len(lines[first]) <= beginning {
		size += len(lines[first])
		first++
	}
	last := len(lines)
	for last > first+1 && size+len(lines[last-1]) <= maxTranscriptBytes {
		last--
		size += len(lines[last])
	}
	omitted := fmt.Sprintf("-- %d lines are left out", last-first)
	return slices.Concat(lines[:first], []string{omitted}, lines[last:])
}

// withTranscripts leaves the transcripts with the last attempts only.
func withTranscripts(kept []attemptRecord) []attemptRecord {
	for i := range max(0, len(kept)-keptTranscripts) {
		kept[i].Transcript = nil
	}
	return kept
}
