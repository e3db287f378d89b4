package notify

import (
	"testing"
	"time"
)

// TestNamedWait reads the waits that servers ask for.
func TestNamedWait(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"Too much mail, try again in 300 seconds":                                                5 * time.Minute,
		"4.7.1 Rate limit exceeded. Please retry after 5 minutes.":                               5 * time.Minute,
		"Recipient address rejected: Greylisted, see http://x.example/90, come back in 00:05:00": 5 * time.Minute,
		"Try again later (60s)":                     time.Minute,
		"please wait 2 hours and send again":        2 * time.Hour,
		"Greylisted, try again in 1 min":            time.Minute,
		"Message delayed for 30 sec":                30 * time.Second,
		"Try again later":                           0,
		"Daily limit of 500 messages reached":       0,
		"30 messages in 60 seconds are allowed":     0,
		"Try again. 20 messages were refused":       0,
		"try again in 99999999999999999999 seconds": 0,
		"retry 5 messages":                          0,
		"":                                          0,
	} {
		if got := namedWait(said); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}
