package policy

import (
	"slices"
	"time"
)

// Flow is how much the server is given: how many connections at once, how many messages over each, and how fast. It
// begins with the bounds, gives less when the server says that it is too much, and goes up again step by step, less
// often each time that this was too much again.
//
// A server that takes one message only so long after the last one has a spacing of its own. Like the rest of this
// package it has no clock and no output. What it knows is kept as [Learned]. A Flow serves one goroutine at a time.
type Flow struct {
	bounds Bounds

	connections int
	slowed      time.Time // when it was last given less; what began before says no more
	crowd       rise

	known, learned window
	rate           rise
	settled        time.Time // when the rate was learned last
	before         float64   // of learned, before it rose last
	refused        time.Time // the first refusal for the rate that no success has followed yet
	passed         tally
	spacing        spacing

	latest time.Time // that was told; see tick

	perConnection int // learned; 0 is not
	ended         int // after how many messages a connection was ended last
	forget        time.Time
}

// Bounds are what the Flow never exceeds; 0 does not limit.
type Bounds struct {
	Connections           int // at least 1
	MessagesPerConnection int
	MessagesPerMinute     int
}

// rise is when to give more again.
type rise struct {
	last, next time.Time
	wait       time.Duration
	step       float64
}

// The waits before the server is given more.
const (
	crowdWait   = 10 * time.Second
	rateWait    = time.Minute
	longestRise = time.Hour
)

// fewTaken is how many messages do not tell a number in a time from a gap between them.
const fewTaken = 5

// Standing of a limit that was learned from the ends of connections.
const endsHold = time.Hour

// NewFlow begins with the bounds.
func NewFlow(bounds Bounds) *Flow {
	bounds.Connections = max(bounds.Connections, 1)
	f := &Flow{bounds: bounds, connections: bounds.Connections, crowd: rise{wait: crowdWait}, rate: rise{wait: rateWait}}
	f.known = window{most: float64(bounds.MessagesPerMinute), length: time.Minute + time.Second}
	return f
}

// Connections is how many may be open at once.
func (f *Flow) Connections() int { return f.connections }

// MessagesPerConnection is after how many messages a connection is to be closed; 0 means never.
func (f *Flow) MessagesPerConnection(now time.Time) int {
	if f.perConnection > 0 && now.Before(f.forget) {
		return f.perConnection
	}
	return f.bounds.MessagesPerConnection
}

// Ready is when the next message may go.
func (f *Flow) Ready(now time.Time) time.Time {
	f.tick(now)
	return later(f.spacing.ready(now), later(f.known.ready(now), f.learned.ready(now)))
}

// Send notes that a message goes at a time that Ready has returned.
func (f *Flow) Send(at time.Time) {
	f.known.send(at)
	f.learned.send(at)
	f.spacing.sent = at
}

// Excess is what the words of a refusal say that there was too much of.
type Excess uint8

// The excesses. TooMuch is any that the words do not name.
const (
	TooMuch Excess = iota
	TooManyConnections
	TooFast
	Exhausted // a quota of a day, or so; going slower does not help
)

// Rejection is a reply that refuses what passes or is a limit, and concerns all messages.
type Rejection struct {
	Excess Excess
	Stage  Stage
	Began  time.Time // the attempt
	Probe  bool      // it has gone to see whether a pause is over
	Others int       // connections that were open beside
	Sent   int       // messages that had gone over the same connection
}

// Crowded is told of a refusal. It is true when fewer connections are the answer: then the message goes again when its
// turn comes, and the refusal means nothing else. The server says so in many words, and at the greeting while other
// connections go on it says so whatever the words.
func (f *Flow) Crowded(now time.Time, r Rejection) bool {
	f.tick(now)
	first := r.Sent == 0 && (r.Stage == Opening || r.Stage == Sender) && r.Excess == TooMuch
	if r.Others == 0 || r.Excess != TooManyConnections && !first && (r.Stage != Opening || r.Excess == Exhausted) {
		return false
	}
	most := f.connections - max(1, (f.connections-4)/2)
	if r.Stage == Opening {
		most = r.Others // Those that were taken.
	}
	if most >= f.connections || r.Stage != Opening && !r.Began.After(f.slowed) {
		return true // Others have met the same at the same time.
	}
	f.connections, f.slowed = max(most, 1), now
	f.crowd.failed(now, crowdWait)
	return true
}

