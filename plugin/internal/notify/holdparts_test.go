package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["hold in parts"] = testHoldInParts
	databaseTests["hold cut off"] = testHoldCutOff
	databaseTests["hold taken up late"] = testHoldTakenUpLate
	databaseTests["hold by another process"] = testHoldByAnother
	databaseTests["plans of holds"] = testPlansOfHolds
	databaseTests["hold without indexes"] = testHoldWithoutIndexes
	databaseTests["release of what is being held"] = testReleaseOfUnfinished
	databaseTests["release in parts"] = testReleaseInParts
	databaseTests["release cut off"] = testReleaseCutOff
	databaseTests["release and deliver"] = testReleaseAndDeliver
}

// unused fills a database with so many notifications that wait, and lets more than the margin pass.
func unused(t *testing.T, database *store.Store, now *time.Time, perClass map[string]int) {
	t.Helper()
	first := processAt(t, database, now, time.Hour)
	if err := first.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	fill(t, first, perClass)
	*now = now.Add(2 * time.Hour)
}

// slowProcess is a process whose every look holds one part.
func slowProcess(t *testing.T, database *store.Store, now *time.Time) *Service {
	t.Helper()
	s := processAt(t, database, now, time.Hour)
	s.pulse.look = 0
	return s
}

func useOf(t *testing.T, database *store.Store) use {
	t.Helper()
	found, err := readUse(t.Context(), database.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkHeld compares what is held with what is counted, and with the ids up to one.
func checkHeld(t *testing.T, s *Service, when string, want, upTo int64) {
	t.Helper()
	var held, others int64
	if err := s.configuration.Store.DB().QueryRow("SELECT COUNT(*), COUNT(CASE WHEN id > $1 THEN 1 END) FROM river_job"+
		" WHERE state = 'pending'", upTo).Scan(&held, &others); err != nil {
		t.Fatal(err)
	}
	counted, err := s.queue.heldCount(t.Context())
	if err != nil || held != want || counted != want || others != 0 {
		t.Errorf("%s: %d are held, %d of them were not to be, and %d counted, want %d, %v", when, held, others, counted, want,
			err)
	}
}

const manyHeld = 5_100 // The last part is not whole.

// testHoldInParts holds much by two processes in turn, one part each. Between the parts notifications are accepted,
// which are not held, and nobody begins to deliver before all is held.
func testHoldInParts(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	unused(t, database, &now, map[string]int{"delivered": 300, "retrying": 500, "queued": manyHeld - 500})
	before := useOf(t, database).heartbeat
	processes := []*Service{slowProcess(t, database, &now), slowProcess(t, database, &now)}
	looks := 1
	for ; ; looks++ {
		s := processes[looks%2]
		beat := s.pulse.beat
		if looks == 5 {
			beat = s.begin
		}
		err := beat(t.Context())
		if err == nil {
			break
		}
		insertOne(t, s, fmt.Sprint("new ", looks))
		found := useOf(t, database)
		if !errors.Is(err, errHolding) || found.heartbeat != before || !found.hold.unfinished() {
			t.Fatalf("after %d looks: %v; %+v", looks, err, found)
		}
		checkHeld(t, s, "between parts", int64(looks)*heldAtOnce, found.hold.After)
	}
	found := useOf(t, database)
	if found.hold.Count != manyHeld || found.hold.unfinished() || found.heartbeat.Count != before.Count+1 {
		t.Errorf("%+v", found)
	}
	if looks < manyHeld/heldAtOnce {
		t.Errorf("%d looks were enough", looks)
	}
	s := processes[0]
	checkHeld(t, s, "at the end", manyHeld, found.hold.Until)
	if status, err := s.Status(t.Context(), shared.StatusRequest{}); err != nil || status.Held.Count != manyHeld {
		t.Errorf("%+v, %v", status.Held, err)
	}
	checkReleased(t, s, manyHeld)
}

// checkReleased releases everything, and holds that nothing is lost.
func checkReleased(t *testing.T, s *Service, want int64) {
	t.Helper()
	before := countsOf(t, s)
	if count := release(t, s, true); count != want {
		t.Errorf("%d are released, want %d", count, want)
	}
	checkHeld(t, s, "released", 0, 0)
	after := countsOf(t, s)
	for state, count := range before {
		if after[state] != count {
			t.Errorf("%d are %s, and were %d", after[state], state, count)
		}
	}
	if found := useOf(t, s.configuration.Store); !found.hold.At.IsZero() {
		t.Errorf("there is still %+v", found.hold)
	}
}

// testHoldCutOff has two processes hold at the same time, each cut off again and again at any moment, while a third one
// accepts: what waited is held and nothing else.
func testHoldCutOff(t *testing.T, database *store.Store) {
	const many = 5500
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	unused(t, database, &now, map[string]int{"dead": 10, "queued": many})
	done, all := make(chan struct{}), sync.WaitGroup{}
	for range 2 {
		s := slowProcess(t, database, &now)
		all.Go(func() {
			for longest := 10 * time.Millisecond; ; longest += longest / 10 { // until it is long enough for a part
				ctx, cancel := context.WithTimeout(context.Background(), rand.N(longest))
				err := s.pulse.beat(ctx)
				cancel()
				if err == nil {
					return
				}
			}
		})
	}
	go func() { all.Wait(); close(done) }()
	accepting, count := processAt(t, database, &now, time.Hour), int64(0)
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
			if useOf(t, database).hold.Until > 0 {
				count++
				insertOne(t, accepting, fmt.Sprint("new ", count))
			}
		}
	}
	found := useOf(t, database)
	if found.hold.Count != many || found.hold.unfinished() {
		t.Errorf("%+v", found.hold)
	}
	checkHeld(t, accepting, "at the end", many, found.hold.Until)
	if counts := countsOf(t, accepting); counts[shared.NotificationQueued] != many+count {
		t.Errorf("%v, want %d queued", counts, many+count)
	}
	checkReleased(t, accepting, many)
}

