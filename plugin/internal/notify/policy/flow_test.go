package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// crowded allows so many connections, and says so at a stage, in its words.
type crowded struct {
	most  int
	stage Stage
	code  string
}

func (c *crowded) refusal() *Refusal {
	r := &Refusal{Code: c.code, Scope: shared.ScopeClient, Lasting: limit, Stage: c.stage}
	if c.code == "unknown" {
		r.Scope, r.Lasting = shared.ScopeServer, shared.LastingTemporary
	}
	return r
}

func (c *crowded) greet(_ time.Time, others int) *Refusal {
	if c.stage == Opening && others >= c.most {
		return c.refusal()
	}
	return nil
}

func (c *crowded) mail(_ time.Time, open, _ int) *Refusal {
	if c.stage != Opening && open > c.most {
		return c.refusal()
	}
	return nil
}

func (*crowded) took(time.Time) {}

// TestCrowdedServers sends to servers that allow 1, 2, or 3 connections.
func TestCrowdedServers(t *testing.T) {
	for _, stage := range []Stage{Opening, Sender, Content} {
		for _, code := range []string{"too_many_connections", "unknown"} {
			if code == "unknown" && stage == Content {
				continue // Nothing tells it from any other refusal.
			}
			for most := 1; most <= 3; most++ {
				t.Run(fmt.Sprintf("%d, %s at %s", most, code, stage), func(t *testing.T) {
					soak(t, 2, func(t *testing.T, seed uint64) {
						const messages = 6000
						w := newWorld(t, seed, messages, Bounds{Connections: 4 + int(seed%3)*4}, &crowded{most, stage, code})
						took := w.run()
						best := messages * 40 * time.Millisecond / time.Duration(most)
						if took > best*13/10+2*time.Second || w.settledRefusals(time.Minute) > 0.01 || len(w.refusals) > 100 {
							t.Errorf("%s, the best is %s; %d refusals, %.1f %% of them after a minute", took, best, len(w.refusals),
								100*w.settledRefusals(time.Minute))
						}
					})
				})
			}
		}
	}
}

// windowed takes so many messages in a time: in any such time, in each one by the clock, or as a bucket that fills
// evenly.
type windowed struct {
	most   int
	length time.Duration
	kind   string
	code   string
	sent   []time.Time
	bucket float64
	filled time.Time
}

func (s *windowed) greet(time.Time, int) *Refusal { return nil }

func (s *windowed) mail(now time.Time, _, _ int) *Refusal {
	count := 0
	switch s.kind {
	case "sliding":
		for i := len(s.sent) - 1; i >= 0 && now.Sub(s.sent[i]) < s.length; i-- {
			count++
		}
	case "by the clock":
		for i := len(s.sent) - 1; i >= 0 && !s.sent[i].Before(now.Truncate(s.length)); i-- {
			count++
		}
	case "bucket":
		if s.filled.IsZero() {
			s.bucket = float64(s.most)
		} else {
			s.bucket = min(float64(s.most), s.bucket+now.Sub(s.filled).Seconds()*float64(s.most)/s.length.Seconds())
		}
		if s.filled = now; s.bucket < 1 {
			count = s.most
		}
	}
	if count < s.most {
		return nil
	}
	return &Refusal{Code: s.code, Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender,
		Exhausted: s.code == "sending_limit_reached"}
}

func (s *windowed) took(now time.Time) { s.sent, s.bucket = append(s.sent, now), s.bucket-1 }

// best is how long so many messages take at least, where the server is known: a bucket gives one back after the other,
// and a time that is full none before it has passed.
func (s *windowed) best(messages int) time.Duration {
	if s.kind == "bucket" {
		return time.Duration(float64(s.length) * (float64(messages)/float64(s.most) - 1))
	}
	return s.length * time.Duration((messages+s.most-1)/s.most-1)
}

