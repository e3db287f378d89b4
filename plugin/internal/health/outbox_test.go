package health

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// receiver is told of transitions, and refuses or kills the one who tells.
type receiver struct {
	answer func(try int) error
	tried  []string // state and id of each try
	when   []time.Duration
	beats  []time.Duration
}

// alerting are nodes that tell the receiver.
func alerting(t *testing.T, r *receiver, count int) *nodes {
	t.Helper()
	open := sqliteAt(t.TempDir())
	n := newNodes(t, count, func(t *testing.T) *store.Store { return open(t, "one") })
	n.alert = func(name string, event Event) error {
		r.tried = append(r.tried, fmt.Sprint(event.To, " ", event.ID))
		r.when = append(r.when, n.since)
		if r.answer == nil {
			return nil
		}
		return r.answer(len(r.tried))
	}
	n.beat = func() error { r.beats = append(r.beats, n.since); return nil }
	n.running = nil
	for range count {
		n.running = append(n.running, n.start())
	}
	return n
}

func states(tried []string) string {
	var said []string
	for _, one := range tried {
		state, _, _ := strings.Cut(one, " ")
		said = append(said, state)
	}
	return strings.Join(said, " ")
}

// TestTransitionsAreToldInOrder holds that a receiver is told of what people want to know, once and in order, by one
// process of several, also when it is away for a while, and when processes are killed between.
func TestTransitionsAreToldInOrder(t *testing.T) {
	refusing := errors.New("refused")
	for _, c := range []struct {
		name   string
		answer func(try int) error
		want   string
	}{
		{"takes all", nil, "broken healthy"},
		{"refuses the first", func(try int) error {
			if try == 1 {
				return refusing
			}
			return nil
		}, "broken broken healthy"},
		{"refuses all", func(int) error { return refusing }, "broken broken broken healthy healthy healthy"},
	} {
		for _, count := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d processes", c.name, count), func(t *testing.T) {
				r := &receiver{answer: c.answer}
				n := alerting(t, r, count)
				n.answer = during(5*time.Hour, 9*time.Hour, "away")
				n.dieAt = []time.Duration{7 * time.Hour}
				n.live(16 * time.Hour)
				if got := states(r.tried); got != c.want {
					t.Errorf("told %s, want %s", got, c.want)
				}
				ids := map[string]string{}
				for _, one := range r.tried {
					state, id, _ := strings.Cut(one, " ")
					if ids[id] != "" && ids[id] != state {
						t.Errorf("the id %s is of two transitions", id)
					}
					ids[id] = state
				}
				if len(ids) != 2 {
					t.Errorf("%d ids", len(ids))
				}
				checkBeats(t, r.beats)
			})
		}
	}
}

// checkBeats holds that there is a heartbeat after each success, and none while nothing succeeds.
func checkBeats(t *testing.T, beats []time.Duration) {
	t.Helper()
	for i, at := range beats {
		if at > 5*time.Hour+30*time.Minute && at < 9*time.Hour || i > 0 && at-beats[i-1] < 6*time.Hour {
			t.Errorf("heartbeats at %v", beats)
		}
	}
	if len(beats) < 2 {
		t.Errorf("heartbeats at %v", beats)
	}
}

// TestKilledWhileItTells holds that a process that dies while it tells has told: there are three tries at most, all
// with the same id.
func TestKilledWhileItTells(t *testing.T) {
	r := &receiver{}
	n := alerting(t, r, 1)
	n.killTelling = true
	n.answer = during(5*time.Hour, month, "away")
	n.live(12 * time.Hour)
	if got := states(r.tried); got != "broken broken broken" {
		t.Errorf("told %s", got)
	}
}

// TestLaterReceiver holds that a receiver that is named later is not told of what was before.
func TestLaterReceiver(t *testing.T) {
	r := &receiver{}
	n := alerting(t, r, 1)
	alert := n.running[0].Alert
	n.running[0].Alert = nil
	n.answer = during(5*time.Hour, 13*time.Hour, "away")
	n.live(8 * time.Hour)
	n.running[0].Alert = alert
	n.live(16 * time.Hour)
	if got := states(r.tried); got != "healthy" {
		t.Errorf("told %s", got)
	}
}
