package notify

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// purgesOf are the purges that a status tells of, each in words.
func purgesOf(t *testing.T, s *Service) (all []string) {
	t.Helper()
	status, err := s.Status(t.Context(), shared.StatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range status.Purges {
		if one.At.IsZero() {
			t.Errorf("%+v has no time", one)
		}
		all = append(all, fmt.Sprintf("%s: %s: %d of %d", one.Operator, one.Filter, one.Changed, one.Matched))
	}
	return all
}

func purgeBy(
	ctx context.Context, s *Service, actor string, request shared.OperateRequest,
) (shared.OperateReport, error) {
	request.Actor, request.Operation = actor, shared.OperationPurge
	return s.Operate(ctx, request)
}

// TestChoiceInWords holds that each thing by which a purge can choose is said of it.
func TestChoiceInWords(t *testing.T) {
	chosenBy := reflect.TypeFor[shared.OperateRequest]()
	for _, field := range reflect.VisibleFields(chosenBy) {
		if field.Anonymous || field.Name == "Actor" || field.Name == "Operation" {
			continue // Both have fields of their own.
		}
		var request shared.OperateRequest
		value := reflect.ValueOf(&request).Elem().FieldByIndex(field.Index)
		switch value.Interface().(type) {
		case bool:
			value.SetBool(true)
		case []string:
			value.Set(reflect.ValueOf([]string{"7"}))
		case time.Time:
			value.Set(reflect.ValueOf(time.Unix(0, 0)))
		default:
			value.SetString("x")
		}
		if inWords(request) == "" {
			t.Errorf("%s is not said", field.Name)
		}
	}
}

// testPurges holds that each purge that has forgotten something is told by every process, with who has done it and what
// it was to forget, and nothing else is.
func testPurges(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 2100, "dead": 3, "queued": 30})
	if got := purgesOf(t, s); got != nil {
		t.Fatalf("without a purge there are %q", got)
	}
	long, until := strings.Repeat("ü", 5000), time.Now().Add(time.Hour).UTC().Truncate(time.Hour)
	for _, c := range []struct {
		actor   string
		request shared.OperateRequest
		want    string // empty when nothing is forgotten
	}{
		{"anna", shared.OperateRequest{Search: long, NotificationFilter: shared.NotificationFilter{Category: "x"}}, ""},
		{"anna", shared.OperateRequest{State: shared.NotificationQueued}, ""},
		{"anna", shared.OperateRequest{Search: "of dead", NotificationFilter: shared.NotificationFilter{
			From: time.Unix(0, 0), Until: until}},
			`search "of dead", taken since 1970-01-01T00:00:00Z, taken before ` + until.Format(time.RFC3339) + ": 3 of 3"},
		{"bert", shared.OperateRequest{NotificationFilter: shared.NotificationFilter{Recipient: "host7.example"}},
			`recipient "host7.example": 42 of 43`},
		{strings.Repeat("b", 5000), shared.OperateRequest{All: true}, "all: 2058 of 2088"},
	} {
		before := purgesOf(t, s)
		if _, err := purgeBy(t.Context(), s, c.actor, c.request); err != nil {
			t.Fatal(err)
		}
		got := purgesOf(t, newService(t, database)) // as another process tells it
		if c.want == "" && len(got) != len(before) {
			t.Errorf("%+v has forgotten nothing, and there are %q", c.request, got)
		}
		if c.want != "" && (len(got) != len(before)+1 || !strings.HasPrefix(got[len(before)], c.actor[:4]) ||
			!strings.HasSuffix(got[len(before)], ": "+c.want) || len(got[len(before)]) > 1000) {
			t.Errorf("%+v: there are %.9000q, and not as the last %q", c.request, got, c.want)
		}
	}
}

// testPurgeCutOff holds that a purge that ends with an error is told with what it has forgotten up to then.
func testPurgeCutOff(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 2500})
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	request := shared.OperateRequest{All: true, Actor: "anna", Operation: shared.OperationPurge}
	do, parts := s.newPurge(request, s.newOperated("anna", shared.OperationPurge)).part, 0
	report, err := s.queue.operateAll(ctx, shared.ListRequest{}, func(ctx context.Context, ids []int64) (int64, error) {
		if parts++; parts == 2 {
			defer cut()
		}
		return do(ctx, ids)
	})
	left := countsOf(t, s)[shared.NotificationDelivered]
	if !errors.Is(err, context.Canceled) || report.Changed != 2000 || left != 500 {
		t.Errorf("%+v, %v, and %d are left", report, err, left)
	}
	if got := purgesOf(t, s); len(got) != 1 || got[0] != "anna: all: 2000 of 2000" {
		t.Errorf("it is told as %q", got)
	}
	refusing := "CREATE TRIGGER refusing BEFORE INSERT ON database_state BEGIN SELECT RAISE(ABORT, 'full'); END"
	if database.Pool() != nil {
		refusing = "ALTER TABLE database_state ADD CONSTRAINT refusing CHECK (name <> 'purges') NOT VALID"
	}
	if _, err := database.DB().Exec(refusing); err != nil {
		t.Fatal(err)
	}
	report, err = purgeBy(t.Context(), s, "bert", shared.OperateRequest{All: true})
	if err == nil || report.Changed != 0 || countsOf(t, s)[shared.NotificationDelivered] != left {
		t.Errorf("what nobody can be told of was purged: %+v, %v", report, err)
	}
}

// testPurgesAtOnce has processes purge at the same time, more often than is kept: none is lost but the oldest, and
// every notification is forgotten by one of them.
func testPurgesAtOnce(t *testing.T, database *store.Store) {
	const processes, each = 3, 40
	first := newService(t, database)
	fill(t, first, map[string]int{"delivered": processes * each})
	page, err := first.queue.listIDs(t.Context(), shared.ListRequest{}, processes*each, time.Time{})
	if err != nil || len(page) != processes*each {
		t.Fatal(page, err)
	}
	var all sync.WaitGroup
	for i := range processes {
		s := newService(t, database)
		all.Go(func() {
			for n := range each {
				_, err := purgeBy(t.Context(), s, fmt.Sprint("process ", i), shared.OperateRequest{
					NotificationFilter: shared.NotificationFilter{IDs: []string{fmt.Sprint(page[i*each+n])}}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, seen := purgesOf(t, first), map[string]bool{}
	for _, one := range got {
		seen[one] = true
	}
	if len(got) != shared.MaxShownPurges || len(seen) != len(got) {
		t.Errorf("there are %d, %d of them different", len(got), len(seen))
	}
	if left := countsOf(t, first)[shared.NotificationDelivered]; left != 0 {
		t.Errorf("%d are left", left)
	}
}
