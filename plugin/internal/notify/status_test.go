package notify

import (
	"os"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testFigures asks how the service is in a process that does not deliver: what has waited for the longest time, and
// what each process that delivers has done in the last hour.
func testFigures(t *testing.T, database *store.Store) {
	s, other := newService(t, database), newService(t, database)
	other.standby.claim = s.standby.claim // As if both used one file.
	if taken, err := s.standby.claim.take(t.Context()); err != nil || !taken {
		t.Fatal(taken, err)
	}
	defer s.standby.claim.release(t.Context())
	status := func(of *Service) shared.ServiceStatus {
		t.Helper()
		now, err := of.Status(t.Context(), shared.StatusRequest{})
		if err != nil || len(now.DeliveredBy) != 1 {
			t.Fatalf("%+v, %v", now, err)
		}
		return now
	}
	if now := status(other); !now.OldestWaiting.IsZero() || now.DeliveredBy[0].DeliveredLastHour != 0 {
		t.Errorf("nothing waits, and nothing was done: %+v", now)
	}
	jobs := underWay(t, s, "process", "one")
	first, second := jobs["one"].ID, insertOne(t, s, "two")
	if now := status(other); !now.OldestWaiting.Equal(jobOf(t, s, first).CreatedAt) {
		t.Errorf("the oldest waits since %s, not %s", now.OldestWaiting, jobOf(t, s, first).CreatedAt)
	}
	if err := s.completed(t.Context(), first, deliveredNote{Reply: "250 OK"}); err != nil {
		t.Fatal(err)
	}
	s.queue.buckets.count(tally{failed: 2})
	if err := s.queue.buckets.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	old := s.queue.buckets.add(tally{delivered: 100, failed: 100})
	old.arguments[0] = time.Now().Add(-2 * time.Hour).Truncate(time.Minute).Unix()
	if _, err := database.DB().Exec(old.text, old.arguments...); err != nil {
		t.Fatal(err)
	}
	for _, of := range []*Service{s, other} {
		now := status(of)
		if one := now.DeliveredBy[0]; one.DeliveredLastHour != 1 || one.FailedAttemptsLastHour != 2 ||
			one.PID != os.Getpid() || one.Self != (of == s) {
			t.Errorf("it is delivered by %+v", one)
		}
		if !now.OldestWaiting.Equal(jobOf(t, s, second).CreatedAt) {
			t.Errorf("the oldest waits since %s, not %s", now.OldestWaiting, jobOf(t, s, second).CreatedAt)
		}
	}
}
