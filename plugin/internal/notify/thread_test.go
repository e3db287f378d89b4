package notify

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testThreads holds who goes before whom, and who is woken.
func testThreads(t *testing.T, database *store.Store) {
	s := newService(t, database)
	one := shared.Notification{To: "you@example.com", Text: "x", Thread: "alarm 1"}
	elsewhere, alone, other := one, one, one
	elsewhere.To, alone.Thread, other.Thread = "them@example.com", "", "alarm 2"
	receipts := notifyAll(t, s, one, one, elsewhere, alone, other, one)
	jobs := make([]*river.Job[outgoing], len(receipts))
	for i, receipt := range receipts {
		jobs[i] = jobNamed(t, s, receipt.ID)
	}
	check := func(when string, want ...int) {
		t.Helper()
		var got []int
		for i, job := range jobs {
			if _, behind := s.behind(t.Context(), job); behind {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s those wait that have the places %v", when, got)
		}
	}
	set := func(i int, change string) {
		t.Helper()
		if _, err := database.DB().Exec("UPDATE river_job SET "+change+" WHERE id = $1", jobs[i].ID); err != nil {
			t.Fatal(err)
		}
	}
	check("at first", 1, 5)
	set(0, "state = 'retryable', scheduled_at = '2999-01-01 00:00:00'")
	if wait, _ := s.behind(t.Context(), jobs[1]); wait != longestBehind {
		t.Errorf("behind one that is tried again much later it waits %s", wait)
	}
	later := "'" + time.Now().Add(20*time.Second).UTC().Format("2006-01-02 15:04:05.000") + "'"
	set(0, "scheduled_at = "+later)
	if database.Pool() == nil { // The other one takes the text for a time of its zone.
		if wait, _ := s.behind(t.Context(), jobs[1]); wait < 15*time.Second || wait > 21*time.Second {
			t.Errorf("behind one that is tried again in 20 s it waits %s", wait)
		}
	}
	set(0, "state = 'cancelled', finalized_at = created_at")
	check("when the first has been given up", 5)
	set(1, "state = 'scheduled', scheduled_at = '2999-01-01 00:00:00'")
	s.wakeNext(t.Context(), jobs[0])
	woken := jobOf(t, s, jobs[1].ID)
	if woken.State != rivertype.JobStateAvailable || woken.ScheduledAt.After(time.Now()) {
		t.Errorf("the next is %s, at %s", woken.State, woken.ScheduledAt)
	}
	state := policy.State{Pause: policy.Pause{Messages: []string{strconv.FormatInt(jobs[1].ID, 10)}}}
	for _, i := range []int{2, 3, 4} {
		set(i, "state = 'completed', finalized_at = created_at")
	}
	if s.queue.bringBetterProbe(t.Context(), state, policy.Message{ID: state.Messages[0]}) {
		t.Error("one that waits for another of its thread is taken for a better probe than that")
	}
	set(1, "state = 'completed', finalized_at = created_at")
	check("when the second has been delivered")
}

// testOrderInThread has many workers take the notifications of threads at once: those of each arrive in their order,
// with one that has to be tried again and one that is given up among them.
func testOrderInThread(t *testing.T, database *store.Store) {
	s := newService(t, database)
	const threads, each = 3, 4
	var all []shared.Notification
	for i := range each {
		for thread := range threads {
			all = append(all, shared.Notification{
				To: "you@example.com", Subject: strconv.Itoa(i), Text: "x", Thread: strconv.Itoa(thread),
			})
		}
	}
	notifyAll(t, s, all...)
	type arrival struct{ thread, place string }
	arrived := make(chan arrival, len(all))
	config := riverConfig(s)
	config.ID, config.Workers = "one", river.NewWorkers()
	tried := make(chan struct{}, 1)
	river.AddWorker(config.Workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outgoing]) error {
		if _, behind := s.behind(ctx, job); behind {
			return river.JobSnooze(50 * time.Millisecond) // Less than behind says, for the sake of the test's time.
		}
		if job.Args.Thread == "1" && job.Args.Subject == "1" {
			select {
			case tried <- struct{}{}:
				return river.JobSnooze(100 * time.Millisecond)
			default:
			}
		}
		arrived <- arrival{job.Args.Thread, job.Args.Subject}
		if job.Args.Thread == "2" && job.Args.Subject == "0" {
			return dead(greylisted)
		}
		if err := s.completed(context.WithoutCancel(ctx), job.ID, deliveredNote{Reply: "250 2.0.0 ok"}); err != nil {
			return err
		}
		s.wakeNext(ctx, job)
		return reported{}
	}))
	running, err := openClient(t.Context(), database, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	order := map[string]string{}
	for range all {
		one := <-arrived
		order[one.thread] += one.place
	}
	stopWorker(t, running)
	for thread, places := range order {
		if places != "0123" {
			t.Errorf("in thread %s the order is %s", thread, places)
		}
	}
}
