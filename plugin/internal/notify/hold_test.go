package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["clocks of holds"] = testClocksOfHolds
	databaseTests["hold of what was taken"] = testHoldOfWhatWasTaken
	databaseTests["hold before the start delay"] = testHoldBeforeStartDelay
}

// TestRestoreMargin reads the key of plugin.hcl.
func TestRestoreMargin(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1h": time.Hour, "1m": time.Minute, "8760h": 8760 * time.Hour, "0": -1,
		"59s": 0, "8761h": 0, "-1h": 0, "1": 0, "": 0, "soon": 0,
	} {
		var margin RestoreMargin
		err := margin.UnmarshalText([]byte(text))
		if (err == nil) != (want != 0) || err == nil && time.Duration(margin) != want {
			t.Errorf("%q: %v, %v", text, time.Duration(margin), err)
		}
	}
}

// process is a service as another process begins it at a time.
func processAt(t *testing.T, database *store.Store, now *time.Time, margin time.Duration) *Service {
	t.Helper()
	s := newService(t, database)
	s.pulse.now = func(context.Context, store.Executor) (time.Time, error) { return *now, nil }
	s.pulse.margin, s.pulse.look = margin, time.Hour
	return s
}

// testHoldBeforeStartDelay accepts a notification right after the start: what waited is held by then, also when the
// process ends before it begins to deliver.
func testHoldBeforeStartDelay(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	first := processAt(t, database, &now, time.Hour)
	first.standby.delay = time.Hour
	first.Start(t.Context())
	old := insertOne(t, first, "old")
	first.standby.stop()
	first.standby.release()

	now = now.Add(25 * time.Hour)
	second := processAt(t, database, &now, time.Hour)
	second.standby.delay = time.Hour
	second.Start(t.Context())
	newest := insertOne(t, second, "new")
	if state := jobOf(t, second, old).State; state != rivertype.JobStatePending {
		t.Errorf("what waited is %s, not held", state)
	}
	if state := jobOf(t, second, newest).State; state != rivertype.JobStateAvailable {
		t.Errorf("a new notification is %s", state)
	}
	second.standby.stop()
	second.standby.release()
}

// testHold holds what waits in a database that was not in use for longer than the margin, and only that.
func testHold(t *testing.T, database *store.Store) {
	began := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	now := began
	for _, one := range []struct {
		what   string
		margin time.Duration
		pass   time.Duration // before the process begins
		held   bool
	}{
		{what: "was never used before", margin: time.Hour},
		{what: "was used just now", margin: time.Hour},
		{what: "was used within the margin", margin: time.Hour, pass: time.Hour},
		{what: "was not used for longer", margin: time.Hour, pass: time.Hour + time.Second, held: true},
		{what: "was used since", margin: time.Hour},
		{what: "is from tomorrow, as the clock was set back", margin: time.Hour, pass: -24 * time.Hour},
		{what: "was not used for long, which is of no interest", margin: -1, pass: 1000 * time.Hour},
		{what: "was not used for a little longer than a short margin", margin: time.Minute, pass: time.Minute + 1,
			held: true},
	} {
		now = now.Add(one.pass)
		s := processAt(t, database, &now, one.margin)
		id := insertOne(t, s, one.what)
		if err := s.pulse.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		newest := insertOne(t, s, "new when it "+one.what)
		if held := jobOf(t, s, id).State == rivertype.JobStatePending; held != one.held {
			t.Errorf("the database %s: held %t", one.what, held)
		}
		if job := jobOf(t, s, newest); job.State != rivertype.JobStateAvailable {
			t.Errorf("the database %s: a new notification is %s", one.what, job.State)
		}
		release(t, s, true)
	}
}

func release(t *testing.T, s *Service, deliver bool) int64 {
	t.Helper()
	released, err := s.ReleaseHeld(t.Context(), shared.ReleaseHeldRequest{Actor: "anna", Deliver: deliver})
	if err != nil {
		t.Fatal(err)
	}
	return released.Count
}

