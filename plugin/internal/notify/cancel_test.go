package notify

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["cancel what is under way"] = testCancelUnderWay
	databaseTests["thread behind what is held"] = testThreadBehindHeld
}

// deafClient reaches no worker.
type deafClient struct{ client }

var errUnreached = errors.New("no worker is reached")

func (deafClient) JobCancel(context.Context, int64) (*rivertype.JobRow, error) {
	return nil, errUnreached
}

// testCancelUnderWay cancels what workers have that are not told of it, in any state that they leave it in meanwhile:
// none is missed, and who has done it is known of each.
func testCancelUnderWay(t *testing.T, database *store.Store) {
	s := newService(t, database)
	begun, cancelled := make(chan struct{}, 3), make(chan struct{})
	outcomes := map[string]error{
		"back": backToQueue(), "refused": errors.New(encode(greylisted)), "in its place": errInPlace,
	}
	ids := map[string]int64{}
	for key := range outcomes {
		ids[key] = insertOne(t, s, key)
	}
	running := startWorker(t, s, s.node, func(ctx context.Context, job *river.Job[outgoing]) error {
		begun <- struct{}{}
		<-cancelled
		if errors.Is(outcomes[job.Args.Key], errInPlace) {
			return s.inPlace(ctx, job.ID, nil)
		}
		return outcomes[job.Args.Key]
	}, "back", "refused", "in its place")
	for range ids {
		<-begun
	}
	told := s.queue.client
	s.queue.client = deafClient{told}
	all := shared.OperateRequest{All: true, Operation: shared.OperationCancel, Actor: "anna"}
	report, err := s.Operate(t.Context(), all)
	if !errors.Is(err, errUnreached) || report.Matched != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	s.queue.client = told
	close(cancelled)
	stopWorker(t, running)
	for key, id := range ids {
		if state := stateOf(jobOf(t, s, id)); state != shared.NotificationCancelled {
			t.Errorf("%s is %s", key, state)
		}
		if got := audited(t, s, id); !slices.Equal(got, []string{"cancel anna"}) {
			t.Errorf("%s: it is %q", key, got)
		}
	}
	checkCounts(t, s)
}

// testThreadBehindHeld holds that a new notification of a thread does not wait for one that is held, be it taken by a
// worker or looked for to see whether a pause is over, and that the order of those that wait stays.
func testThreadBehindHeld(t *testing.T, database *store.Store) {
	s := newService(t, database)
	one := shared.Notification{To: "you@example.com", Text: "x", Thread: "alarm 1"}
	receipts := notifyAll(t, s, one, one, one)
	if _, err := database.DB().Exec("UPDATE river_job SET state = 'pending' WHERE id = " + receipts[0].ID); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, false, true} {
		if _, behind := s.behind(t.Context(), jobNamed(t, s, receipts[i].ID)); behind != want {
			t.Errorf("the notification %d waits for another one: %t", i, behind)
		}
	}
	if _, err := database.DB().Exec("UPDATE river_job SET state = 'scheduled' WHERE id > " + receipts[0].ID); err != nil {
		t.Fatal(err)
	}
	state := policy.State{Pause: policy.Pause{Messages: []string{receipts[2].ID}}}
	if !s.queue.bringBetterProbe(t.Context(), state, policy.Message{ID: receipts[2].ID}) {
		t.Error("no probe is found behind what is held")
	}
	if job := jobNamed(t, s, receipts[1].ID); job.State != rivertype.JobStateAvailable {
		t.Errorf("the better probe is %s", job.State)
	}
}
