package host

import (
	"math/rand/v2"
	"time"
)

// delay is how long to wait before the next start after so many others: it doubles from First to Longest. Half of it is left to
// chance, so that several hosts do not start in step.
func (p RestartPolicy) delay(others int) time.Duration {
	delay := p.First
	for range others {
		if delay *= 2; delay >= p.Longest {
			break
		}
	}
	delay = min(delay, p.Longest)
	return delay/2 + rand.N(delay/2+1) //nolint:gosec // nobody gains by guessing it
}

// crashCounter decides how long to wait after a crash, and when there have been too many.
type crashCounter struct {
	policy  RestartPolicy
	crashes []time.Time
}

// next counts a crash. enough means that the plugin has failed: then the delay is the longest or somewhat more, until the
// crashes are further apart.
func (c *crashCounter) next(now time.Time) (delay time.Duration, enough bool) {
	recent := c.crashes[:0]
	for _, at := range c.crashes {
		if now.Sub(at) < c.policy.Within {
			recent = append(recent, at)
		}
	}
	c.crashes = append(recent, now)
	if len(c.crashes) > c.policy.Crashes { // Only as many as decide are remembered.
		c.crashes = c.crashes[len(c.crashes)-c.policy.Crashes:]
	}
	if len(c.crashes) >= c.policy.Crashes {
		return c.policy.Longest + rand.N(c.policy.Longest/2+1), true //nolint:gosec // as above
	}
	return c.policy.delay(len(c.crashes) - 1), false
}
