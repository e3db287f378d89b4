package notify

import (
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
)

// maxAttempts is how often a temporary refusal is answered with another attempt: with the longest wait, two days.
const maxAttempts = 60

// retryPolicy is River's retry policy, where the policy of the service has said nothing of its own: a backoff from
// attempt to attempt.
type retryPolicy struct {
	policy.Backoff
	clock *databaseClock
}

// NextRetry is asked before the error of the present attempt is among those of the job.
func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return p.clock.Now().Add(p.After(len(job.Errors)))
}
