package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// testTextsGo ends notifications at several times: the texts of what was delivered go at once, those of what was given
// up when it cannot be tried again any more. What is repeated is still told from what is another.
func testTextsGo(t *testing.T, database *store.Store) {
	s := newService(t, database)
	ended := map[string]struct {
		state string
		ago   time.Duration
		gone  bool
	}{
		"waits": {}, "delivered": {"completed", 2 * time.Minute, true}, "just delivered": {"completed", time.Second, false},
		"dead": {"cancelled", 31 * 24 * time.Hour, true}, "exhausted": {"discarded", 31 * 24 * time.Hour, true},
		"lately dead": {"cancelled", 29 * 24 * time.Hour, false}, "earlier version": {"completed", time.Hour, false},
	}
	notification := func(key string) shared.Notification {
		return shared.Notification{Key: key, To: "you@example.com", Subject: "s", Text: "a secret link"}
	}
	ids := map[string]int64{}
	for key := range ended {
		ids[key], _ = strconv.ParseInt(notifyAll(t, s, notification(key))[0].ID, 10, 64)
	}
	end := func(key string) {
		t.Helper()
		if one := ended[key]; one.state != "" {
			if _, err := database.DB().Exec("UPDATE river_job SET state = CAST($1 AS "+s.queue.dialect.stateType+
				"), finalized_at = $2 WHERE id = $3", one.state, s.queue.dialect.instant(time.Now().Add(-one.ago)),
				ids[key]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for key := range ended {
		end(key)
	}
	var args outgoing
	if err := json.Unmarshal(jobOf(t, s, ids["earlier version"]).EncodedArgs, &args); err != nil {
		t.Fatal(err)
	}
	args.Digest = nil
	encoded, _ := json.Marshal(args)
	if err := s.queue.replaceArguments(t.Context(), ids["earlier version"], encoded); err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // The second goes on where the first ended.
		if err := s.dropTexts(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, one := range ended {
			if gone := isTextless(jobOf(t, s, ids[key])); gone != one.gone {
				t.Errorf("round %d: the texts of what is %s are gone: %v", round, key, gone)
			}
			checkRepeated(t, s, notification(key))
		}
		if ended["just delivered"] = ended["delivered"]; round == 0 {
			end("just delivered")
		}
	}
	for key, want := range map[string]error{"dead": shared.ErrInvalidRequest, "lately dead": nil} {
		request := shared.NotificationRequest{ID: fmt.Sprint(ids[key])}
		if _, err := s.Retry(t.Context(), request); !errors.Is(err, want) {
			t.Errorf("%s is tried again: %v", key, err)
		}
	}
}

// checkRepeated repeats a notification as it was and with another text.
func checkRepeated(t *testing.T, s *Service, one shared.Notification) {
	t.Helper()
	if again := notifyAll(t, s, one)[0]; !again.Duplicate || again.Differs {
		t.Errorf("%s again: %+v", one.Key, again)
	}
	if one.Text = "another"; !notifyAll(t, s, one)[0].Differs {
		t.Errorf("%s with another text is taken for the same", one.Key)
	}
}

// testPagesInTime pages through a range of time while what a page ended with is removed, among notifications that were
// committed in another order than they were accepted in: nothing is left out.
func testPagesInTime(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 300})
	began := time.Now().Add(-time.Hour).Truncate(time.Second)
	for id := range 300 {
		at := began.Add(time.Duration(id+id*7%5*2) * time.Second) // Up to eight are overtaken.
		if _, err := database.DB().Exec("UPDATE river_job SET created_at = $1 WHERE id = $2",
			s.queue.dialect.instant(at), id+1); err != nil {
			t.Fatal(err)
		}
	}
	request := shared.ListRequest{NotificationFilter: shared.NotificationFilter{From: began.Add(-time.Minute)}}
	var listed []int64
	for {
		ids, err := s.queue.listIDs(t.Context(), request, 20, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) == 0 {
			break
		}
		last := ids[len(ids)-1]
		listed, request.Before = append(listed, ids...), fmt.Sprint(last)
		if _, err := database.DB().Exec("DELETE FROM river_job WHERE id = $1", last); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(listed)
	if listed = slices.Compact(listed); len(listed) != 300 {
		t.Errorf("%d of 300 are listed", len(listed))
	}
	request.Before = ""
	left := len(listed)
	if err := database.DB().QueryRow("SELECT COUNT(*) FROM river_job").Scan(&left); err != nil {
		t.Fatal(err)
	}
	report, err := s.Operate(t.Context(), shared.OperateRequest{
		Operation: shared.OperationPurge, NotificationFilter: request.NotificationFilter,
	})
	if err != nil || report.Changed != int64(left) {
		t.Errorf("%d of %d were purged, %v", report.Changed, left, err)
	}
}
