package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testAttempts has a notification put back, refused and delivered. Each attempt is shown with its place and time, also
// after it was given back; and what an earlier version has kept is shown as far as it goes.
func testAttempts(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "one")
	work := func(outcomes ...func(context.Context, *underway) error) {
		t.Helper()
		worked, next := make(chan struct{}), 0
		running := startWorker(t, s, s.node, func(ctx context.Context, job *river.Job[outgoing]) error {
			outcome := outcomes[next]
			if next++; next == len(outcomes) {
				defer close(worked)
			}
			return outcome(ctx, &underway{
				service: s, job: job, began: time.Now().Add(-2 * time.Second),
				delivery: Delivery{Revision: 7, Target: smtpconn.Target{Host: "mail.example", Port: 587}},
			})
		}, "one")
		<-worked
		stopWorker(t, running)
	}
	work(func(ctx context.Context, u *underway) error {
		u.failed(ctx, finding.Finding{Severity: shared.SeverityError, Code: "server_away"})
		return s.inPlace(ctx, id, u.kept)
	}, func(ctx context.Context, u *underway) error {
		u.failed(ctx, greylisted)
		return errors.New(encode(greylisted))
	})
	checkAttempts(t, s, id, 1, shared.NotificationAttempt{Uncounted: true}, shared.NotificationAttempt{})
	if err := s.queue.giveBack(t.Context(), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	checkAttempts(t, s, id, 0, shared.NotificationAttempt{Uncounted: true}, shared.NotificationAttempt{Uncounted: true})
	work(func(ctx context.Context, u *underway) error {
		if err := s.completed(ctx, id, deliveredNote{Reply: "250 as 4711", Made: u.record(nil)}); err != nil {
			t.Error(err)
		}
		return reported{}
	})
	detail := checkAttempts(t, s, id, 1, shared.NotificationAttempt{Uncounted: true},
		shared.NotificationAttempt{Uncounted: true}, shared.NotificationAttempt{Reply: "250 as 4711"})
	if detail.Reply != "250 as 4711" || detail.Attempts[0].Failure.Code != "server_away" {
		t.Errorf("%+v", detail)
	}
	earlier := fmt.Sprintf("UPDATE river_job SET metadata = "+s.queue.dialect.encoded+", errors = "+
		s.queue.dialect.failed+" WHERE id = $3", "$1", "$2")
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	failed := fmt.Sprintf(`{"at": %q, "attempt": 4, "error": %q}`, at.Format(time.RFC3339), encode(greylisted))
	if _, err := database.DB().Exec(earlier, `{"reply": "250 ok"}`, failed, id); err != nil {
		t.Fatal(err)
	}
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
	if err != nil || len(detail.Attempts) != 2 || detail.NotificationEntry.Attempts != 2 ||
		detail.Attempts[0].Number != 4 || !detail.Attempts[0].Ended.Equal(at) || detail.Attempts[0].Uncounted ||
		detail.Attempts[1].Reply != "250 ok" || !detail.Attempts[1].Ended.Equal(detail.Finished) {
		t.Errorf("of an earlier version: %+v, %v", detail, err)
	}
}

// checkAttempts compares the attempts that are shown, all made by the worker of testAttempts.
func checkAttempts(
	t *testing.T, s *Service, id int64, counted int, want ...shared.NotificationAttempt,
) shared.NotificationDetail {
	t.Helper()
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
	if err != nil || len(detail.Attempts) != len(want) || detail.NotificationEntry.Attempts != counted {
		t.Fatalf("%+v, want %d attempts of which %d count, %v", detail, len(want), counted, err)
	}
	for i, one := range detail.Attempts {
		took := time.Duration(one.Duration)
		if one.Node != s.nodeName() || one.Server != "mail.example:587" || one.Revision != 7 || one.Number != 1 ||
			took < 2*time.Second || took > time.Minute || time.Since(one.Ended) > time.Minute ||
			one.Uncounted != want[i].Uncounted || one.Reply != want[i].Reply || (one.Failure == nil) != (one.Reply != "") {
			t.Errorf("attempt %d is %+v, want %+v", i+1, one, want[i])
		}
	}
	return detail
}

// testCutOffAfterTheLastByte cancels a notification whose message the server has, and never answers: the notification
// says that it may have arrived, although River writes down that it was cut off.
func testCutOffAfterTheLastByte(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "one")
	begun, worked := make(chan struct{}), make(chan struct{})
	running := startWorker(t, s, "one", func(ctx context.Context, job *river.Job[outgoing]) error {
		defer close(worked)
		close(begun)
		<-ctx.Done()
		cause := finding.Finding{Severity: shared.SeverityError, Code: outcomeUnknown}
		(&underway{service: s, job: job}).failed(ctx, cause)
		return errors.New(encode(cause))
	}, "one")
	<-begun
	if _, err := running.JobCancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	<-worked
	stopWorker(t, running)
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
	if err != nil || detail.State != shared.NotificationCancelled || detail.Failure == nil ||
		detail.Failure.Code != outcomeUnknown || len(detail.Attempts) != 1 || detail.NotificationEntry.Attempts != 1 {
		t.Errorf("it is %+v because of %+v, %v", detail, detail.Failure, err)
	}
}

// TestNodeName is what people find a process by.
func TestNodeName(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if name := (&Service{node: "XYZ"}).nodeName(); name != fmt.Sprintf("%s:%d", host, os.Getpid()) {
		t.Errorf("it is %s", name)
	}
}
