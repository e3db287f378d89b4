package policy

import "time"

// clockStep is by how much the times of messages that are under way at once may lie behind each other.
const clockStep = time.Second

// tick has everything that is known follow a clock that was set back. Otherwise times were waited for that come as much
// later.
func (f *Flow) tick(now time.Time) {
	back := now.Sub(f.latest)
	if f.latest = later(f.latest, now); back >= -clockStep {
		return
	}
	f.latest = now
	for _, w := range []*window{&f.known, &f.learned} {
		for i := range w.sent {
			w.sent[i] = w.sent[i].Add(back)
		}
	}
	for _, at := range []*time.Time{&f.slowed, &f.crowd.last, &f.crowd.next, &f.rate.last, &f.rate.next, &f.settled,
		&f.refused, &f.forget, &f.spacing.last, &f.spacing.sent, &f.spacing.next} {
		if !at.IsZero() {
			*at = at.Add(back)
		}
	}
	f.passed = tally{} // It counts by units of the clock.
}

// isDue reports whether a time has come. One that lies further ahead than the longest wait was set by a clock that was
// set back since.
func isDue(at, now time.Time, longest time.Duration) bool {
	return !at.After(now) || at.Sub(now) > longest
}
