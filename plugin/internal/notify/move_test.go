package notify

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestEveryTableIsTreated fails when there is a table, or a column that an engine writes down in a way of its own, that
// a move to another database does not know.
func TestEveryTableIsTreated(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			database := start(t)(t)
			newService(t, database)
			found, err := database.Tables(t.Context())
			if err != nil || len(found) < 10 {
				t.Fatal(found, err)
			}
			for _, table := range found {
				if _, known := treatments()[table]; !known {
					t.Errorf("a move to another database does not know the table %s: say in treatments whether it is copied, "+
						"or why it is not", table)
				}
			}
			for table := range treatments() {
				if !slices.Contains(found, table) {
					t.Errorf("there is no table %s any more", table)
				}
			}
		})
	}
}

// nobody watches a move.
func nobody(string, int64, int64) {}

// moved is what is compared of a job before and after a move.
type movedJob struct {
	Job    rivertype.JobRow
	Unique string
}

// jobsOf are all jobs. Times are compared to the millisecond, which is all that the embedded engine keeps.
func jobsOf(t *testing.T, s *Service) map[int64]string {
	t.Helper()
	rows, err := s.configuration.Store.DB().QueryContext(t.Context(), "SELECT id, unique_key FROM river_job")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[int64]string{}
	for rows.Next() {
		var id int64
		var key []byte
		if err := rows.Scan(&id, &key); err != nil {
			t.Fatal(err)
		}
		keys[id] = string(key)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	found := map[int64]string{}
	for id, key := range keys {
		job := *jobOf(t, s, id)
		for _, at := range []*time.Time{&job.CreatedAt, &job.ScheduledAt, job.AttemptedAt, job.FinalizedAt} {
			if at != nil {
				*at = at.UTC().Round(time.Millisecond)
			}
		}
		job.EncodedArgs, job.Metadata = sorted(t, job.EncodedArgs), sorted(t, job.Metadata)
		document, err := json.Marshal(movedJob{Job: job, Unique: key})
		if err != nil {
			t.Fatal(err)
		}
		found[id] = string(document)
	}
	return found
}

// sorted is a JSON document in a form that does not depend on the engine.
func sorted(t *testing.T, document []byte) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// fillForMove has something in every table that is moved.
func fillForMove(t *testing.T, s *Service) {
	t.Helper()
	fill(t, s, map[string]int{"delivered": 300, "dead": 5, setAside: 4, "cancelled": 3, "retrying": 2, "queued": 250})
	for _, key := range []string{"ключ \U0001F525", "k2"} {
		insertOne(t, s, key)
	}
	database := s.configuration.Store
	for range 2 {
		state, err := database.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		document := store.Document{Values: shared.Values{"server": shared.Text("mail.example")}}
		if _, err := database.Append(t.Context(), state.Revision, document, "anna", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := database.SetVerified(t.Context(), store.Verification{Actor: "bob", Revision: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := purgeBy(t.Context(), s, "carl", shared.OperateRequest{State: shared.NotificationCancelled}); err != nil {
		t.Fatal(err)
	}
	if _, err := database.DB().Exec("INSERT INTO delivery_pause VALUES (1, 7, '{}')"); err != nil {
		t.Fatal(err)
	}
}

func countsOf(t *testing.T, s *Service) map[shared.NotificationState]int64 {
	t.Helper()
	counts, err := s.queue.counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// checkMoved holds that a database goes on where the one before has ended.
func checkMoved(t *testing.T, s *Service) {
	t.Helper()
	known := jobsOf(t, s)
	again, err := s.queue.commit(t.Context(), []change{{accept: &outgoing{Key: "k2", To: "you@example.com"}}})
	if err != nil || !again[0].duplicate {
		t.Errorf("an idempotency key was lost: %+v, %v", again, err)
	}
	if id := insertOne(t, s, "new in "+s.configuration.Store.Place()); id <= slices.Max(slices.Collect(maps.Keys(known))) {
		t.Errorf("a new notification has the number %d", id)
	}
	state, err := s.configuration.Store.Current(t.Context())
	if err != nil || state.Revision.Number != 2 || state.Revision.Author != "anna" || state.Verified == nil ||
		state.Verified.Actor != "bob" {
		t.Errorf("%+v, %v", state, err)
	}
	if turn, _, err := s.breaker.rows.load(t.Context()); err != nil || turn != 7 {
		t.Errorf("the pause has the turn %d, %v", turn, err)
	}
	if got := purgesOf(t, s); len(got) != 1 || got[0] != "carl: state cancelled: 3 of 3" {
		t.Errorf("of what was purged %q is told", got)
	}
}

// checkUnused holds that a database that was moved says where it went, and that no version writes to it any more.
func checkUnused(t *testing.T, s *Service) {
	t.Helper()
	var moved *store.MovedError
	if err := s.barred(t.Context()); !errors.As(err, &moved) || !strings.Contains(err.Error(), "was moved to "+moved.To) ||
		!strings.Contains(err.Error(), "testharness migrate --undo") {
		t.Errorf("it delivers: %v", err)
	}
	for _, statement := range []string{
		"UPDATE river_job SET state = 'running' WHERE state = 'available'", "DELETE FROM river_job",
		"INSERT INTO settings_revision VALUES (99, '', '', '')",
	} {
		if _, err := s.configuration.Store.DB().Exec(statement); err == nil ||
			!strings.Contains(err.Error(), "this database was moved") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// TestMoveIsRefused holds that nothing is moved, and nothing changed, where a process delivers or the other database
// holds something.
func TestMoveIsRefused(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			source, target := newService(t, open(t)), newService(t, open(t))
			id := insertOne(t, source, "waits")
			delivering := func(where *Service) claim { // as another process has it
				other := newService(t, where.configuration.Store)
				other.configuration.LockFile = where.configuration.LockFile
				return other.newClaim()
			}
			refused := func(says string) {
				t.Helper()
				if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err == nil ||
					!strings.Contains(err.Error(), says) {
					t.Errorf("%q is not in: %v", says, err)
				}
				if err := source.configuration.Store.Moved(t.Context()); err != nil {
					t.Error(err)
				}
			}
			for _, where := range []*Service{source, target} {
				claim := delivering(where)
				if taken, err := claim.take(t.Context()); !taken || err != nil {
					t.Fatal(taken, err)
				}
				refused("delivers notifications from " + where.configuration.Store.Place())
				claim.release(t.Context())
			}
			insertOne(t, target, "another")
			refused("holds settings or notifications already")
			if job := jobOf(t, source, id); job.State != rivertype.JobStateAvailable {
				t.Errorf("it is %s", job.State)
			}
		})
	}
}

// TestInterruptedMove holds that a move that was cut off at any point is completed by the same call, and that the
// database is not used meanwhile but for an undo.
func TestInterruptedMove(t *testing.T) {
	for engine, start := range engines {
		open := start(t)
		for name, cut := range map[string]func(t *testing.T, source, target *Service, move store.Move){
			"before anything is copied": func(*testing.T, *Service, *Service, store.Move) {},
			"after everything is copied": func(t *testing.T, source, target *Service, move store.Move) {
				if _, err := source.configuration.Store.CopyTo(t.Context(), target.configuration.Store, move, treatments(),
					nobody); err != nil {
					t.Fatal(err)
				}
			},
		} {
			t.Run(engine+" "+name, func(t *testing.T) {
				source, target := newService(t, open(t)), newService(t, open(t))
				insertOne(t, source, "waits")
				move, _, err := source.planMove(t.Context(), target, "anna")
				if err != nil {
					t.Fatal(err)
				}
				if err := source.beginMove(t.Context(), move); err != nil {
					t.Fatal(err)
				}
				cut(t, source, target, move)
				if err := source.barred(t.Context()); err == nil || !strings.Contains(err.Error(), "is being moved to") {
					t.Errorf("it delivers: %v", err)
				}
				if _, err := source.MoveTo(t.Context(), newService(t, open(t)), "anna", nobody); err == nil ||
					!strings.Contains(err.Error(), "is being moved to") {
					t.Errorf("it goes elsewhere: %v", err)
				}
				for range 2 {
					if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err != nil {
						t.Fatal(err)
					}
				}
				if has, err := target.queue.hasJobs(t.Context()); err != nil || !has {
					t.Errorf("nothing was moved: %v", err)
				}
				checkUnused(t, source)
			})
		}
	}
}

// TestFailedMove holds that a database is used again when the other one has not taken everything, and has taken
// nothing.
func TestFailedMove(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			source, target := newService(t, open(t)), newService(t, open(t))
			insertOne(t, source, "waits")
			if _, err := target.configuration.Store.DB().Exec("ALTER TABLE delivery_pause ADD COLUMN later TEXT"); err != nil {
				t.Fatal(err)
			}
			if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err == nil ||
				!strings.Contains(err.Error(), "nothing was moved: table delivery_pause: its columns are") {
				t.Errorf("it was moved: %v", err)
			}
			insertOne(t, source, "goes on")
			if err := source.configuration.Store.Moved(t.Context()); err != nil {
				t.Error(err)
			}
			if has, err := target.queue.hasJobs(t.Context()); err != nil || has {
				t.Errorf("something is there: %v", err)
			}
		})
	}
}

// TestUndoMove goes on with a database that was moved. What waits in it may have been delivered from the other one, so
// it is held.
func TestUndoMove(t *testing.T) {
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			open := start(t)
			source, target := newService(t, open(t)), newService(t, open(t))
			id := insertOne(t, source, "waits")
			if _, err := source.UndoMove(t.Context(), "anna"); err == nil || !strings.Contains(err.Error(), "was not moved") {
				t.Error(err)
			}
			if _, err := source.MoveTo(t.Context(), target, "anna", nobody); err != nil {
				t.Fatal(err)
			}
			held, err := source.UndoMove(t.Context(), "anna")
			if err != nil || held != 1 {
				t.Fatal(held, err)
			}
			if job := jobOf(t, source, id); job.State != rivertype.JobStatePending {
				t.Errorf("it is %s", job.State)
			}
			if err := source.configuration.Store.Moved(t.Context()); err != nil {
				t.Error(err)
			}
			insertOne(t, source, "new")
			status, err := source.Status(t.Context(), shared.StatusRequest{})
			if err != nil || status.Held == nil || status.Held.Count != 1 || status.Held.Reason.Code != "held_after_move" {
				t.Errorf("%+v, %v", status.Held, err)
			}
		})
	}
}
