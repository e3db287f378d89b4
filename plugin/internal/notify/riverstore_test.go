package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// databaseTests hold what River does with its tables, and what our statements do. Each has a database of its own.
var databaseTests = map[string]func(*testing.T, *store.Store){
	"strangers": testStrangers,
	"outcomes":  testOutcomes, "recover": testRecover, "mark of one attempt": testMarkOfOneAttempt,
	"silent owner": testSilentOwner, "statements": testStatements, "nodes": testNodes,
	"one committer": testOneCommitter, "old database": testOldDatabase,
	"large old database": testLargeOldDatabase, "count while used": testCountWhileUsed,
	"build beside writers": testBuildBesideWriters,
	"texts go":             testTextsGo, "pages in time": testPagesInTime, "turn": testTurn, "plans": testPlans,
	"plans of tending": testPlansOfTending,
	"threads":          testThreads, "order in a thread": testOrderInThread,
	"expiry": testExpiry, "priority": testPriority, "attachments": testAttachments, "differing content": testDiffering,
	"filters": testFilters, "operate": testOperate, "unseen": testUnseen,
	"retry of exhausted": testRetryOfExhausted,
	"statistics":         testStatistics, "give back": testGiveBack, "better probe": testBetterProbe,
	"hold": testHold, "hold of a living process": testHoldOfLivingProcess, "release of what is held": testReleaseHeld,
	"hold of what was under way": testHoldOfWhatWasUnderWay, "cut off": testCutOff,
	"cut off after the last byte": testCutOffAfterTheLastByte, "attempts": testAttempts,
	"figures": testFigures, "audit": testAudit, "audit of earlier versions": testAuditOfEarlierVersions,
	"audit of what is under way": testAuditOfWhatIsUnderWay,
	"purges":                     testPurges, "purge that is cut off": testPurgeCutOff, "purges at once": testPurgesAtOnce,
	"release of one": testReleaseOne, "whole buckets": testWholeBuckets,
}

// TestDatabase runs databaseTests on each engine.
func TestDatabase(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			for name, test := range databaseTests {
				t.Run(name, func(t *testing.T) { test(t, open(t)) })
			}
		})
	}
}

// insertOne has the service's queue take a notification, and returns the id of its job.
func insertOne(t *testing.T, s *Service, key string) int64 {
	t.Helper()
	taken, err := s.queue.commit(t.Context(), []change{{accept: &outgoing{Key: key, To: "you@example.com"}}})
	if err != nil {
		t.Fatal(err)
	}
	return taken[0].id
}

// marks are the changes that note that the last bytes of the jobs' messages have gone out.
func marks(ids ...int64) (changes []change) {
	for _, id := range ids {
		changes = append(changes, change{mark: id})
	}
	return changes
}

// startWorker starts a River of its own, as another process would, which has work do the jobs of the keys and nothing
// else.
func startWorker(
	t *testing.T, s *Service, id string, work func(context.Context, *river.Job[outgoing]) error, keys ...string,
) client {
	t.Helper()
	config := riverConfig(s)
	config.ID, config.Workers = id, river.NewWorkers()
	// A process that has begun with all of them takes none again that was put back meanwhile.
	config.Queues = map[string]river.QueueConfig{acceptedQueue: {MaxWorkers: len(keys)}}
	river.AddWorker(config.Workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outgoing]) error {
		if !slices.Contains(keys, job.Args.Key) {
			return river.JobSnooze(time.Hour)
		}
		return work(ctx, job)
	}))
	started, err := openClient(t.Context(), s.configuration.Store, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := started.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return started
}

func stopWorker(t *testing.T, c client) {
	t.Helper()
	if err := c.Stop(context.WithoutCancel(t.Context())); err != nil { // It returns when all outcomes are written.
		t.Fatal(err)
	}
}

