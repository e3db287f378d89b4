package host

import (
	"cmp"
	"math/rand/v2"
	"time"
)

// RestartPolicy says what happens after a crash, and after a start that was refused. The delay doubles from First
// to Longest, with jitter, and the plugin is started again for as long as that takes. After Crashes crashes Within
// the time it counts as failed: calls are refused at once, and it is tried again only after Longest each time, or
// when Restart is called. A start that was refused is no crash. A zero field means the default beside it.
type RestartPolicy struct {
	First, Longest time.Duration // 250 ms and 30 s
	Crashes        int           // 5
	Within         time.Duration // 10 min
}

// WithRestartPolicy replaces the default restart policy.
func WithRestartPolicy(policy RestartPolicy) Option {
	return func(o *options) {
		o.policy = RestartPolicy{
			First: cmp.Or(policy.First, o.policy.First), Longest: cmp.Or(policy.Longest, o.policy.Longest),
			Crashes: cmp.Or(policy.Crashes, o.policy.Crashes), Within: cmp.Or(policy.Within, o.policy.Within),
		}
	}
}

// delay is how long to wait before the next start after so many others: it doubles from First to Longest. Half of it is
// left to chance, so that several hosts do not start in step.
func (p RestartPolicy) delay(others int) time.Duration {
	delay := p.First
	for range others {
		if delay *= 2; delay >= p.Longest {
			break
		}
	}
	delay = min(delay, p.Longest)
	return delay/2 + rand.N(delay/2+1) //nolint:gosec // no secret
}

// crashCounter decides how long to wait after a crash, and when there have been too many.
type crashCounter struct {
	policy  RestartPolicy
	crashes []time.Time
}

// next counts a crash. enough means that the plugin has failed: then the delay is the longest or somewhat more,
// until the crashes are further apart.
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
