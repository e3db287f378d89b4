package policy

import (
	"slices"
	"time"
)

// Learned is what a Flow knows of a server, to be kept as JSON: a process that begins does not find it out anew. The
// zero value is that nothing is known.
type Learned struct {
	// At is when it was known. After keptFor the server is taken to be another one.
	At time.Time `json:"at"`
	// Connections is how many it is given at once, since Slowed; 0 are as many as may be.
	Connections int       `json:"connections,omitempty"`
	Slowed      time.Time `json:"slowed,omitzero"`
	Crowd       Rise      `json:"crowd,omitzero"`
	// Most messages may go in Length, since Settled; 0 does not limit. Before is what it was before it rose.
	Most    float64       `json:"most,omitempty"`
	Length  time.Duration `json:"length,omitempty"`
	Spaced  bool          `json:"spaced,omitempty"`
	Settled time.Time     `json:"settled,omitzero"`
	Before  float64       `json:"before,omitempty"`
	Rate    Rise          `json:"rate,omitzero"`
	// Gap is a gap that the server wants between two messages.
	Gap Gap `json:"gap,omitzero"`
	// PerConnection is how many messages go over each connection, until Forget.
	PerConnection int       `json:"per_connection,omitempty"`
	Forget        time.Time `json:"forget,omitzero"`
	// Sent are the messages of the last hour that count, for the last minute by the second, before by the minute.
	// Counted is since when they do for Most, and Refused when one was refused for the rate, and none taken since.
	Sent    []Sent    `json:"sent,omitempty"`
	Counted time.Time `json:"counted,omitzero"`
	Refused time.Time `json:"refused,omitzero"`
}

// Rise is when the server is given more again.
type Rise struct {
	Last time.Time     `json:"last,omitzero"`
	Next time.Time     `json:"next,omitzero"`
	Wait time.Duration `json:"wait,omitempty"`
	Step float64       `json:"step,omitempty"`
}

// Gap is what is known of the gap that a server wants.
type Gap struct {
	Wait    time.Duration `json:"wait,omitempty"`
	Passed  time.Duration `json:"passed,omitempty"`
	Refused time.Duration `json:"refused,omitempty"`
	Last    time.Time     `json:"last,omitzero"`
	Step    float64       `json:"step,omitempty"`
	Look    time.Duration `json:"look,omitempty"`
	Next    time.Time     `json:"next,omitzero"`
}

// Sent is until when, in milliseconds since 1970, and how many messages went, since the one before.
type Sent [2]int64

// Until is until when they went.
func (s Sent) Until() time.Time { return time.UnixMilli(s[0]) }

// shortAway is how long the service may have been away for a refusal to be measured on. While nothing is sent, it is
// not known whether the server still refuses.
const shortAway = 5 * time.Second

// keptFor is how long what was learned is believed.
const keptFor = 24 * time.Hour

// Knows reports whether anything is known that a Flow does not begin with.
func (l Learned) Knows() bool {
	return l.Connections > 0 || l.Most > 0 || l.Gap.Wait > 0 || l.PerConnection > 0 || len(l.Sent) > 0 ||
		!l.Refused.IsZero()
}

// Same reports whether both know the same of the server, whatever was sent meanwhile.
func (l Learned) Same(other Learned) bool {
	return l.Connections == other.Connections && l.Most == other.Most && l.Length == other.Length &&
		l.Spaced == other.Spaced && l.Gap.Wait == other.Gap.Wait && l.PerConnection == other.PerConnection &&
		l.Refused.Equal(other.Refused)
}

