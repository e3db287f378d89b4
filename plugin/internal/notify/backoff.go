package notify

import (
	"time"

	"github.com/riverqueue/river/rivertype"
)

// backoff is an exponential backoff: a wait that doubles from first on, and is longest at most.
type backoff struct{ first, longest time.Duration }

// after returns the wait after so many doublings; 0 is the first wait.
func (b backoff) after(doublings int) time.Duration {
	wait := b.first
	for range doublings {
		if wait *= 2; wait >= b.longest {
			return b.longest
		}
	}
	return min(wait, b.longest)
}

// maxAttempts is how often a temporary refusal is answered with another attempt: with the longest wait, two days.
const maxAttempts = 60

// longestRetry bounds the wait between two attempts of one message.
const longestRetry = time.Hour

// retryPolicy is River's retry policy: a backoff from attempt to attempt.
type retryPolicy backoff

// NextRetry is asked before the error of the present attempt is among those of the job.
func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backoff(p).after(len(job.Errors)))
}
