package probe

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestStillWaiting has steps of several lengths: only a long one says that it goes on, once and before it ends.
func TestStillWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		r := &run{watch: Watch{
			Started: func(id string, _ text.Text) { events = append(events, id) },
			Progress: func(id string, label, detail text.Text) {
				events = append(events, id+": "+detail.String()+" "+label.String())
			},
			Finished: func(step finding.Step) { events = append(events, "end of "+step.ID) },
		}}
		trace := r.trace()
		for _, one := range []struct {
			step smtpconn.Step
			took time.Duration
		}{
			{smtpconn.StepResolve, 0}, {smtpconn.StepGreeting, 25 * time.Second},
			{smtpconn.StepHello, stillWaiting - time.Millisecond}, {smtpconn.StepSender, stillWaiting + time.Millisecond},
		} {
			trace.StepStarted(one.step)
			time.Sleep(one.took)
			trace.StepFinished(one.step, smtpconn.Passed, one.took, nil)
		}
		time.Sleep(time.Hour)
		want := []string{
			"resolve", "end of resolve",
			"greeting", "greeting: still waiting for the server Greeting", "end of greeting",
			"hello", "end of hello",
			"sender", "sender: still waiting for the server Sender", "end of sender",
		}
		if !slices.Equal(events, want) {
			t.Errorf("the events were\n%q\nwant\n%q", events, want)
		}
	})
}
