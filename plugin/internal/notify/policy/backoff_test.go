package policy

import (
	"testing"
	"time"
)

// TestBackoff holds waits that double, never shrink, and never exceed the longest, however many there are.
func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		Backoff
		want []time.Duration
	}{
		{Backoff{30 * time.Second, time.Hour}, []time.Duration{
			30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute,
			32 * time.Minute, time.Hour, time.Hour,
		}},
		{Backoff{time.Hour, time.Hour}, []time.Duration{time.Hour, time.Hour}},
		{Backoff{2 * time.Hour, time.Hour}, []time.Duration{time.Hour, time.Hour}},
		{Backoff{10 * time.Millisecond, time.Hour}, []time.Duration{10 * time.Millisecond, 20 * time.Millisecond}},
	} {
		for i, want := range c.want {
			if got := c.After(i); got != want {
				t.Errorf("%+v: the wait %d is %s, want %s", c.Backoff, i, got, want)
			}
		}
		for i := range 200 { // More doublings than a duration has bits.
			if got, next := c.After(i), c.After(i+1); got <= 0 || next < got || next > c.Longest {
				t.Fatalf("%+v: after %s comes %s", c.Backoff, got, next)
			}
		}
	}
}
