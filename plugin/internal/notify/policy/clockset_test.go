package policy

import (
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestClockSetBack has the clock set back by hours: nothing waits longer for that, and what is learned goes on.
func TestClockSetBack(t *testing.T) {
	const back = 3 * time.Hour
	for name, limit := range map[string]func(*Flow){
		"a limit that is known":   func(f *Flow) { f.known.most = 2 },
		"a limit that is learned": func(f *Flow) { f.learned = window{most: 2, length: time.Minute} },
		"messages that are spaced": func(f *Flow) {
			f.learned = window{most: 2, length: time.Minute, spaced: true}
		},
		"a gap": func(f *Flow) { f.spacing = spacing{wait: 20 * time.Second, passed: 20 * time.Second} },
	} {
		t.Run(name, func(t *testing.T) {
			f := NewFlow(Bounds{Connections: 4})
			f.rate.next = start.Add(10 * time.Minute)
			limit(f)
			now := start
			for range 2 {
				now = f.Ready(now)
				f.Send(now)
				f.Delivered(now, now, false)
			}
			want := f.Ready(now).Sub(now)
			if now = now.Add(-back); f.Ready(now).Sub(now) != want || want <= 0 {
				t.Errorf("the next message waits %s, and %s before", f.Ready(now).Sub(now), want)
			}
			for range 5 {
				next := f.Ready(now)
				if now = next; f.Ready(now).After(now) {
					t.Error("it is not ready when it said")
				}
				f.Send(now)
				f.Delivered(now, now, false)
			}
			if took := now.Add(back).Sub(start); took > 5*time.Minute {
				t.Errorf("7 messages take %s", took)
			}
		})
	}
	f := NewFlow(Bounds{Connections: 8})
	crowded := Rejection{Excess: TooManyConnections, Stage: Content, Others: 4, Sent: 1, Began: start}
	f.Crowded(start, crowded)
	crowded.Began = start.Add(time.Second)
	f.Crowded(start.Add(time.Second), crowded)
	now, least := start.Add(time.Second-back), f.Connections()
	f.Ready(now)
	crowded.Began = now.Add(time.Second)
	if f.Crowded(now.Add(time.Second), crowded); f.Connections() >= least {
		t.Errorf("there are %d connections as before", f.Connections())
	}
	least = f.Connections()
	if f.Delivered(now.Add(time.Minute), now.Add(time.Minute), true); f.Connections() <= least {
		t.Errorf("after a minute there are no more than %d connections", f.Connections())
	}
}

// TestPauseOfClockSetBack holds that a pause is not as much longer as the clock is set back.
func TestPauseOfClockSetBack(t *testing.T) {
	p := New(30 * time.Second)
	a := Attempt{Message: Message{ID: "1", Recipient: "you@x.example"}, Taken: start, Began: start}
	away := Refusal{Code: "refused", Scope: shared.ScopeServer, Lasting: shared.LastingTemporary, Stage: Opening}
	s, _ := p.Refused(State{}, start, a, away)
	if !s.Paused() {
		t.Fatalf("%+v", s)
	}
	if _, admission := p.Admit(s, start, a.Message, true); admission.Go {
		t.Error("the pause has no wait")
	}
	if _, admission := p.Admit(s, start.Add(-3*time.Hour), a.Message, true); !admission.Probe {
		t.Errorf("the pause goes on for %s", admission.Until.Sub(start.Add(-3*time.Hour)))
	}
	held := State{Held: []Held{{Recipient: a.Recipient, Since: start, Next: start.Add(time.Minute), Looks: 1}}}
	if _, admission := p.Admit(held, start, a.Message, true); admission.Go {
		t.Error("the recipient is not held")
	}
	if _, admission := p.Admit(held, start.Add(-3*time.Hour), a.Message, true); !admission.Go {
		t.Error("the recipient is held for hours")
	}
}
