package policy

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// restart has the service begin anew after so many messages, with what it has written down.
func (w *world) restart() {
	w.t.Helper()
	encoded, err := json.Marshal(w.flow.Learned(w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	var kept Learned
	if err := json.Unmarshal(encoded, &kept); err != nil {
		w.t.Fatal(err)
	}
	bounds := w.flow.bounds
	w.now = w.now.Add(w.away)
	if w.flow = NewFlow(bounds); !w.forgets {
		w.flow.Resume(w.now, kept)
	}
	w.open = nil
}

// restarting are servers of all kinds of limits, and how long so many messages take at best.
var restarting = map[string]struct {
	server   func() limiting
	messages int
	every    int
	best     time.Duration
}{
	"1 connection": {func() limiting { return &crowded{1, Opening, "too_many_connections"} }, 2000, 50,
		2000 * 40 * time.Millisecond},
	"2 connections": {func() limiting { return &crowded{2, Content, "too_many_connections"} }, 2000, 50,
		1000 * 40 * time.Millisecond},
	"30 a minute": {func() limiting {
		return &windowed{most: 30, length: time.Minute, kind: "sliding", code: "rate_limited"}
	}, 600, 50, 19 * time.Minute},
	"a bucket of 30 a minute": {func() limiting {
		return &windowed{most: 30, length: time.Minute, kind: "bucket", code: "rate_limited"}
	}, 600, 50, 19 * time.Minute},
	"100 an hour": {func() limiting {
		return &windowed{most: 100, length: time.Hour, kind: "sliding", code: "rate_limited"}
	}, 800, 60, 7 * time.Hour},
	"one each 3 s": {func() limiting {
		return &windowed{most: 1, length: 3 * time.Second, kind: "sliding", code: "rate_limited"}
	}, 400, 30, 399 * 3 * time.Second},
}

// TestRestarts has the service begin anew again and again before servers of all kinds of limits: they are not found out
// anew each time. Without what is kept they would be, which is tried too.
func TestRestarts(t *testing.T) {
	for name, c := range restarting {
		t.Run(name, func(t *testing.T) {
			refused := map[bool]int{}
			for _, forgets := range []bool{false, true} {
				w := newWorld(t, 1, c.messages, Bounds{Connections: 4, MessagesPerConnection: 1000}, c.server())
				w.every, w.forgets = c.every, forgets
				took := w.run()
				refused[forgets] = len(w.refusals)
				if settled := w.settledRefusals(c.best / 10); !forgets && (took > c.best*13/10+time.Minute || settled > 0.05) {
					t.Errorf("%s, the best is %s; %d refusals, %.1f %% after a while; %+v", took, c.best, len(w.refusals),
						100*settled, w.flow.Learned(w.now))
				}
			}
			if refused[false] >= refused[true] {
				t.Errorf("%d refusals, and %d where all is forgotten", refused[false], refused[true])
			}
		})
	}
}

// TestAway has the service begin anew a while after it has ended, at any time and during a pause: how long nothing was
// sent because it was away is not taken for how long the server refuses.
func TestAway(t *testing.T) {
	for name, c := range restarting {
		for _, away := range []time.Duration{5 * time.Minute, 40 * time.Minute, 2*time.Hour - time.Minute} {
			for _, paused := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/away %s/paused %t", name, away, paused), func(t *testing.T) {
					w := newWorld(t, 1, c.messages, Bounds{Connections: 4, MessagesPerConnection: 1000}, c.server())
					w.every, w.away, w.paused = c.every, away, paused
					if paused {
						w.every = 10
					}
					took := w.run() - time.Duration(w.begins)*away
					if !paused && w.begins == 0 || took > 2*c.best+2*time.Minute {
						t.Errorf("%s, the best is %s; away %d times; %d refusals; %+v", took, c.best, w.begins,
							len(w.refusals), w.flow.Learned(w.now))
					}
				})
			}
		}
	}
}

// TestLearnedAges holds that what was learned long ago, or by a clock that was wrong, is not believed for ever.
func TestLearnedAges(t *testing.T) {
	bounds := Bounds{Connections: 4, MessagesPerConnection: 100}
	f := NewFlow(bounds)
	f.Crowded(start.Add(time.Second), Rejection{Excess: TooManyConnections, Others: 1, Began: start, Stage: Opening})
	f.Ended(start, 10)
	f.Ended(start, 10)
	f.learned, f.settled = window{most: 30, length: time.Minute}, start
	for i := range 100 {
		f.Send(start.Add(time.Duration(i) * 100 * time.Millisecond))
	}
	kept := f.Learned(start.Add(10 * time.Second))
	if len(kept.Sent) > 12 || !kept.Knows() {
		t.Errorf("it keeps %+v", kept)
	}
	for name, c := range map[string]struct {
		after       time.Duration
		connections int
		waits       bool
	}{
		"soon": {11 * time.Second, 1, true}, "after an hour": {time.Hour, 1, false},
		"after a week":           {7 * 24 * time.Hour, 4, false},
		"a clock that was ahead": {-48 * time.Hour, 4, false},
	} {
		now, again := start.Add(c.after), NewFlow(bounds)
		again.Resume(now, kept)
		if waits := again.Ready(now).After(now); again.Connections() != c.connections || waits != c.waits {
			t.Errorf("%s: %d connections, waits: %t", name, again.Connections(), waits)
		}
		if next := again.Ready(now); next.Sub(now) > time.Minute+time.Second {
			t.Errorf("%s: it waits until %s", name, next)
		}
	}
	before := start.Add(-time.Hour)
	again := NewFlow(bounds)
	again.Resume(before, kept)
	if at := again.Ready(before); at.After(before) || again.crowd.next.After(before.Add(longestRise)) {
		t.Errorf("a clock that was set back by an hour has it wait until %s", at)
	}
}

// TestHeed takes over what another process has learned later, and nothing that it knows better.
func TestHeed(t *testing.T) {
	bounds := Bounds{Connections: 4}
	other := NewFlow(bounds)
	later := start.Add(time.Minute)
	other.Crowded(later, Rejection{Excess: TooManyConnections, Others: 2, Began: start, Stage: Opening})
	other.learned, other.settled = window{most: 30, length: time.Minute}, later
	f := NewFlow(bounds)
	f.Heed(later, other.Learned(later))
	if f.Connections() != 2 || f.learned.most != 30 {
		t.Errorf("it has %d connections and %v", f.Connections(), f.learned.most)
	}
	f.connections, f.slowed, f.learned.most, f.settled = 1, later.Add(time.Second), 20, later.Add(time.Second)
	f.Heed(later.Add(time.Minute), other.Learned(later.Add(time.Minute)))
	if f.Connections() != 1 || f.learned.most != 20 {
		t.Errorf("what it has found out itself becomes %d and %v", f.Connections(), f.learned.most)
	}
}