// TestRateLimitedServers sends to servers that take so many messages in a time. The aim is 1.3 of the best.
func TestRateLimitedServers(t *testing.T) {
	for name, c := range map[string]struct {
		most, messages int
		length         time.Duration
	}{
		"10 a minute, few":  {10, 35, time.Minute},
		"20 a minute, few":  {20, 90, time.Minute},
		"30 a minute, few":  {30, 100, time.Minute},
		"30 a minute, many": {30, 1000, time.Minute},
		"14 a second":       {14, 5000, time.Second},
		"100 a minute":      {100, 350, time.Minute},
		"100 an hour":       {100, 1000, time.Hour},
	} {
		for _, kind := range []string{"sliding", "by the clock", "bucket"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				soak(t, 10, func(t *testing.T, seed uint64) {
					server := &windowed{most: c.most, length: c.length, kind: kind, code: "rate_limited"}
					w := newWorld(t, seed, c.messages, Bounds{Connections: 4}, server)
					took, best, settled := w.run(), server.best(c.messages), w.settledRefusals(2*c.length)
					if took > best*5/4 || settled > 0.05 {
						t.Errorf("%s, the best is %s; %d refusals, %.1f %% after it has settled; %+v", took, best,
							len(w.refusals), 100*settled, w.flow.learned.most)
					}
				})
			})
		}
	}
}

// TestStrictRates sends to servers that take a message only so long after the last one. Such a time is found by
// bisection, which takes a few refusals.
func TestStrictRates(t *testing.T) {
	for _, gap := range []time.Duration{
		time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second, time.Minute,
	} {
		for _, connections := range []int{1, 4} {
			t.Run(fmt.Sprintf("one each %s, %d connections", gap, connections), func(t *testing.T) {
				soak(t, 10, func(t *testing.T, seed uint64) {
					const messages = 300
					w := newWorld(t, seed, messages, Bounds{Connections: connections},
						&windowed{most: 1, length: gap, kind: "sliding", code: "rate_limited"})
					took, best := w.run(), gap*(messages-1)
					if settled := w.settledRefusals(max(time.Minute, 10*gap)); took > best*13/10 || settled > 0.05 {
						t.Errorf("%s, %.2f of the best; %d refusals, %.1f %% after it has settled; %+v", took,
							float64(took)/float64(best), len(w.refusals), 100*settled, w.flow.spacing)
					}
				})
			})
		}
	}
}

// TestStrictRateChanges sends to a server that becomes stricter, or less strict, than it was.
func TestStrictRateChanges(t *testing.T) {
	for _, c := range []struct{ before, after time.Duration }{
		{2 * time.Second, 5 * time.Second}, {10 * time.Second, 2 * time.Second}, {2 * time.Second, time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%s, then %s", c.before, c.after), func(t *testing.T) {
			soak(t, 5, func(t *testing.T, seed uint64) {
				server := &windowed{most: 1, length: c.before, kind: "sliding", code: "rate_limited"}
				w := newWorld(t, seed, 200, Bounds{Connections: 4}, server)
				w.run()
				server.length = c.after
				const later = 3000
				for i := range later {
					w.waiting = append(w.waiting, &queued{id: fmt.Sprint("later", i), at: w.now})
				}
				before, refused := w.now, len(w.refusals)
				w.run()
				took, best := w.last.Sub(before), later*c.after
				if refused = len(w.refusals) - refused; took > best*13/10+20*time.Minute || refused > later/20 {
					t.Errorf("%s, the best is %s; %d refusals; %+v", took, best, refused, w.flow.spacing)
				}
			})
		})
	}
}

// TestStrictRateAndQuota sends to a server that takes a message each two seconds, and so many in an hour: the longer
// limit does not make the shorter one forgotten, nor does it pass for a longer gap.
func TestStrictRateAndQuota(t *testing.T) {
	soak(t, 5, func(t *testing.T, seed uint64) {
		const messages, hourly = 1000, 200
		w := newWorld(t, seed, messages, Bounds{Connections: 4}, both{
			&windowed{most: 1, length: 2 * time.Second, kind: "sliding", code: "rate_limited"},
			&windowed{most: hourly, length: time.Hour, kind: "sliding", code: "rate_limited"},
		})
		took, best := w.run(), (messages/hourly-1)*time.Hour
		if took > best*13/10+time.Hour || len(w.refusals) > messages/20 {
			t.Errorf("%s, the best is %s; %d refusals; %+v", took, best, len(w.refusals), w.flow.spacing)
		}
	})
}

// both has two limits.
type both [2]*windowed

func (both) greet(time.Time, int) *Refusal { return nil }

func (s both) mail(now time.Time, open, sent int) *Refusal {
	if r := s[0].mail(now, open, sent); r != nil {
		return r
	}
	return s[1].mail(now, open, sent)
}

func (s both) took(now time.Time) {
	s[0].took(now)
	s[1].took(now)
}

