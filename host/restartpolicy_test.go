package host

import (
	"testing"
	"time"
)

// TestDelay holds how long the supervisor waits: half of the doubled delay is certain, and half is left to chance.
func TestDelay(t *testing.T) {
	standard := defaults().policy
	for _, c := range []struct {
		name        string
		policy      RestartPolicy
		others      int
		least, most time.Duration
	}{
		{"first", standard, 0, 125 * time.Millisecond, 250 * time.Millisecond},
		{"second", standard, 1, 250 * time.Millisecond, 500 * time.Millisecond},
		{"seventh", standard, 6, 8 * time.Second, 16 * time.Second},
		{"eighth", standard, 7, 15 * time.Second, 30 * time.Second},
		{"after weeks", standard, 100_000, 15 * time.Second, 30 * time.Second},
		{"longer than the longest", RestartPolicy{First: time.Hour, Longest: 2}, 0, 1, 2},
		{"nothing", RestartPolicy{}, 3, 0, 0},
	} {
		for range 100 {
			if delay := c.policy.delay(c.others); delay < c.least || delay > c.most {
				t.Errorf("%s: %s is not from %s to %s", c.name, delay, c.least, c.most)
			}
		}
	}
}

// TestCrashCounter holds which crashes are too many: 3 within a minute here.
func TestCrashCounter(t *testing.T) {
	policy := RestartPolicy{First: time.Second, Longest: 10 * time.Second, Crashes: 3, Within: time.Minute}
	const far = 30 * time.Second
	for _, c := range []struct {
		name    string
		policy  RestartPolicy
		pauses  []time.Duration // before each crash
		enough  []bool
		longest time.Duration // of the delay after the last one
	}{
		{"first", policy, []time.Duration{0}, []bool{false}, time.Second},
		{"second", policy, []time.Duration{0, 1}, []bool{false, false}, 2 * time.Second},
		{"third", policy, []time.Duration{0, 1, 1}, []bool{false, false, true}, 15 * time.Second},
		{"goes on", policy, []time.Duration{0, 1, 1, 1, 1}, []bool{false, false, true, true, true}, 15 * time.Second},
		{"far apart", policy, []time.Duration{0, far, far, far}, []bool{false, false, false, false}, 2 * time.Second},
		{"a pause", policy, []time.Duration{0, 1, 1, time.Minute}, []bool{false, false, true, false}, time.Second},
		{"just within", policy, []time.Duration{0, far, far - 1}, []bool{false, false, true}, 15 * time.Second},
		{
			"one is too many", RestartPolicy{First: 1, Longest: 2, Crashes: 1, Within: time.Minute},
			[]time.Duration{0, time.Hour}, []bool{true, true}, 3,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			counter, now, delay := crashCounter{policy: c.policy}, time.Now(), time.Duration(0)
			for i, pause := range c.pauses {
				var enough bool
				now = now.Add(pause)
				if delay, enough = counter.next(now); enough != c.enough[i] {
					t.Errorf("crash %d: enough is %t", i, enough)
				}
				if len(counter.crashes) > c.policy.Crashes {
					t.Errorf("%d crashes are remembered", len(counter.crashes))
				}
			}
			if delay > c.longest || delay < c.longest/2 {
				t.Errorf("the delay is %s, not at most %s", delay, c.longest)
			}
		})
	}
}
