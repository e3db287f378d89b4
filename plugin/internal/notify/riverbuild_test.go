package notify

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["locked at the start"] = testLockedAtTheStart
	databaseTests["waiting ones that are not counted"] = testWaitingNotCounted
}

func execute(t testing.TB, database *store.Store, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := database.DB().Exec(statement); err != nil {
			t.Fatal(err, statement)
		}
	}
}

// makeOld takes away what builder makes: 0.1 had nothing of it.
func makeOld(t testing.TB, s *Service) {
	t.Helper()
	for _, one := range s.queue.dialect.indexes() {
		execute(t, s.configuration.Store, "DROP INDEX "+one.name)
	}
	on := ""
	if s.configuration.Store.Pool() != nil {
		on = " ON river_job"
	}
	for name := range s.queue.dialect.triggers() {
		execute(t, s.configuration.Store, "DROP TRIGGER "+name+on)
	}
	execute(t, s.configuration.Store, "DROP TABLE notification_count",
		"DELETE FROM database_state WHERE name = '"+stateIndexes+"'")
	if on != "" {
		execute(t, s.configuration.Store, "DROP FUNCTION notification_counted",
			"DROP FUNCTION notification_class(river_job_state, jsonb[], jsonb, timestamptz)",
			"CREATE INDEX river_job_args_index ON river_job USING GIN(args)",
			"CREATE INDEX river_job_metadata_index ON river_job USING GIN(metadata)")
		return
	}
	execute(t, s.configuration.Store, "CREATE INDEX river_job_kind ON river_job (kind)")
}

// checkClasses compares the counts of classes with what there is.
func checkClasses(t *testing.T, s *Service, when string, perClass map[string]int) {
	t.Helper()
	counts, err := s.queue.classCounts(t.Context())
	maps.DeleteFunc(counts, func(_ string, count int64) bool { return count == 0 })
	for class, count := range perClass {
		if counts[class] != int64(count) {
			t.Errorf("%s: %d %s are counted as %d", when, count, class, counts[class])
		}
	}
	if err != nil || len(counts) != len(perClass) {
		t.Errorf("%s: %v, %v", when, counts, err)
	}
}

// testLargeOldDatabase opens a large database of a version that had no indexes and counts. The service starts without
// them, does everything, and has them made while notifications are accepted; what is interrupted goes on.
func testLargeOldDatabase(t *testing.T, database *store.Store) {
	s := newService(t, database)
	makeOld(t, s)
	perClass := map[string]int{"delivered": fewJobs / 2, "dead": 70, "retrying": 200, "queued": fewJobs / 2}
	fill(t, s, perClass)
	s = newService(t, database)
	builder := s.queue.builder
	there, err := builder.existing(t.Context(), database.DB())
	if err != nil || len(builder.missing(there)) != len(s.queue.dialect.indexes()) {
		t.Errorf("at the start there are %v, %v", there, err)
	}
	dropped := len(there)
	works := func(when string) {
		t.Helper()
		insertOne(t, s, when)
		perClass["queued"]++
		checkClasses(t, s, when, perClass)
		for request, count := range map[*shared.ListRequest]int{
			{State: shared.NotificationDead}: 70, {Search: "alert 7 of dead"}: 1,
			{NotificationFilter: shared.NotificationFilter{Category: "category 3", Cause: "greylisted"}}: 10,
		} {
			if got := countListed(t, s, *request); got != count {
				t.Errorf("%s: %+v finds %d, want %d", when, *request, got, count)
			}
		}
	}
	works("without indexes")
	ctx, interrupt := context.WithCancel(t.Context())
	made := 0
	builder.told = func(what string, _ time.Duration) {
		made++
		works(fmt.Sprint("after ", what))
		if made == 3 {
			interrupt()
		}
	}
	if err := builder.build(ctx); err == nil || made != 3 {
		t.Errorf("interrupted after %d: %v", made, err)
	}
	s = newService(t, database)
	builder.told = func(what string, _ time.Duration) { made++; works(what) }
	if err := s.buildIndexes(t.Context()); err != nil || !s.queue.indexed.Load() {
		t.Errorf("%v; %v", err, s.queue.indexed.Load())
	}
	works("with everything")
	if wanted := dropped + len(s.queue.dialect.indexes()) + 1; made > wanted {
		t.Errorf("%d things were made, want %d", made, wanted)
	}
	there, err = builder.existing(t.Context(), database.DB())
	if err != nil || len(there) != len(s.queue.dialect.indexes()) || len(builder.missing(there)) > 0 {
		t.Errorf("at the end there are %v, %v", there, err)
	}
}

