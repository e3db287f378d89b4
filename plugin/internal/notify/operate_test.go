package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testOperate does each operation with notifications of all states, some of them chosen by a filter.
func testOperate(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 1200, "dead": 1100, "cancelled": 3, "retrying": 20, "queued": 1500})
	counted := func(when string, want map[shared.NotificationState]int64) {
		t.Helper()
		counts, err := s.queue.counts(t.Context())
		for state, count := range want {
			if err != nil || counts[state] != count {
				t.Errorf("%s: %d are %s, want %d, %v", when, counts[state], state, count, err)
			}
		}
	}
	type request = shared.OperateRequest
	host := shared.NotificationFilter{Recipient: "host7.example"}
	for _, c := range []struct {
		request          request
		matched, changed int64
		after            map[shared.NotificationState]int64
	}{
		{request{Operation: shared.OperationSetAside, NotificationFilter: host}, 77, 22,
			map[shared.NotificationState]int64{"dead": 1078}},
		{request{Operation: shared.OperationSetAside, State: shared.NotificationDead}, 1100, 1078,
			map[shared.NotificationState]int64{"dead": 0}},
		{request{Operation: shared.OperationRetry, State: shared.NotificationDead, NotificationFilter: host}, 22, 22,
			map[shared.NotificationState]int64{"dead": 0, "retrying": 42}},
		{request{Operation: shared.OperationCancel, Search: "of queued"}, 1500, 1500,
			map[shared.NotificationState]int64{"queued": 0, "cancelled": 1503}},
		{request{Operation: shared.OperationPurge, NotificationFilter: shared.NotificationFilter{
			Until: time.Now().Add(-time.Hour)}}, 0, 0, map[shared.NotificationState]int64{"delivered": 1200}},
		{request{Operation: shared.OperationPurge, All: true}, 3823, 3781,
			map[shared.NotificationState]int64{"delivered": 0, "dead": 0, "cancelled": 0, "retrying": 42}},
	} {
		c.request.Actor = "anna"
		report, err := s.Operate(t.Context(), c.request)
		if err != nil || report.Matched != c.matched || report.Changed != c.changed {
			t.Errorf("%+v: %+v, want %d and %d, %v", c.request, report, c.matched, c.changed, err)
		}
		counted(fmt.Sprint("after ", c.request.Operation), c.after)
	}
	for _, bad := range []request{
		{}, {Operation: "delete", All: true}, {Operation: shared.OperationRetry, State: "lost"},
		{Operation: shared.OperationPurge}, {Operation: shared.OperationPurge, NotificationFilter: shared.NotificationFilter{
			IDs: []string{}}}, {Operation: shared.OperationPurge, All: true, NotificationFilter: host},
	} {
		if report, err := s.Operate(t.Context(), bad); !errors.Is(err, shared.ErrInvalidRequest) || report.Matched != 0 {
			t.Errorf("%+v: %+v, %v", bad, report, err)
		}
	}
}

