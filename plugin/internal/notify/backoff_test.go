package notify

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
)

// TestRetryPolicy counts what waiting comes to: a message that is refused again and again is tried for about two days.
func TestRetryPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, job, waits := time.Now(), &rivertype.JobRow{}, policy.New(30*time.Second).Retry
		for range maxAttempts - 1 {
			next := retryPolicy{waits, nil}.NextRetry(job)
			if wait := time.Until(next); wait < 30*time.Second || wait > waits.Longest {
				t.Fatalf("the attempt after %d failures is in %s", len(job.Errors), wait)
			}
			time.Sleep(time.Until(next))
			job.Errors = append(job.Errors, rivertype.AttemptError{})
		}
		if took := time.Since(began); took < 48*time.Hour || took > 60*time.Hour {
			t.Errorf("all attempts take %s", took)
		}
	})
}
