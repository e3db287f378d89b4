package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// audited is what is shown of the operations done with a notification, without their times, which go forward.
func audited(t *testing.T, s *Service, id int64) (all []string) {
	t.Helper()
	detail, err := s.Show(t.Context(), shared.ShowRequest{ID: fmt.Sprint(id)})
	if err != nil {
		t.Fatal(err)
	}
	var last time.Time
	for _, one := range detail.Operations {
		if one.At.IsZero() || one.At.Before(last) {
			t.Errorf("%+v at %s after %s", one, one.At, last)
		}
		last = one.At
		all = append(all, fmt.Sprint(one.Operation, " ", one.Operator))
	}
	if len(all) > 0 && (detail.Operated != last || !strings.HasSuffix(all[len(all)-1], " "+detail.Operator)) {
		t.Errorf("the last operation is of %s at %s, and not of %s", detail.Operator, detail.Operated, all)
	}
	return all
}

// testAudit does all operations with notifications, by id and by filter, with what waits, what is held and what a
// worker has: every one of them is shown, with who has done it, the last fifty at most.
func testAudit(t *testing.T, database *store.Store) {
	now := time.Now()
	s := processAt(t, database, &now, time.Hour)
	id := insertOne(t, s, "one")
	request := func(actor string) shared.NotificationRequest {
		return shared.NotificationRequest{ID: fmt.Sprint(id), Actor: actor}
	}
	bulk := func(actor string, what shared.Operation) {
		t.Helper()
		report, err := s.Operate(t.Context(), shared.OperateRequest{Actor: actor, Operation: what, All: true})
		if err != nil || report.Changed != 1 {
			t.Fatalf("%s: %+v, %v", what, report, err)
		}
	}
	if _, err := s.Cancel(t.Context(), request("anna")); err != nil {
		t.Fatal(err)
	}
	bulk("bert", shared.OperationRetry)
	if _, err := s.Retry(t.Context(), request("nobody")); err != nil { // It is tried already.
		t.Fatal(err)
	}
	hold := func() {
		t.Helper()
		now = now.Add(2 * time.Hour)
		s = processAt(t, database, &now, time.Hour)
		if err := s.pulse.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	hold()
	release(t, s, true)
	hold()
	release(t, s, false)
	want := []string{"cancel anna", "retry bert", "deliver_held anna", "discard_held anna"}
	if got := audited(t, s, id); !slices.Equal(got, want) {
		t.Errorf("it is %q, not %q", got, want)
	}
	for i := range shared.MaxShownOperations {
		what := []shared.Operation{shared.OperationRetry, shared.OperationCancel}[i%2]
		bulk(fmt.Sprint("operator ", i), what)
		want = append(want, fmt.Sprintf("%s operator %d", what, i))
	}
	if got := audited(t, s, id); !slices.Equal(got, want[4:]) {
		t.Errorf("it is %q, not %q", got, want[4:])
	}
}

// testAuditOfEarlierVersions goes on from what an earlier version has noted, alone and beside this one.
func testAuditOfEarlierVersions(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "one")
	earlier := func(actor string) {
		t.Helper()
		encoded := fmt.Sprintf(`{"by": %q, "at": %q}`, actor, time.Now().UTC().Format(time.RFC3339Nano))
		set := "metadata || jsonb_build_object('operated', $1::jsonb)"
		if database.Pool() == nil {
			set = "jsonb_set(metadata, '$.operated', jsonb($1))"
		}
		if _, err := database.DB().Exec("UPDATE river_job SET metadata = "+set, encoded); err != nil {
			t.Fatal(err)
		}
	}
	earlier("carl")
	if got := audited(t, s, id); !slices.Equal(got, []string{" carl"}) {
		t.Errorf("it is %q", got)
	}
	request := shared.NotificationRequest{ID: fmt.Sprint(id), Actor: "anna"}
	if _, err := s.Cancel(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	earlier("dora")
	if got := audited(t, s, id); !slices.Equal(got, []string{" carl", "cancel anna", " dora"}) {
		t.Errorf("it is %q", got)
	}
}

// testAuditOfWhatIsUnderWay cancels what a worker has.
func testAuditOfWhatIsUnderWay(t *testing.T, database *store.Store) {
	s := newService(t, database)
	id := insertOne(t, s, "one")
	begun, cancelled := make(chan struct{}), make(chan struct{})
	running := startWorker(t, s, "one", func(context.Context, *river.Job[outgoing]) error {
		close(begun)
		<-cancelled
		return backToQueue()
	}, "one")
	<-begun
	entry, err := s.Cancel(t.Context(), shared.NotificationRequest{ID: fmt.Sprint(id), Actor: "anna"})
	close(cancelled)
	stopWorker(t, running)
	if got := audited(t, s, id); err != nil || !slices.Equal(got, []string{"cancel anna"}) ||
		stateOf(jobOf(t, s, id)) != shared.NotificationCancelled {
		t.Errorf("it is %q, %+v, %v", got, entry, err)
	}
}