// testHoldTakenUpLate takes up a hold that was cut off so long ago that the database may have been used elsewhere
// since: what was accepted meanwhile is held as well. One that began just now goes on as it was.
func testHoldTakenUpLate(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	const many = 5 * heldAtOnce / 2
	unused(t, database, &now, map[string]int{"queued": many})
	first := slowProcess(t, database, &now)
	if err := first.pulse.beat(t.Context()); !errors.Is(err, errHolding) {
		t.Fatal(err)
	}
	insertOne(t, first, "new")
	now = now.Add(time.Hour)
	second := slowProcess(t, database, &now)
	if err := second.pulse.beat(t.Context()); !errors.Is(err, errHolding) {
		t.Fatal(err)
	}
	if found := useOf(t, database).hold; found.Until != many || found.Count != 2*heldAtOnce {
		t.Errorf("it goes on with %+v", found)
	}
	insertOne(t, first, "newer")
	now = now.Add(time.Hour + 1)
	third := processAt(t, database, &now, time.Hour)
	if err := third.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := useOf(t, database).hold; found.Count != many+2 || !found.Since.Equal(now.Add(-4*time.Hour-1)) {
		t.Errorf("it ends with %+v", found)
	}
	checkHeld(t, third, "at the end", many+2, many+2)
}

// testHoldByAnother has an older state put back under two processes that deliver. One of them holds what was taken from
// it, also by the other one, which sends nothing that it took before.
func testHoldByAnother(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	first, second := slowProcess(t, database, &now), slowProcess(t, database, &now)
	for _, s := range []*Service{first, second} {
		if err := s.pulse.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, first, map[string]int{"queued": heldAtOnce * 6 / 5})
	began, taken := time.Now(), underWay(t, second, second.node, "taken")["taken"]
	if err := store.WriteState(t.Context(), database.DB(), stateHeartbeat,
		heartbeatNote{At: now.Add(-2 * time.Hour), Node: "gone"}); err != nil {
		t.Fatal(err)
	}
	starting := slowProcess(t, database, &now)
	if err := starting.pulse.beat(t.Context()); !errors.Is(err, errHolding) {
		t.Fatal(err)
	}
	for range 2 {
		if err := first.pulse.beat(t.Context()); err == nil {
			break
		}
	}
	if found := useOf(t, database).hold; found.unfinished() || !found.Running {
		t.Errorf("%+v", found)
	}
	if job := jobOf(t, second, taken.ID); job.State != rivertype.JobStatePending || job.Attempt != 0 {
		t.Errorf("what was taken is %s, attempt %d", job.State, job.Attempt)
	}
	if err := second.pulse.beat(t.Context()); err != nil || !second.pulse.heldSince(began) {
		t.Errorf("the other process goes on sending: %v", err)
	}
	if second.mayBegin(t.Context(), &river.Job[outgoing]{JobRow: taken}) {
		t.Error("what was taken begins")
	}
}

// testHoldWithoutIndexes holds and releases in a large database of a version that had no indexes and counts.
func testHoldWithoutIndexes(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	first := processAt(t, database, &now, time.Hour)
	if err := first.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	makeOld(t, first)
	fill(t, first, map[string]int{"delivered": fewJobs, "retrying": 1100, "queued": 1100})
	now = now.Add(2 * time.Hour)
	s := processAt(t, database, &now, time.Hour)
	if s.queue.indexed.Load() {
		t.Fatal("there are indexes")
	}
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkHeld(t, s, "without indexes", 2200, useOf(t, database).hold.Until)
	one := heldRelease{queue: s.queue, store: database, what: shared.OperationDeliverHeld}
	if err := one.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	for last := int64(0); one.count == 0; {
		var err error
		if last, err = one.next(t.Context(), last); err != nil {
			t.Fatal(err)
		}
	}
	checkHeld(t, s, "without indexes, released in part", 2200-one.count, useOf(t, database).hold.Until)
	if err := s.buildIndexes(t.Context()); err != nil || !s.queue.indexed.Load() {
		t.Fatal(err)
	}
	checkHeld(t, s, "with indexes", 2200-one.count, useOf(t, database).hold.Until)
	checkReleased(t, s, 2200-one.count)
}

// testPlansOfHolds asks the engine how it finds a part that it is given, when it does not know yet how many are held:
// by nothing but the numbers.
func testPlansOfHolds(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fillForPlans(t, s, map[string]int{"queued": 5000, "delivered": 5000})
	byNumber := "INTEGER PRIMARY KEY"
	if database.Pool() != nil {
		byNumber = "river_job_pkey"
		execute(t, database, "ANALYZE river_job")
	}
	execute(t, database, "UPDATE river_job SET state = 'pending' WHERE finalized_at IS NULL")
	ids := s.queue.dialect.list([]int64{1, 7, 9999})
	by := s.newOperated("anna", shared.OperationDeliverHeld).encode()
	for _, q := range []query{
		{s.queue.holdStatement(hold{}), []any{ids}}, {s.queue.holdStatement(hold{Running: true}), []any{ids}},
		{s.queue.releaseStatement(shared.OperationDeliverHeld), []any{ids, by}},
		{s.queue.releaseStatement(shared.OperationDiscardHeld), []any{ids, by}},
		{s.queue.giveBackStatement(), []any{1.5, ids}},
	} {
		if plan := planOf(t, database, q); !strings.Contains(plan, byNumber) {
			t.Errorf("it is not looked up by its number:\n%s\n%s", q.text, plan)
		}
	}
}