// testRetryOfExhausted retries a dead letter that has had all its attempts, and was set aside: it has a full set of
// them again, and is not set aside when it dies anew.
func testRetryOfExhausted(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "exhausted")
	failed, err := json.Marshal(rivertype.AttemptError{At: time.Now(), Attempt: maxAttempts, Error: encode(greylisted)})
	if err != nil {
		t.Fatal(err)
	}
	discard := "UPDATE river_job SET state = 'discarded', attempt = max_attempts, finalized_at = " + s.queue.dialect.now +
		", errors = " + fmt.Sprintf(s.queue.dialect.failed, "$1") + " WHERE id = $2"
	if _, err := database.DB().Exec(discard, string(failed), id); err != nil {
		t.Fatal(err)
	}
	operate := func(what shared.Operation) {
		t.Helper()
		report, err := s.Operate(t.Context(), shared.OperateRequest{
			Operation: what, Actor: "bert", State: shared.NotificationDead,
		})
		if err != nil || report.Changed != 1 {
			t.Fatalf("%s: %+v, %v", what, report, err)
		}
	}
	show := func() shared.NotificationDetail {
		t.Helper()
		detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
		if err != nil {
			t.Fatal(err)
		}
		return detail
	}
	operate(shared.OperationSetAside)
	if shown := show(); shown.State != shared.NotificationDead || shown.SetAsideAt.IsZero() || shown.Operator != "bert" ||
		len(shown.Attempts) != 1 || shown.Attempts[0].Number != maxAttempts ||
		shown.Attempts[0].Failure.Code != "greylisted" {
		t.Errorf("after it was set aside it is %+v", shown)
	}
	entry, err := s.Retry(t.Context(), shared.NotificationRequest{ID: fmt.Sprint(id), Actor: "anna"})
	if err != nil || entry.State != shared.NotificationRetrying || !entry.SetAsideAt.IsZero() || !entry.Finished.IsZero() {
		t.Errorf("after it was retried it is %+v, %v", entry, err)
	}
	if job := jobOf(t, s, id); job.MaxAttempts-job.Attempt != maxAttempts || show().Operator != "anna" {
		t.Errorf("it has %d of %d attempts, by %s", job.Attempt, job.MaxAttempts, show().Operator)
	}
	if _, err := database.DB().Exec(discard, string(failed), id); err != nil {
		t.Fatal(err)
	}
	if shown := show(); !shown.SetAsideAt.IsZero() {
		t.Errorf("when it dies anew it is %+v", shown)
	}
	if _, err := s.Show(t.Context(), shared.ShowRequest{ID: "12345"}); !errors.Is(err, shared.ErrNoNotification) {
		t.Errorf("one that there is not: %v", err)
	}
}

// testStatistics counts what is committed, sums old minutes and hours up, and reads them.
func testStatistics(t *testing.T, database *store.Store) {
	s := newService(t, database)
	jobs := underWay(t, s, "process", "one", "two")
	if _, err := s.take(t.Context(), []outgoing{{Key: "three", To: "a@b.example"},
		{Key: "one", To: "you@example.com"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.completed(t.Context(), jobs["one"].ID, deliveredNote{Reply: "250 OK"}); err != nil {
		t.Fatal(err)
	}
	s.failed()
	s.queue.buckets.count(tally{dead: 1})
	now := time.Now()
	old := s.queue.buckets.add(tally{accepted: 10, delivered: 5})
	for _, ago := range []time.Duration{26 * time.Hour, 26*time.Hour + time.Minute, 20 * 24 * time.Hour,
		89 * 24 * time.Hour, 91 * 24 * time.Hour} {
		old.arguments[0] = now.Add(-ago).Truncate(time.Minute).Unix()
		if _, err := database.DB().Exec(old.text, old.arguments...); err != nil {
			t.Fatal(err)
		}
	}
	sum := func(width time.Duration) (total tally, buckets int) {
		t.Helper()
		list, err := s.Statistics(t.Context(), shared.StatisticsRequest{Width: width})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if one.Began.Truncate(width) != one.Began {
				t.Errorf("a bucket of %s begins at %s", width, one.Began)
			}
			total = total.plus(tally{one.Accepted, one.Delivered, one.FailedAttempts, one.Dead})
		}
		return total, len(list)
	}
	all := tally{accepted: 43, delivered: 21, failed: 1, dead: 1}
	for range 2 { // The second time there is nothing left to sum up.
		if total, _ := sum(24 * time.Hour); total != all {
			t.Errorf("by the day: %+v, want %+v", total, all)
		}
		if err := s.queue.buckets.sumUp(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	if total, _ := sum(time.Hour); total != (tally{23, 11, 1, 1}) {
		t.Errorf("by the hour: %+v", total)
	}
	if total, buckets := sum(time.Minute); total != (tally{3, 1, 1, 1}) || buckets > 2 {
		t.Errorf("by the minute: %+v in %d", total, buckets)
	}
	rows := 0
	if err := database.DB().QueryRow("SELECT COUNT(*) FROM delivery_statistic WHERE node = ''").Scan(&rows); err != nil ||
		rows < 3 || rows > 4 {
		t.Errorf("%d rows are summed up, %v", rows, err)
	}
	wrong := shared.StatisticsRequest{Width: time.Second}
	if _, err := s.Statistics(context.Background(), wrong); !errors.Is(err, shared.ErrInvalidRequest) {
		t.Errorf("by the second: %v", err)
	}
}
