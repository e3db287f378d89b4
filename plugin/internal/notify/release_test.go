package notify

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// holding is a process with so many notifications that are held.
func holding(t *testing.T, database *store.Store, now *time.Time, many int) *Service {
	t.Helper()
	unused(t, database, now, map[string]int{"queued": many})
	s := processAt(t, database, now, time.Hour)
	if err := s.pulse.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// begunRelease has released the first part of what is held.
func begunRelease(t *testing.T, s *Service, what shared.Operation) (one *heldRelease, last int64) {
	t.Helper()
	one = &heldRelease{queue: s.queue, store: s.configuration.Store, what: what, by: s.newOperated("bob", what)}
	if err := one.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, err := one.next(t.Context(), 0)
	if err != nil || one.count != heldAtOnce {
		t.Fatal(one.count, err)
	}
	return one, last
}

// testReleaseInParts has what becomes of a release that has begun when another one, or a new hold, comes meanwhile.
func testReleaseInParts(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	const many, left = 7 * heldAtOnce / 2, 5 * heldAtOnce / 2
	s := holding(t, database, &now, many)
	// Its process dies, and another one decides otherwise.
	dead, last := begunRelease(t, s, shared.OperationDeliverHeld)
	checkHeld(t, s, "released in part", left, many)
	if status, err := s.Status(t.Context(), shared.StatusRequest{}); err != nil || status.Held.Count != left {
		t.Errorf("%+v, %v", status.Held, err)
	}
	other, otherLast := begunRelease(t, s, shared.OperationDiscardHeld)
	if _, err := dead.next(t.Context(), last); !errors.Is(err, errHeldAnew) {
		t.Errorf("both go on: %v", err)
	}
	// Two that do the same share it.
	same, sameLast := begunRelease(t, s, shared.OperationDiscardHeld)
	for otherLast < math.MaxInt64 || sameLast < math.MaxInt64 {
		for one, last := range map[*heldRelease]*int64{other: &otherLast, same: &sameLast} {
			var err error
			if *last, err = one.next(t.Context(), *last); err != nil {
				t.Fatal(err)
			}
		}
	}
	if other.count+same.count != left {
		t.Errorf("%d and %d are discarded", other.count, same.count)
	}
	checkHeld(t, s, "released", 0, 0)
	counts := countsOf(t, s)
	if counts[shared.NotificationQueued] != heldAtOnce || counts[shared.NotificationCancelled] != left {
		t.Errorf("%v", counts)
	}
	if found := useOf(t, database).hold; !found.At.IsZero() {
		t.Errorf("there is still %+v", found)
	}
	for id, want := range map[int64]string{1: "deliver_held bob", many: "discard_held bob"} {
		if got := audited(t, s, id); len(got) != 1 || got[0] != want {
			t.Errorf("%d: %q", id, got)
		}
	}
}

// testReleaseCutOff cuts a release off, by its caller or by a new hold, and releases again.
func testReleaseCutOff(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := holding(t, database, &now, 3500)
	ended, end := context.WithCancel(t.Context())
	end()
	if result, err := s.ReleaseHeld(ended, shared.ReleaseHeldRequest{Deliver: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", result, err)
	}
	checkHeld(t, s, "after one that was ended before", 3500, 3500)
	one, last := begunRelease(t, s, shared.OperationDeliverHeld)
	now = now.Add(2 * time.Hour) // and a backup is restored
	next := slowProcess(t, database, &now)
	if err := next.pulse.beat(t.Context()); !errors.Is(err, errHolding) {
		t.Fatal(err)
	}
	if _, err := one.next(t.Context(), last); !errors.Is(err, errHeldAnew) {
		t.Errorf("the release goes on in a new hold: %v", err)
	}
	for range 10 {
		if err := next.pulse.beat(t.Context()); err == nil {
			break
		}
	}
	checkHeld(t, s, "held anew", 3500, 3500)
	if _, err := one.next(t.Context(), last); !errors.Is(err, errHeldAnew) {
		t.Errorf("the release goes on after a new hold: %v", err)
	}
	checkReleased(t, next, 3500)
}

// testReleaseOfUnfinished releases what is not all held yet: it is held first, and the release is of all of it.
func testReleaseOfUnfinished(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	unused(t, database, &now, map[string]int{"queued": 2500})
	s := slowProcess(t, database, &now)
	if err := s.pulse.beat(t.Context()); !errors.Is(err, errHolding) {
		t.Fatal(err)
	}
	insertOne(t, s, "new")
	if count := release(t, processAt(t, database, &now, time.Hour), false); count != 2500 {
		t.Errorf("%d are discarded", count)
	}
	counts := countsOf(t, s)
	if counts[shared.NotificationQueued] != 1 || counts[shared.NotificationCancelled] != 2500 {
		t.Errorf("%v", counts)
	}
	if err := s.pulse.beat(t.Context()); err != nil || useOf(t, database).hold.Until != 0 {
		t.Errorf("%v, %+v", err, useOf(t, database))
	}
}

// testReleaseAndDeliver delivers all the time while what is held is released in parts: what is new at once, what was
// held only when it is released, and each once.
func testReleaseAndDeliver(t *testing.T, database *store.Store) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := holding(t, database, &now, 2500)
	delivered := &deliveredIDs{times: map[int64]int{}, changed: make(chan struct{}, 1)}
	config := riverConfig(s)
	config.Workers = river.NewWorkers()
	river.AddWorker(config.Workers, river.WorkFunc(func(ctx context.Context, job *river.Job[outgoing]) error {
		delivered.add(job.ID)
		if err := s.completed(context.WithoutCancel(ctx), job.ID, deliveredNote{}); err != nil {
			return err
		}
		return reported{}
	}))
	running, err := openClient(t.Context(), database, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer stopWorker(t, running)
	newest := insertOne(t, s, "new")
	delivered.await(1)
	if delivered.times[newest] != 1 {
		t.Errorf("%v are delivered before the release", delivered.times)
	}
	_, last := begunRelease(t, s, shared.OperationDeliverHeld)
	delivered.await(1 + heldAtOnce)
	for id := range delivered.times {
		if id > last && id != newest {
			t.Errorf("%d was delivered before its release", id)
		}
	}
	if count := release(t, s, true); count != 2500-heldAtOnce {
		t.Errorf("%d are released", count)
	}
	delivered.await(2501)
	for id, times := range delivered.times {
		if times != 1 {
			t.Errorf("%d was delivered %d times", id, times)
		}
	}
}

// deliveredIDs are the jobs that were worked.
type deliveredIDs struct {
	mu      sync.Mutex
	times   map[int64]int
	changed chan struct{}
}

func (d *deliveredIDs) add(id int64) {
	d.mu.Lock()
	d.times[id]++
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// await waits until so many are delivered.
func (d *deliveredIDs) await(many int) {
	for {
		d.mu.Lock()
		count := len(d.times)
		d.mu.Unlock()
		if count >= many {
			return
		}
		<-d.changed
	}
}

// TestMoveOfHeld moves a database in which notifications are held: the other one says so, and why.
func TestMoveOfHeld(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open, now := start(t), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
			source, target := holding(t, open(t), &now, 3), newService(t, open(t))
			if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err != nil {
				t.Fatal(err)
			}
			status, err := target.Status(t.Context(), shared.StatusRequest{})
			if err != nil || status.Held == nil || status.Held.Count != 3 || status.Held.Reason.Code != "held_after_restore" {
				t.Errorf("%+v, %v", status.Held, err)
			}
			checkReleased(t, target, 3)
		})
	}
}

