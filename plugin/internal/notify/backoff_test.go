package notify

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river/rivertype"
)

// TestBackoff holds waits that double, never shrink, and never exceed the longest, however many there are.
func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		backoff
		want []time.Duration
	}{
		{backoff{30 * time.Second, time.Hour}, []time.Duration{
			30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute,
			32 * time.Minute, time.Hour, time.Hour,
		}},
		{backoff{time.Hour, time.Hour}, []time.Duration{time.Hour, time.Hour}},
		{backoff{2 * time.Hour, time.Hour}, []time.Duration{time.Hour, time.Hour}},
		{backoff{10 * time.Millisecond, time.Hour}, []time.Duration{10 * time.Millisecond, 20 * time.Millisecond}},
	} {
		for i, want := range c.want {
			if got := c.after(i); got != want {
				t.Errorf("%+v: the wait %d is %s, want %s", c.backoff, i, got, want)
			}
		}
		for i := range 200 { // More doublings than a duration has bits.
			if got, next := c.after(i), c.after(i+1); got <= 0 || next < got || next > c.longest {
				t.Fatalf("%+v: after %s comes %s", c.backoff, got, next)
			}
		}
	}
}

// TestRetryPolicy counts what waiting comes to: a message that is refused again and again is tried for about two days.
func TestRetryPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, job := time.Now(), &rivertype.JobRow{}
		for range maxAttempts - 1 {
			next := (retryPolicy{first: 30 * time.Second, longest: longestRetry}).NextRetry(job)
			if wait := time.Until(next); wait < 30*time.Second || wait > longestRetry {
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