func jobOf(t *testing.T, s *Service, id int64) *rivertype.JobRow {
	t.Helper()
	job, err := s.queue.client.JobGet(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// checkCounts compares what is counted in each state with what is listed.
func checkCounts(t *testing.T, s *Service) {
	t.Helper()
	counts, err := s.queue.counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := int64(0)
	for _, state := range shared.NotificationStates {
		listed, err := s.queue.list(t.Context(), shared.ListRequest{State: state}, 100)
		if err != nil || int64(len(listed)) != counts[state] {
			t.Errorf("%d are counted %s and %d listed, %v", counts[state], state, len(listed), err)
		}
		for _, job := range listed {
			if stateOf(job) != state {
				t.Errorf("%d is listed as %s and shown as %s", job.ID, state, stateOf(job))
			}
		}
		all += counts[state]
	}
	if listed, err := s.queue.list(t.Context(), shared.ListRequest{}, 100); err != nil || int64(len(listed)) != all {
		t.Errorf("%d are counted and %d listed, %v", all, len(listed), err)
	}
}

// underWay has a process begin with the keys and not end, and returns their jobs. It goes on when the test ends, and
// then reports nothing, as if it had died.
func underWay(t *testing.T, s *Service, process string, keys ...string) map[string]*rivertype.JobRow {
	t.Helper()
	died, begun := make(chan struct{}), make(chan *river.Job[outgoing], len(keys))
	for _, key := range keys {
		insertOne(t, s, key)
	}
	running := startWorker(t, s, process, func(_ context.Context, job *river.Job[outgoing]) error {
		begun <- job
		<-died
		return reported{}
	}, keys...)
	t.Cleanup(func() {
		close(died)
		stopWorker(t, running)
	})
	jobs := map[string]*rivertype.JobRow{}
	for range keys {
		job := <-begun
		jobs[job.Args.Key] = job.JobRow
	}
	return jobs
}

// testRecover takes over what a process was doing when it died.
func testRecover(t *testing.T, database *store.Store) {
	s := newService(t, database)
	jobs := underWay(t, s, "dead", "begun", "sent", "cancelled", "sent and cancelled", "sent too often", "sent just now")
	mark := func(keys ...string) {
		var ids []int64
		for _, key := range keys {
			ids = append(ids, jobs[key].ID)
		}
		if _, err := s.queue.commit(t.Context(), marks(ids...)); err != nil {
			t.Fatal(err)
		}
	}
	mark("sent", "sent and cancelled", "sent too often", "sent just now")
	for _, key := range []string{"cancelled", "sent and cancelled"} {
		if _, err := s.queue.client.JobCancel(t.Context(), jobs[key].ID); err != nil {
			t.Fatal(err)
		}
	}
	failure := func(job *rivertype.JobRow) attemptFailure {
		failed := s.abandoned(job)
		failed.dead = job.ID == jobs["sent too often"].ID
		if job.ID == jobs["sent just now"].ID {
			failed.wait = schedulerInterval
		}
		return failed
	}
	began := time.Now()
	for range 2 { // The second time there is nothing to do.
		if err := s.queue.recover(t.Context(), anyOwner, failure); err != nil {
			t.Fatal(err)
		}
	}
	const (
		available, cancelled = rivertype.JobStateAvailable, rivertype.JobStateCancelled
		retryable, discarded = rivertype.JobStateRetryable, rivertype.JobStateDiscarded
	)
	for key, want := range map[string]riverOutcome{
		"begun":              {"", nil, available, 0, "", shared.NotificationQueued, 0},
		"cancelled":          {"", nil, cancelled, 0, "", shared.NotificationCancelled, 0},
		"sent":               {"", nil, retryable, 1, outcomeUnknown, shared.NotificationRetrying, 30 * time.Second},
		"sent and cancelled": {"", nil, cancelled, 1, outcomeUnknown, shared.NotificationCancelled, 0},
		"sent too often":     {"", nil, discarded, 1, outcomeUnknown, shared.NotificationDead, 0},
		"sent just now":      {"", nil, available, 1, outcomeUnknown, shared.NotificationRetrying, schedulerInterval},
	} {
		t.Run(key, func(t *testing.T) { want.check(t, jobOf(t, s, jobs[key].ID), began) })
	}
	if counted := s.buckets.take(); counted.failed != 4 || counted.dead != 1 {
		t.Errorf("the statistics have %+v", counted)
	}
	checkCounts(t, s)
}

// testMarkOfOneAttempt has the next attempt of a marked message begin: it is not taken for one whose last byte has gone
// out.
func testMarkOfOneAttempt(t *testing.T, database *store.Store) {
	s := newService(t, database)
	job := underWay(t, s, "first", "message")["message"]
	if _, err := s.queue.commit(t.Context(), marks(job.ID)); err != nil {
		t.Fatal(err)
	}
	if marked, err := s.queue.abandonedOf(t.Context(), anyOwner); err != nil || !slices.Equal(marked, []int64{job.ID}) {
		t.Errorf("marked are %v, %v", marked, err)
	}
	if ours, err := s.queue.isOurs(t.Context(), job, "first"); err != nil || !ours {
		t.Errorf("it is not its own process's: %v", err)
	}
	if ours, err := s.queue.isOurs(t.Context(), job, "second"); err != nil || ours {
		t.Errorf("it is another process's: %v", err)
	}
	again := func(*rivertype.JobRow) attemptFailure { return attemptFailure{text: "{}"} }
	if err := s.queue.recover(t.Context(), anyOwner, again); err != nil {
		t.Fatal(err)
	}
	begun, died := make(chan *river.Job[outgoing], 1), make(chan struct{})
	running := startWorker(t, s, "second", func(_ context.Context, job *river.Job[outgoing]) error {
		begun <- job
		<-died
		return reported{}
	}, "message")
	next := <-begun
	if marked, err := s.queue.abandonedOf(t.Context(), anyOwner); err != nil || len(marked) > 0 {
		t.Errorf("the next attempt is marked: %v, %v", marked, err)
	}
	for node, ours := range map[string]bool{"first": false, "second": true} {
		if got, err := s.queue.isOurs(t.Context(), next.JobRow, node); err != nil || got != ours {
			t.Errorf("it is the %s process's: %t, %v", node, got, err)
		}
	}
	if got, err := s.queue.isOurs(t.Context(), job, "second"); err != nil || got {
		t.Errorf("the attempt of before is still under way: %t, %v", got, err)
	}
	close(died)
	stopWorker(t, running)
}

// testSilentOwner takes over from processes that are silent, not from those that say that they live. Only a shared
// database has several of them.
func testSilentOwner(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return
	}
	s := newService(t, database)
	job := underWay(t, s, "other", "message")["message"]
	seen := func(ago time.Duration) {
		_, err := database.DB().Exec(`INSERT INTO delivery_node (id, host, pid, started_at, seen_at)
			VALUES ('other', '', 0, 0, EXTRACT(EPOCH FROM now()) - CAST($1 AS DOUBLE PRECISION))
			ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`, ago.Seconds())
		if err != nil {
			t.Fatal(err)
		}
	}
	takenOver := func() bool {
		if err := s.queue.recover(t.Context(), s.queue.silentOwner(lease), s.abandoned); err != nil {
			t.Fatal(err)
		}
		return jobOf(t, s, job.ID).State != rivertype.JobStateRunning
	}
	if takenOver() {
		t.Error("a process that is not known is taken for dead at once")
	}
	if seen(lease / 2); takenOver() {
		t.Error("a process that lives is taken for dead")
	}
	if seen(2 * lease); !takenOver() {
		t.Error("a silent process is not taken for dead")
	}
}

// testStatements tries the statements that only change or select.
func testStatements(t *testing.T, database *store.Store) {
	s := newService(t, database)
	var ids []int64
	for i := range 3 {
		ids = append(ids, insertOne(t, s, fmt.Sprint(i)))
	}
	worked := make(chan struct{}, len(ids))
	running := startWorker(t, s, "one", func(context.Context, *river.Job[outgoing]) error {
		worked <- struct{}{}
		return river.JobSnooze(time.Hour)
	}, "0", "1", "2")
	for range ids {
		<-worked
	}
	stopWorker(t, running)
	if err := s.queue.wake(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if job := jobOf(t, s, id); job.State != rivertype.JobStateAvailable || time.Until(job.ScheduledAt) > 0 {
			t.Errorf("after it was woken it is %s, at %s", job.State, job.ScheduledAt)
		}
	}
	checkSelection(t, s, ids)
	execute(t, database, "DELETE FROM river_leader", // The worker may not have resigned yet.
		"INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES "+
			"(CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'dead', 'default')")
	var leaders int
	if err := s.queue.clearLeader(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := database.DB().QueryRow("SELECT COUNT(*) FROM river_leader").Scan(&leaders); err != nil || leaders != 0 {
		t.Errorf("%d lead, %v", leaders, err)
	}
}

// checkSelection gives the first of three jobs arguments that are awkward to look for, and looks for them.
func checkSelection(t *testing.T, s *Service, ids []int64) {
	t.Helper()
	encoded, err := json.Marshal(outgoing{Key: "0", To: "100%_of\\you@example.com", Subject: "Ünïcode 'n\" quotes"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.queue.replaceArguments(t.Context(), ids[0], encoded); err != nil {
		t.Fatal(err)
	}
	for search, count := range map[string]int{
		"": 3, "YOU@": 3, "100%_": 1, "1__%": 0, "of\\y": 1, "'n\" quo": 1, "Ünïcode": 1, "nobody": 0, "\x00": 0,
	} {
		found, err := s.queue.list(t.Context(), shared.ListRequest{Search: search}, 10)
		if err != nil || len(found) != count {
			t.Errorf("%q finds %d, %v", search, len(found), err)
		}
	}
	before := shared.ListRequest{Before: fmt.Sprint(ids[2])}
	if found, err := s.queue.list(t.Context(), before, 10); err != nil || len(found) != 2 || found[0].ID != ids[1] {
		t.Errorf("before the newest: %v, %v", found, err)
	}
	for _, bad := range []shared.ListRequest{{State: "lost"}, {Before: "x"}} {
		if _, err := s.queue.list(t.Context(), bad, 10); !errors.Is(err, shared.ErrInvalidRequest) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