// testHoldOfLivingProcess holds that a process that was without its database for long holds nothing, and one whose
// database was put back under it does; and that clocks that differ a little do no harm.
func testHoldOfLivingProcess(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := processAt(t, database, &now, time.Hour)
	other := processAt(t, database, &now, time.Hour)
	id := insertOne(t, s, "waits")
	beat := func(s *Service) bool {
		t.Helper()
		if err := s.pulse.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		return jobOf(t, s, id).State == rivertype.JobStatePending
	}
	if beat(s) {
		t.Error("held at the first beat")
	}
	now = now.Add(3 * time.Hour)
	if beat(s) {
		t.Error("held after the database was away")
	}
	now = now.Add(-10 * time.Second)
	if beat(other) {
		t.Error("held by another process whose clock is slow")
	}
	now = now.Add(2 * time.Minute)
	if beat(s) {
		t.Error("held after the other process")
	}
	if err := store.WriteState(t.Context(), database.DB(), stateHeartbeat,
		heartbeatNote{At: now.Add(-2 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(beatEvery)
	if !beat(s) {
		t.Error("not held although an older state was put back")
	}
	if beat(other); release(t, s, true) != 1 {
		t.Error("it was held twice, or not")
	}
}

// testClocksOfHolds has the clock of the database be a day ahead or behind for a while, with
// two processes that live: nothing is held, and one that begins meanwhile waits until one of them has noted the use.
func testClocksOfHolds(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	first, second := processAt(t, database, &now, time.Hour), processAt(t, database, &now, time.Hour)
	id := insertOne(t, first, "waits")
	beat := func(what string, s *Service) {
		t.Helper()
		now = now.Add(beatEvery)
		if err := s.pulse.beat(t.Context()); err != nil || jobOf(t, s, id).State == rivertype.JobStatePending {
			t.Errorf("%s: it is %s, %v", what, jobOf(t, s, id).State, err)
		}
	}
	beat("first", first)
	beat("second", second)
	for range 3 {
		now = now.Add(24 * time.Hour)
		beat("the clock is ahead", first)
		now = now.Add(-24 * time.Hour)
		beat("and right again", second)
		beat("and so for the other", first)
		now = now.Add(-24 * time.Hour)
		beat("the clock is behind", second)
		now = now.Add(24 * time.Hour)
		beat("and no more", first)
	}
	if database.Pool() == nil {
		return
	}
	if err := first.standby.claim.(*nodeClaim).beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(24 * time.Hour)
	third := processAt(t, database, &now, time.Hour)
	if err := third.pulse.beat(t.Context()); !errors.Is(err, errUsedByOther) {
		t.Errorf("one that begins when the clock was set says %v", err)
	}
	beat("one that lives notes it", first)
	beat("then the other one begins", third)
}

// testHoldOfWhatWasTaken has an older state put back under a process that has just taken a notification from it: it is
// not sent, whichever finds out first.
func testHoldOfWhatWasTaken(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := processAt(t, database, &now, time.Hour)
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, taken := time.Now(), underWay(t, s, s.node, "a", "b")
	for _, key := range []string{"a", "b"} {
		if !s.mayBegin(t.Context(), &river.Job[outgoing]{JobRow: taken[key]}) {
			t.Errorf("%s may not begin although nothing was put back", key)
		}
	}
	if s.pulse.heldSince(before) {
		t.Error("something was held")
	}
	if err := store.WriteState(t.Context(), database.DB(), stateHeartbeat,
		heartbeatNote{At: now.Add(-2 * time.Hour), Node: s.node}); err != nil {
		t.Fatal(err)
	}
	s.pulse.looked.Store(&time.Time{}) // Some seconds pass.
	for _, key := range []string{"a", "b"} {
		if s.mayBegin(t.Context(), &river.Job[outgoing]{JobRow: taken[key]}) {
			t.Errorf("%s begins", key)
		}
		if job := jobOf(t, s, taken[key].ID); job.State != rivertype.JobStatePending || job.Attempt != 0 {
			t.Errorf("%s is %s, attempt %d", key, job.State, job.Attempt)
		}
	}
	if !s.pulse.heldSince(before) {
		t.Error("what waits for its turn goes on")
	}
}

// testReleaseHeld shows what is held and releases it in both ways.
func testReleaseHeld(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := processAt(t, database, &now, time.Hour)
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	fill(t, s, map[string]int{"delivered": 3, "dead": 2, "cancelled": 1, "retrying": 4, "queued": 5})
	id := insertOne(t, s, "waits")
	before := countsOf(t, s)
	for _, deliver := range []bool{true, false} {
		now = now.Add(2 * time.Hour)
		s = processAt(t, database, &now, time.Hour)
		if err := s.pulse.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		status, err := s.Status(t.Context(), shared.StatusRequest{})
		if err != nil || status.Held == nil || status.Held.Count != 10 ||
			!status.Held.LastUsed.Equal(now.Add(-2*time.Hour)) ||
			!strings.HasPrefix(status.Held.Reason.Summary,
				"10 notifications are held: the database was last used at 2026-11-26") {
			t.Fatalf("%+v, %v", status.Held, err)
		}
		if status.Counts[shared.NotificationQueued] != 6 || status.Counts[shared.NotificationRetrying] != 4 {
			t.Errorf("what is held is counted as %v", status.Counts)
		}
		if count := release(t, s, deliver); count != 10 {
			t.Errorf("%d released", count)
		}
		if status, err := s.Status(t.Context(), shared.StatusRequest{}); err != nil || status.Held != nil {
			t.Errorf("%+v, %v", status.Held, err)
		}
		state := stateOf(jobOf(t, s, id))
		if deliver && state != shared.NotificationQueued || !deliver && state != shared.NotificationCancelled {
			t.Errorf("deliver %t: it is %s", deliver, state)
		}
		if deliver && countsOf(t, s)[shared.NotificationRetrying] != before[shared.NotificationRetrying] {
			t.Errorf("counts %v, were %v", countsOf(t, s), before)
		}
	}
	if counts := countsOf(t, s); counts[shared.NotificationCancelled] != 11 || counts[shared.NotificationDelivered] != 3 {
		t.Errorf("counts %v", counts)
	}
	if release(t, s, true) != 0 {
		t.Error("something was released that was not held")
	}
}

// testReleaseOne releases single notifications that are held: each leaves the others held, and one that is retried is
// due at once, also when it had waited for its next attempt.
func testReleaseOne(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	if err := processAt(t, database, &now, time.Hour).pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := processAt(t, database, &now, time.Hour)
	var ids []int64
	for i := range 5 {
		ids = append(ids, insertOne(t, s, fmt.Sprint("waits ", i)))
	}
	if _, err := database.DB().Exec("UPDATE river_job SET scheduled_at = $1, state = 'scheduled' WHERE id = $2",
		s.queue.dialect.instant(time.Now().Add(time.Hour)), ids[1]); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	retry := func(id string) error {
		_, err := s.Retry(t.Context(), shared.NotificationRequest{Actor: "anna", ID: id})
		return err
	}
	for i, release := range []func(id string) error{
		retry, retry,
		func(id string) error {
			report, err := s.Operate(t.Context(), shared.OperateRequest{
				Operation: shared.OperationRetry, NotificationFilter: shared.NotificationFilter{IDs: []string{id}},
			})
			if report.Changed != 1 {
				t.Errorf("%+v", report)
			}
			return err
		},
		func(id string) error {
			_, err := s.Cancel(t.Context(), shared.NotificationRequest{Actor: "anna", ID: id})
			return err
		},
	} {
		if err := release(fmt.Sprint(ids[i])); err != nil {
			t.Fatal(err)
		}
		want := rivertype.JobStateAvailable
		if i == 3 {
			want = rivertype.JobStateCancelled
		}
		if job := jobOf(t, s, ids[i]); job.State != want || job.ScheduledAt.After(time.Now()) {
			t.Errorf("release %d: it is %s until %s", i, job.State, job.ScheduledAt)
		}
		if status, err := s.Status(t.Context(), shared.StatusRequest{}); err != nil || status.Held == nil ||
			status.Held.Count != int64(4-i) {
			t.Errorf("release %d: %+v, %v", i, status.Held, err)
		}
	}
}

// testHoldOfWhatWasUnderWay holds what a process was sending that has died long ago: when a backup was made, it was
// under way.
func testHoldOfWhatWasUnderWay(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := processAt(t, database, &now, time.Hour)
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := insertOne(t, s, "under way")
	attempted, seen := `jsonb('["dead"]')`, "unixepoch()"
	if database.Pool() != nil {
		attempted, seen = "'{dead}'", "EXTRACT(EPOCH FROM now())"
	}
	for _, statement := range []string{
		"UPDATE river_job SET state = 'running', attempt = 1, attempted_at = " + s.queue.dialect.now + ", attempted_by = " +
			attempted,
		"INSERT INTO delivery_node VALUES ('dead', 'host', 1, 0, " + seen + " - 100)",
	} {
		if _, err := database.DB().Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(2 * time.Hour)
	next := processAt(t, database, &now, time.Hour)
	if err := next.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer stopWorker(t, next.queue.client)
	if job := jobOf(t, s, id); job.State != rivertype.JobStatePending || job.Attempt != 0 {
		t.Errorf("it is %s, attempt %d", job.State, job.Attempt)
	}
}