// TestUndoMoveCutOff ends the process that undoes a move when it has just begun to hold what waits: nobody delivers
// before all is held, which another process, or the same command, completes.
func TestUndoMoveCutOff(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			for _, completes := range []string{"the next process", "the same command"} {
				source, target := newService(t, open(t)), newService(t, open(t))
				fill(t, source, map[string]int{"queued": 2500})
				if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err != nil {
					t.Fatal(err)
				}
				source.pulse.ending = func() bool { return true }
				if _, err := source.UndoMove(t.Context(), "anna"); !errors.Is(err, errStopping) {
					t.Fatal(err)
				}
				next := newService(t, source.configuration.Store)
				next.pulse.look = 0
				insertOne(t, next, "new")
				if err := next.begin(t.Context()); !errors.Is(err, errHolding) {
					t.Fatal(err)
				}
				if completes == "the same command" {
					if held, err := next.UndoMove(t.Context(), "anna"); err != nil || held != 2500 {
						t.Errorf("%d, %v", held, err)
					}
				} else if _, err := next.finishHold(t.Context()); err != nil {
					t.Error(err)
				}
				checkHeld(t, next, completes, 2500, 2500)
				if _, err := next.UndoMove(t.Context(), "anna"); err == nil || !strings.Contains(err.Error(), "was not moved") {
					t.Error(err)
				}
			}
		})
	}
}
