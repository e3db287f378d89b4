package notify

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["better probe by the policy's judgement"] = testProbeByPolicy }

// testProbeByPolicy holds that a better probe is one by the judgement of the policy, not by that of the database alone:
// what the engine's comparison of domains gets wrong neither sends two messages ahead of each other for ever, nor hides
// a better one.
func testProbeByPolicy(t *testing.T, database *store.Store) {
	for met, c := range map[string]struct{ same, other string }{
		"bücher.example": {"BÜCHER.example", "other.example"}, "a_b.example": {"A_B.example", "axb.example"},
		"first.example": {"FIRST.EXAMPLE", "not-first.example"},
	} {
		s := newService(t, database)
		var waiting []policy.Message
		put := func(to string) policy.Message {
			receipts := notifyAll(t, s, shared.Notification{To: to, Text: "x"})
			return policy.Message{ID: receipts[0].ID, Recipient: to}
		}
		for range 3 {
			waiting = append(waiting, put("you@"+c.same))
		}
		state := policy.State{Pause: policy.Pause{
			Code: "refused", Stage: policy.Recipient, Messages: []string{"1000000"}, Domains: []string{met},
		}}
		for _, one := range waiting {
			if s.queue.bringBetterProbe(t.Context(), state, one) {
				t.Errorf("%s: there is a better one than those to its domain", met)
			}
		}
		better := put("you@" + c.other)
		if !s.queue.bringBetterProbe(t.Context(), state, waiting[0]) {
			t.Errorf("%s: the one to %s is not better", met, c.other)
		}
		if job := jobNamed(t, s, better.ID); !job.ScheduledAt.Before(job.CreatedAt) {
			t.Errorf("%s: the one to %s is not next, but at %s", met, c.other, job.ScheduledAt)
		}
		execute(t, database, "DELETE FROM river_job")
	}
}