// testCountWhileUsed has notifications accepted and removed all the time while they are counted.
func testCountWhileUsed(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 2000, "queued": 2000})
	ended, used := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-ended:
				used <- nil
				return
			default:
			}
			_, err := s.queue.commit(context.Background(), []change{
				{accept: &outgoing{Key: fmt.Sprint("key ", n), To: "you@example.com"}}})
			if err == nil {
				_, err = database.DB().Exec("DELETE FROM river_job WHERE id = $1", n+1)
			}
			if err != nil {
				used <- err
				return
			}
		}
	}()
	for range 5 {
		if err := s.queue.builder.count(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(ended)
	if err := <-used; err != nil {
		t.Error(err)
	}
	counted, err := s.queue.classCounts(t.Context())
	maps.DeleteFunc(counted, func(_ string, count int64) bool { return count == 0 })
	there, failed := readCounts(database.DB().Query(s.queue.countAll()))
	if err != nil || failed != nil || !maps.Equal(counted, there) {
		t.Errorf("%v is counted as %v; %v, %v", there, counted, err, failed)
	}
}

// testBuildBesideWriters makes an index while another process has a transaction open: nobody else waits for either.
func testBuildBesideWriters(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return // The embedded database has one writer.
	}
	s := newService(t, database)
	insertOne(t, s, "first")
	execute(t, database, "DROP INDEX notification_domain_index",
		"CREATE INDEX notification_former_index ON river_job (id)")
	open, err := database.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer open.Rollback()
	if _, err := open.Exec("UPDATE river_job SET priority = 3"); err != nil {
		t.Fatal(err)
	}
	built := make(chan error, 1)
	go func() { built <- s.queue.builder.build(t.Context()) }()
	for waits := false; !waits; { // until it waits for the transaction
		if err := database.DB().QueryRow("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()" +
			" AND wait_event_type = 'Lock' AND query LIKE '%INDEX CONCURRENTLY%')").Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	insertOne(t, s, "second")
	if err := open.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-built; err != nil {
		t.Error(err)
	}
	there, err := s.queue.builder.existing(t.Context(), database.DB())
	if _, former := there["notification_former_index"]; err != nil || former || !there["notification_domain_index"] {
		t.Errorf("there are %v, %v", there, err)
	}
}

// testLockedAtTheStart starts while another process writes for long, so that the lock for the counts cannot be had: the
// service starts without them, and they are made when the lock is free.
func testLockedAtTheStart(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return // There is one writer, and all else at the start waits for it as well.
	}
	old := newService(t, database)
	insertOne(t, old, "waits")
	makeOld(t, old)
	writing, err := database.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer writing.Rollback()
	if _, err := writing.Exec("UPDATE river_job SET priority = priority"); err != nil {
		t.Fatal(err)
	}
	s := newService(t, database)
	if s.queue.indexed.Load() {
		t.Error("it has made what it had no lock for")
	}
	if list, err := s.List(t.Context(), shared.ListRequest{}); err != nil || len(list.Entries) != 1 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if err := writing.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.buildIndexes(t.Context()); err != nil || !s.queue.indexed.Load() {
		t.Errorf("made: %v, %v", s.queue.indexed.Load(), err)
	}
	checkClasses(t, s, "afterwards", map[string]int{"queued": 1})
}

// testWaitingNotCounted asks how many wait while the triggers have not counted all: not each of a large queue is looked
// at, and then the number is theirs.
func testWaitingNotCounted(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"queued": fewJobs + 50, "retrying": 7, "delivered": 20})
	for counted, want := range map[bool]int64{true: fewJobs + 57, false: mostWaiting} {
		state := indexState{Version: indexVersion, Counted: counted}
		if err := store.WriteState(t.Context(), database.DB(), stateIndexes, state); err != nil {
			t.Fatal(err)
		}
		if waiting, err := s.Waiting(t.Context()); err != nil || waiting != want {
			t.Errorf("counted %t: %d wait, %v", counted, waiting, err)
		}
	}
	execute(t, database, "DELETE FROM river_job WHERE state = 'available'")
	if waiting, err := s.Waiting(t.Context()); err != nil || waiting != 7 {
		t.Errorf("of few %d wait, %v", waiting, err)
	}
}
