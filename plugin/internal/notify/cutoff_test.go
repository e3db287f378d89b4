package notify

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testCutOff cancels a notification while a worker has it, which the worker learns of before it returns: nothing tells
// of a defect, then nor after the notification was retried, and no attempt is counted that was none.
func testCutOff(t *testing.T, database *store.Store) {
	s := newService(t, database)
	ids := map[string]int64{"at once": insertOne(t, s, "at once"), "refused before": insertOne(t, s, "refused before")}
	failed := fmt.Sprintf("UPDATE river_job SET errors = "+s.queue.dialect.failed+" WHERE id = $2", "$1")
	greylisting := fmt.Sprintf(`{"at": %q, "attempt": 1, "error": %q}`, time.Now().UTC().Format(time.RFC3339),
		encode(greylisted))
	if _, err := database.DB().Exec(failed, greylisting, ids["refused before"]); err != nil {
		t.Fatal(err)
	}
	begun, worked := make(chan struct{}, len(ids)), make(chan struct{}, len(ids))
	running := startWorker(t, s, "one", func(ctx context.Context, job *river.Job[outgoing]) error {
		defer func() { worked <- struct{}{} }()
		begun <- struct{}{}
		<-ctx.Done() // River tells of the cancellation.
		return backToQueue()
	}, "at once", "refused before")
	for range ids {
		<-begun
	}
	for _, id := range ids {
		if _, err := running.JobCancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for range ids {
		<-worked
	}
	stopWorker(t, running)
	checkCutOff(t, s, ids, shared.NotificationCancelled)
	for _, id := range ids {
		request := shared.NotificationRequest{ID: fmt.Sprint(id), Actor: "anna"}
		if _, err := s.Retry(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
	checkCutOff(t, s, ids, shared.NotificationRetrying)
	checkCounts(t, s)
}

func checkCutOff(t *testing.T, s *Service, ids map[string]int64, state shared.NotificationState) {
	t.Helper()
	for key, attempts := range map[string]int{"at once": 0, "refused before": 1} {
		job := jobOf(t, s, ids[key])
		if last := job.Errors[len(job.Errors)-1].Error; !isCutOff(last) {
			t.Fatalf("%s: River says %q, and not that it was cut off", key, last)
		}
		detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(ids[key])})
		code := ""
		if detail.Failure != nil {
			code = detail.Failure.Code
		}
		if want := map[int]string{1: "greylisted"}[attempts]; err != nil || detail.State != state || code != want ||
			detail.NotificationEntry.Attempts != attempts || len(detail.Attempts) != attempts {
			t.Errorf("%s: it is %+v because of %q, %v", key, detail, code, err)
		}
	}
	request := shared.ListRequest{NotificationFilter: shared.NotificationFilter{Cause: "internal"}}
	if list, err := s.List(t.Context(), request); err != nil || len(list.Entries) != 0 {
		t.Errorf("failed because of a defect: %+v, %v", list, err)
	}
}

// TestCutOffByAnEarlierCancellation has River's notice of a cancellation come so late that it meets the attempt after
// the notification was retried.
func TestCutOffByAnEarlierCancellation(t *testing.T) {
	now := time.Now()
	job := &rivertype.JobRow{State: rivertype.JobStateCancelled, FinalizedAt: &now, Metadata: []byte("{}"),
		Errors: []rivertype.AttemptError{{Error: rivertype.ErrJobCancelledRemotely.Error()}}}
	entry := newEntry(job, english)
	if entry.State != shared.NotificationDead || entry.Failure == nil || entry.Failure.Code != "cut_off" ||
		entry.Attempts != 0 {
		t.Errorf("it is %+v, because of %+v", entry, entry.Failure)
	}
}
