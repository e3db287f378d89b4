package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// leads has a process ask to lead as River does, and reports whether it may.
func leads(t *testing.T, database *store.Store, id string) bool {
	t.Helper()
	result, err := database.DB().Exec("INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES ($1, now(),"+
		" now() + INTERVAL '15 seconds') ON CONFLICT (name) DO NOTHING", id)
	if err != nil {
		t.Fatal(err)
	}
	count, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	if count == 0 {
		if result, err = database.DB().Exec("UPDATE river_leader SET expires_at = now() + INTERVAL '15 seconds'"+
			" WHERE leader_id = $1", id); err == nil {
			count, err = result.RowsAffected()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return count > 0
}

func executed(t *testing.T, database *store.Store, statement string, arguments ...any) {
	t.Helper()
	if _, err := database.DB().Exec(statement, arguments...); err != nil {
		t.Fatal(err)
	}
}

// testStrangers has a process of a version that says nothing of itself deliver from the same database: it leads only
// while no other does, and is known to live as long as it asks to lead.
func testStrangers(t *testing.T, database *store.Store) {
	s := newService(t, database)
	alone := func(want bool) {
		t.Helper()
		if got, err := s.Alone(t.Context()); err != nil || got != want {
			t.Errorf("alone: %t, %v", got, err)
		}
	}
	alone(true)
	if database.Pool() == nil {
		return
	}
	for range 2 {
		if !leads(t, database, "old") {
			t.Error("an older version that is alone does not lead")
		}
	}
	alone(false)
	if taken, err := s.standby.claim.take(t.Context()); !taken || err != nil {
		t.Fatal(taken, err)
	}
	if leads(t, database, "old") {
		t.Error("an older version goes on leading")
	}
	if err := s.queue.dismissLeader(t.Context()); err != nil {
		t.Fatal(err)
	}
	alone(false)
	if leads(t, database, "old") || !leads(t, database, s.node) || leads(t, database, "older") {
		t.Error("another one leads than this process")
	}
	if holders, err := s.standby.claim.holders(t.Context()); err != nil || len(holders) != 1 {
		t.Errorf("%+v, %v", holders, err)
	}
	checkStrangersLease(t, s, database)
	s.standby.claim.release(t.Context())
	executed(t, database, "DELETE FROM river_leader")
	if !leads(t, database, "old") {
		t.Error("nobody leads an older version after this one has ended")
	}
}

// checkStrangersLease holds that what a stranger has is taken over when it has not asked to lead for the lease, and
// that what waits for its end is done then.
func checkStrangersLease(t *testing.T, s *Service, database *store.Store) {
	t.Helper()
	id := insertOne(t, s, "taken by an older version")
	executed(t, database, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(),"+
		" attempted_by = ARRAY['old'] WHERE id = $1", id)
	calls, failure := 0, errors.New("not yet")
	s.WhenAlone(func(context.Context) error {
		calls++
		return failure
	})
	look := func(wanted int, state rivertype.JobState) {
		t.Helper()
		if err := s.queue.recover(t.Context(), s.queue.silentOwner(lease), s.abandoned); err != nil {
			t.Fatal(err)
		}
		s.stranger.asked = time.Now().Add(-heartbeat)
		s.lookForStranger(t.Context())
		if job := jobOf(t, s, id); job.State != state || calls != wanted {
			t.Errorf("it is %s, after %d calls", job.State, calls)
		}
	}
	s.lookForStranger(t.Context()) // It may not have asked yet.
	look(0, rivertype.JobStateRunning)
	executed(t, database, "UPDATE delivery_node SET seen_at = seen_at - 31 WHERE pid = 0")
	look(1, rivertype.JobStateAvailable)
	failure = nil
	look(2, rivertype.JobStateAvailable)
	look(2, rivertype.JobStateAvailable)
}

// TestBarred has a later version bring the database to another format while this one delivers: it ends its deliveries
// and lets go of the claim.
func TestBarred(t *testing.T) {
	database := openEmbedded(t)
	s := newService(t, database)
	if err := s.standby.step(t.Context()); err != nil || !s.standby.delivering.Load() {
		t.Fatal(err)
	}
	if err := store.WriteState(t.Context(), database.DB(), "format",
		map[string]any{"format": 99, "needs": 99, "version": "9.9.9"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.standby.step(t.Context()); err == nil || !strings.Contains(err.Error(), "needs version 9.9.9") {
			t.Errorf("it does not say which version it needs: %v", err)
		}
	}
	if s.standby.delivering.Load() {
		t.Error("it goes on delivering")
	}
	if holders, err := s.standby.claim.holders(t.Context()); err != nil || len(holders) > 0 {
		t.Errorf("the claim is held by %v, %v", holders, err)
	}
}

// testVersionsOfLeader has a later version change who may lead: its function takes the place of this one's, and stays
// when this version starts again.
func testVersionsOfLeader(t *testing.T, database *store.Store) {
	s := newService(t, database)
	if database.Pool() == nil {
		return // There the process that has the claim leads.
	}
	for _, one := range []struct {
		starts int
		want   string
	}{{1, "notification_leader"}, {2, "notification_leader_2"}, {1, "notification_leader_2"},
		{12, "notification_leader_12"}} {
		if err := s.queue.prepareLeader(t.Context(), database, one.starts); err != nil {
			t.Fatal(err)
		}
		var asked, text string
		if err := database.DB().QueryRow("SELECT proname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"+
			" WHERE tgname = 'notification_leader'").Scan(&asked, &text); err != nil {
			t.Fatal(err)
		}
		if asked != one.want || !strings.Contains(text, fmt.Sprintf("seen - %g)", lease.Seconds())) {
			t.Errorf("after version %d started %s is asked: %s", one.starts, asked, text)
		}
	}
}

func init() { databaseTests["versions of who leads"] = testVersionsOfLeader }