// TestKnownLimits sends to a server whose limits are known: it has nothing to refuse.
func TestKnownLimits(t *testing.T) {
	for _, kind := range []string{"sliding", "by the clock", "bucket"} {
		w := newWorld(t, 1, 300, Bounds{Connections: 3, MessagesPerMinute: 30},
			&windowed{most: 30, length: time.Minute, kind: kind, code: "rate_limited"})
		if took := w.run(); took > 9*time.Minute*11/10 || len(w.refusals) > 0 {
			t.Errorf("%s: %s, %d refusals", kind, took, len(w.refusals))
		}
	}
}

// TestDailyLimit uses up the limit of a day: it is asked again after minutes, then each hour.
func TestDailyLimit(t *testing.T) {
	for _, kind := range []string{"sliding", "by the clock"} {
		w := newWorld(t, 1, 600, Bounds{Connections: 4},
			&windowed{most: 500, length: 24 * time.Hour, kind: kind, code: "sending_limit_reached"})
		if took := w.run(); took > 25*time.Hour+30*time.Minute {
			t.Errorf("%s: all were delivered after %s", kind, took)
		}
		looks := w.refusals[len(w.refusals)-25:]
		for i, at := range looks[1:] {
			if gap := at.Sub(looks[i]); gap > time.Hour+time.Second || gap < 2*time.Minute {
				t.Errorf("%s: %s between two questions", kind, gap)
			}
		}
		if first := looks[0].Sub(start); first > time.Hour || len(w.refusals) > 40 {
			t.Errorf("%s: %d questions, each hour from %s on", kind, len(w.refusals), first)
		}
	}
}

// ending ends a connection after so many messages.
type ending struct{ most int }

func (ending) greet(time.Time, int) *Refusal { return nil }
func (ending) took(time.Time)                {}
func (e ending) mail(_ time.Time, _, sent int) *Refusal {
	if sent < e.most {
		return nil
	}
	return &Refusal{Code: "ended", Scope: shared.ScopeServer, Lasting: shared.LastingTemporary, Stage: Sender}
}

// TestEndedConnections sends to servers that take 1, or 10, messages over a connection.
func TestEndedConnections(t *testing.T) {
	for _, most := range []int{1, 10} {
		const messages, connections = 2000, 4
		w := newWorld(t, 1, messages, Bounds{Connections: connections, MessagesPerConnection: 100}, ending{most})
		best := messages / connections * (40*time.Millisecond + 100*time.Millisecond/time.Duration(most))
		if took := w.run(); took > best*13/10 || len(w.refusals) > 10 {
			t.Errorf("%d: %s, the best is %s; %d refusals", most, took, best, len(w.refusals))
		}
	}
}

// TestOthersArePausesNotCrowds leaves alone what fewer connections do not help against.
func TestOthersArePausesNotCrowds(t *testing.T) {
	for name, r := range map[string]Rejection{
		"nothing else is open":   {Excess: TooManyConnections, Stage: Opening},
		"a quota":                {Excess: Exhausted, Stage: Opening, Others: 3},
		"a rate":                 {Excess: TooFast, Stage: Sender, Others: 3},
		"after messages":         {Stage: Sender, Others: 3, Sent: 5},
		"a refusal of a message": {Stage: Content, Others: 3},
	} {
		f := NewFlow(Bounds{Connections: 4})
		if r.Began = start; f.Crowded(start.Add(time.Second), r) || f.Connections() != 4 {
			t.Errorf("%s: it is given %d connections", name, f.Connections())
		}
	}
}

// TestMoreStepByStep gives more connections again when a server allows them.
func TestMoreStepByStep(t *testing.T) {
	server := &crowded{most: 1, stage: Opening, code: "too_many_connections"}
	w := newWorld(t, 1, 3000, Bounds{Connections: 4}, server)
	server.most = 1
	w.waiting, w.taken = w.waiting[:1000], 0
	w.run()
	if got := w.flow.Connections(); got != 1 {
		t.Fatalf("%d connections", got)
	}
	server.most = 10
	for i := range 12_000 {
		w.waiting = append(w.waiting, &queued{id: fmt.Sprint("later", i), at: w.now})
	}
	before := len(w.refusals)
	w.run()
	if got := w.flow.Connections(); got != 4 || len(w.refusals) > before {
		t.Errorf("%d connections, %d refusals more", got, len(w.refusals)-before)
	}
}
