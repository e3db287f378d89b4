package policy

import "time"

// window is a limit of so many messages in any time of a length.
type window struct {
	most   float64 // messages; 0 does not limit
	length time.Duration
	// spaced has them go evenly as well; otherwise they go as they come.
	spaced bool
	sent   []time.Time // the last ones, as many as matter
}

// maxSent bounds how many times a window keeps; one of more messages is spaced.
const maxSent = 5000

// ready is when the next message may go.
func (w *window) ready(now time.Time) time.Time {
	count := len(w.sent)
	if w.most <= 0 || count == 0 {
		return now
	}
	if most := int(max(w.most, 1)); most <= min(count, maxSent) {
		now = later(now, w.sent[count-most].Add(w.length))
	}
	if w.spaced || w.most > maxSent {
		now = later(now, w.sent[count-1].Add(time.Duration(float64(w.length)/w.most)))
	}
	return now
}

// send notes that a message goes.
func (w *window) send(at time.Time) {
	if len(w.sent) >= 2*maxSent {
		w.sent = append(w.sent[:0], w.sent[len(w.sent)-maxSent:]...)
	}
	w.sent = append(w.sent, at)
}

// takeBack has the last message not count: it was refused.
func (w *window) takeBack() { w.sent = w.sent[:max(0, len(w.sent)-1)] }

// within counts the messages of a time that ended at an instant.
func (w *window) within(until time.Time, length time.Duration) int {
	count := 0
	for i := len(w.sent) - 1; i >= 0 && until.Sub(w.sent[i]) < length; i-- {
		if !w.sent[i].After(until) {
			count++
		}
	}
	return count
}

// tally counts messages by second and by minute, for an hour.
type tally struct{ seconds, minutes slots }

// slots are counts of the last 64 units of time.
type slots struct {
	count [64]int
	stamp [64]int64
}

func (s *slots) add(unit int64) {
	at := unit % int64(len(s.count))
	if s.stamp[at] != unit {
		s.stamp[at], s.count[at] = unit, 0
	}
	s.count[at]++
}

// since counts from a unit on.
func (s *slots) since(unit int64) int {
	sum := 0
	for i, stamp := range s.stamp {
		if stamp >= unit {
			sum += s.count[i]
		}
	}
	return sum
}

func (t *tally) add(now time.Time) {
	t.seconds.add(now.Unix())
	t.minutes.add(now.Unix() / 60)
}

// lastMinute counts the messages since a minute before, lastHour those since an hour before.
func (t *tally) lastMinute(now time.Time) int { return t.seconds.since(now.Unix() - 59) }
func (t *tally) lastHour(now time.Time) int   { return t.minutes.since(now.Unix()/60 - 60) }
