package notify

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testUnseen lists dead letters without those that were set aside, and retries them alone. Who has put the others away
// stands in the list.
func testUnseen(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"dead": 60, "retrying": 5, "cancelled": 2})
	host := shared.NotificationFilter{Recipient: "host7.example"}
	unseen := shared.NotificationFilter{Unseen: true}
	listed := func(state shared.NotificationState, filter shared.NotificationFilter) []shared.NotificationEntry {
		t.Helper()
		list, err := s.List(t.Context(), shared.ListRequest{State: state, Limit: 200, NotificationFilter: filter})
		if err != nil {
			t.Fatal(err)
		}
		return list.Entries
	}
	aside, err := s.Operate(t.Context(), shared.OperateRequest{
		Actor: "anna", Operation: shared.OperationSetAside, State: shared.NotificationDead, NotificationFilter: host,
	})
	if err != nil || aside.Changed == 0 {
		t.Fatalf("%+v, %v", aside, err)
	}
	for _, one := range listed(shared.NotificationDead, host) {
		if one.PutAwayBy != "anna" || one.SetAsideAt.IsZero() {
			t.Errorf("one that was set aside is %+v", one)
		}
	}
	left := 60 - int(aside.Changed)
	for state, want := range map[shared.NotificationState]int{shared.NotificationDead: left, "": left + 7} {
		if found := listed(state, unseen); len(found) != want {
			t.Errorf("%d are listed of the state %q, want %d", len(found), state, want)
		}
	}
	retried, err := s.Operate(t.Context(), shared.OperateRequest{
		Actor: "bert", Operation: shared.OperationRetry, State: shared.NotificationDead, NotificationFilter: unseen,
	})
	if err != nil || int(retried.Matched) != left || int(retried.Changed) != left {
		t.Errorf("%+v were retried, want %d, %v", retried, left, err)
	}
	if found := listed(shared.NotificationDead, shared.NotificationFilter{}); len(found) != int(aside.Changed) {
		t.Errorf("%d are still dead, want %d", len(found), aside.Changed)
	}
}
