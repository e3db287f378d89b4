package policy

import "time"

// Backoff is an exponential backoff: a wait that doubles from First on, and is Longest at most.
type Backoff struct{ First, Longest time.Duration }

// After returns the wait after so many doublings; 0 is the first wait.
func (b Backoff) After(doublings int) time.Duration {
	wait := b.First
	for range doublings {
		if wait *= 2; wait >= b.Longest {
			return b.Longest
		}
	}
	return min(wait, b.Longest)
}