// Learned returns what the Flow knows.
func (f *Flow) Learned(now time.Time) Learned {
	l := Learned{At: now, Sent: summedUp(f.known.sent, now), Refused: f.refused}
	if f.connections < f.bounds.Connections {
		l.Connections, l.Slowed, l.Crowd = f.connections, f.slowed, f.crowd.kept()
	}
	if f.learned.most > 0 {
		l.Most, l.Length, l.Spaced = f.learned.most, f.learned.length, f.learned.spaced
		l.Settled, l.Before, l.Rate = f.settled, f.before, f.rate.kept()
		if l.Counted = now; len(f.learned.sent) > 0 {
			l.Counted = f.learned.sent[0]
		}
	}
	if s := f.spacing; s.wait > 0 {
		l.Gap = Gap{Wait: s.wait, Passed: s.passed, Refused: s.refused, Last: later(s.last, s.sent), Step: s.step,
			Look: s.look, Next: s.next}
	}
	if f.perConnection > 0 && now.Before(f.forget) {
		l.PerConnection, l.Forget = f.perConnection, f.forget
	}
	return l
}

// summedUp counts the messages of the last hour.
func summedUp(sent []time.Time, now time.Time) (all []Sent) {
	width := func(at time.Time) time.Duration {
		if now.Sub(at) > time.Minute {
			return time.Minute
		}
		return time.Second
	}
	for i := len(sent) - 1; i >= 0 && now.Sub(sent[i]) < time.Hour+time.Minute; i-- {
		last := len(all) - 1
		if last >= 0 && all[last].Until().Sub(sent[i]) < width(all[last].Until()) {
			all[last][1]++
			continue
		}
		all = append(all, Sent{sent[i].UnixMilli(), 1})
	}
	slices.Reverse(all)
	return all
}

// Resume has a Flow that begins know what was learned before. Times that have not come yet are of a clock that was set
// since.
func (f *Flow) Resume(now time.Time, l Learned) {
	if age := now.Sub(l.At); age > keptFor || age < -keptFor {
		return
	}
	for _, one := range l.Sent {
		if one.Until().After(now) {
			continue
		}
		for range min(one[1], 2*maxSent) {
			f.known.send(one.Until())
			f.passed.add(one.Until())
		}
	}
	f.Heed(now, l)
	f.crowd.resume(now, l.Crowd)
	f.rate.resume(now, l.Rate)
	if f.before = l.Before; now.Sub(l.At) <= shortAway {
		f.refused = earlier(l.Refused, now)
	}
	if g := l.Gap; g.Wait > 0 {
		f.spacing = spacing{
			wait: g.Wait, passed: g.Passed, refused: g.Refused, last: earlier(g.Last, now), sent: earlier(g.Last, now),
			step: g.Step, look: g.Look, next: earlier(g.Next, now.Add(longestRise)),
		}
	}
}

// Heed takes over what another process that sends to the same server has learned later: that the server takes less.
func (f *Flow) Heed(now time.Time, l Learned) {
	if l.Connections > 0 && l.Slowed.After(f.slowed) {
		f.connections, f.slowed = min(max(l.Connections, 1), f.connections), earlier(l.Slowed, now)
		f.crowd.failed(now, crowdWait)
	}
	if l.Most > 0 && l.Length > 0 && l.Settled.After(f.settled) && (f.learned.most == 0 || f.learned.length <= l.Length) {
		f.learned = window{most: l.Most, length: l.Length, spaced: l.Spaced}
		for _, at := range f.known.sent {
			if !at.Before(l.Counted) {
				f.learned.sent = append(f.learned.sent, at)
			}
		}
		f.settled, f.before = earlier(l.Settled, now), 0
		f.rate.failed(now, max(rateWait, l.Length))
	}
	if l.PerConnection > 0 && l.Forget.After(f.forget) {
		f.perConnection, f.forget = l.PerConnection, earlier(l.Forget, now.Add(endsHold))
	}
}

func (r rise) kept() Rise { return Rise{r.last, r.next, r.wait, r.step} }

func (r *rise) resume(now time.Time, kept Rise) {
	if kept.Wait <= 0 {
		return
	}
	wait := min(kept.Wait, longestRise)
	*r = rise{last: earlier(kept.Last, now), next: earlier(kept.Next, now.Add(wait)), wait: wait, step: kept.Step}
}