// TooFast is told of a refusal for the rate, which pauses the deliveries or not.
func (f *Flow) TooFast(now time.Time, r Rejection) {
	f.tick(now)
	switch {
	case r.Excess != TooFast || r.Stage == Opening || f.spacing.rejected(now):
	case r.Probe: // The looks at a pause take no place of messages after it.
		f.known.takeBack()
		f.learned.takeBack()
	case f.refused.IsZero() && r.Began.After(f.settled):
		f.refused = now
	}
}

// Delivered is told of a message that began at a time and was taken. waiting is true when others wait for their turn.
func (f *Flow) Delivered(now, began time.Time, waiting bool) {
	f.tick(now)
	if !f.refused.IsZero() && began.After(f.refused) {
		f.learn(now)
	}
	f.spacing.took(now)
	f.passed.add(now)
	if waiting && f.connections < f.bounds.Connections && f.crowd.due(now) {
		f.connections++
		f.crowd.rose(now)
	}
	if f.learned.most > 0 && f.rate.due(now) {
		f.before = f.learned.most
		f.rate.step = min(max(2*f.rate.step, 0.03), 1)
		f.learned.most += max(f.learned.most*f.rate.step, min(1, f.learned.most))
		f.rate.rose(now)
		if f.learned.most/f.learned.length.Seconds() > 500 {
			f.learned = window{}
		}
	}
}

// learn sets the rate, now that messages are taken again: in how long that was tells by what time the server counts.
func (f *Flow) learn(now time.Time) {
	since, after := f.refused, now.Sub(f.refused)
	f.refused, f.settled = time.Time{}, now
	if f.spacing.learn(now) {
		return
	}
	length, taken := time.Hour, f.passed.lastHour(since)
	switch {
	case after < 2*time.Second:
		length, taken = time.Second, f.known.within(since, time.Second)-1
	case after <= time.Minute+time.Minute/10:
		length, taken = time.Minute, f.passed.lastMinute(since)
	}
	switch {
	case after > 2*time.Hour || taken <= 0 && f.learned.most == 0:
		return // A quota of a day; or it was not for what was sent.
	case f.learned.most == 0 || f.learned.length < length: // There is another limit, of a longer time.
		f.learned = window{
			most: float64(max(taken, 1)), length: length + length/60, spaced: taken < fewTaken, sent: slices.Clone(f.known.sent),
		}
		if taken >= fewTaken && after < length/4 { // One place is free so soon: they come back one by one, or all just now.
			f.learned.spaced, f.learned.sent = true, nil
		}
	default:
		f.slower(taken)
	}
	f.rate.failed(now, max(rateWait, f.learned.length))
}

// slower lowers a rate that was learned before, to what it was before it rose, or below what was taken. In the latter
// case messages go evenly from then on: it may not be for their number, but for their coming at once.
func (f *Flow) slower(taken int) {
	switch {
	case f.before > 0 && f.before < f.learned.most:
		f.learned.most, f.before = f.before, 0
		return
	case f.learned.spaced && taken > 0:
		f.learned.most = min(0.9*f.learned.most, float64(taken))
	default:
		f.learned.most *= 0.9
	}
	f.before, f.learned.spaced = 0, true
}

// Ended is told that the server has ended a connection, or begun to refuse, after so many messages over it. Twice the
// same number is a limit.
func (f *Flow) Ended(now time.Time, messages int) {
	if messages == f.ended && messages > 0 {
		f.perConnection, f.forget = messages, now.Add(endsHold)
	}
	f.ended = messages
}

// failed waits longer before the next rise where the last one was too much.
func (r *rise) failed(now time.Time, shortest time.Duration) {
	if !r.last.IsZero() && now.Sub(r.last) <= r.wait {
		r.wait = min(2*r.wait, longestRise)
	} else {
		r.wait = shortest
	}
	r.next, r.step = now.Add(r.wait), 0
}

func (r *rise) rose(now time.Time) { r.last, r.next = now, now.Add(r.wait) }

// due reports whether it is time for a rise.
func (r *rise) due(now time.Time) bool { return !now.Before(r.next) }
