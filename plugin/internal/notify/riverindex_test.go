package notify

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// fill puts so many jobs of each class into the database: those that wait are the newest.
func fill(t testing.TB, s *Service, perClass map[string]int) {
	t.Helper()
	series := "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) SELECT n FROM s"
	array, tags := "jsonb_array(jsonb_object('error', '%s'))", "jsonb('[]')"
	if s.configuration.Store.Pool() != nil {
		series = "SELECT n FROM generate_series(1, $1::int) AS n"
		array, tags = "ARRAY[jsonb_build_object('error', '%s')]", "'{}'"
	}
	failed := fmt.Sprintf(array, `JobCancelError: {"code":"mailbox_unknown"}`)
	retried := fmt.Sprintf(array, `{"code":"greylisted"}`)
	for _, one := range []struct{ class, state, errors, metadata string }{
		{"delivered", "completed", "NULL", "{}"}, {"dead", "cancelled", failed, "{}"},
		{setAside, "cancelled", failed, `{"set_aside_at":"2026-01-01T00:00:00Z"}`},
		{"cancelled", "cancelled", "NULL", `{"cancel_attempted_at":"2026-01-01T00:00:00Z"}`},
		{"retrying", "retryable", retried, "{}"}, {"queued", "available", "NULL", "{}"},
	} {
		if perClass[one.class] == 0 {
			continue
		}
		finished := "NULL"
		if one.state == "completed" || one.state == "cancelled" {
			finished = "CURRENT_TIMESTAMP"
		}
		args := fmt.Sprintf(`'{"key":"%[1]s ' || n || '","to":"user' || n || '@host' || (n %% 50) || '.example",`+
			`"subject":"Alert ' || n || ' of %[1]s","category":"category ' || (n %% 20) || '"}'`, one.class)
		statement := "INSERT INTO river_job (args, errors, metadata, finalized_at, kind, max_attempts, state, attempt, " +
			"tags)" +
			" SELECT " + fmt.Sprintf(s.queue.dialect.encoded, "("+args+")") + ", " + one.errors + ", " +
			fmt.Sprintf(s.queue.dialect.encoded, "'"+one.metadata+"'") + ", " + finished + ", 'notification', 60, '" +
			one.state + "', 1, " + tags + " FROM (" + series + ") AS s"
		if _, err := s.configuration.Store.DB().Exec(statement, perClass[one.class]); err != nil {
			t.Fatal(err, statement)
		}
	}
}

// testOldDatabase has counts made for a database of a version that kept none, and left alone for one of a later
// version.
func testOldDatabase(t *testing.T, database *store.Store) {
	s := newService(t, database)
	perClass := map[string]int{
		"delivered": 7, "dead": 5, setAside: 4, "cancelled": 3, "retrying": 2, "queued": 6,
	}
	makeOld(t, s)
	fill(t, s, perClass)
	check := func(when string, s *Service) { t.Helper(); checkClasses(t, s, when, perClass) }
	s = newService(t, database)
	check("at the start", s)
	if listed, err := s.queue.list(t.Context(), shared.ListRequest{State: shared.NotificationDead}, 100); err != nil ||
		len(listed) != 9 || listed[0].ID < listed[8].ID {
		t.Errorf("%d dead letters are listed, %v", len(listed), err)
	}
	later := indexState{Version: indexVersion + 1, Counted: true}
	if err := store.WriteState(t.Context(), database.DB(), stateIndexes, later); err != nil {
		t.Fatal(err)
	}
	execute(t, database, "DELETE FROM river_job WHERE finalized_at IS NOT NULL", "DROP INDEX notification_created_index",
		"CREATE INDEX notification_later_index ON river_job (id)")
	perClass = map[string]int{"retrying": 2, "queued": 6}
	s = newService(t, database)
	check("after a deletion, with a later version", s)
	there, err := s.queue.builder.existing(t.Context(), database.DB())
	if err != nil || there["notification_created_index"] || !there["notification_later_index"] {
		t.Errorf("of a later version there are %v, %v", there, err)
	}
	if err := s.queue.sumCounts(t.Context()); err != nil {
		t.Error(err)
	}
	check("summed up", s)
}

// testTurn has a message wait for its turn, have it, and be attempted again.
func testTurn(t *testing.T, database *store.Store) {
	s := newService(t, database)
	job := underWay(t, s, "process", "message")["message"]
	shown := func(want shared.NotificationState) {
		t.Helper()
		checkCounts(t, s)
		if got := stateOf(jobOf(t, s, job.ID)); got != want {
			t.Errorf("it is shown %s, want %s", got, want)
		}
	}
	shown(shared.NotificationQueued)
	if err := s.sends(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	shown(shared.NotificationSending)
	if err := s.queue.recover(t.Context(), anyOwner, s.abandoned); err != nil {
		t.Fatal(err)
	}
	shown(shared.NotificationQueued)
	begun := make(chan struct{}, 1)
	running := startWorker(t, s, "next", func(context.Context, *river.Job[outgoing]) error {
		begun <- struct{}{}
		return reported{}
	}, "message")
	<-begun
	stopWorker(t, running)
	shown(shared.NotificationQueued)
}

// testFilters has notifications found by each of what a list can be limited by, page by page.
func testFilters(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fill(t, s, map[string]int{"delivered": 2100, "dead": 100, "retrying": 1500, "queued": 1300})
	type filter = shared.NotificationFilter
	now, past := time.Now(), time.Now().Add(-time.Hour)
	for _, c := range []struct {
		request shared.ListRequest
		count   int
	}{
		{shared.ListRequest{}, 5000}, {shared.ListRequest{NotificationFilter: filter{From: past}}, 5000},
		{shared.ListRequest{NotificationFilter: filter{Until: past}}, 0},
		{shared.ListRequest{NotificationFilter: filter{From: past, Until: now.Add(time.Hour)}}, 5000},
		{shared.ListRequest{NotificationFilter: filter{Cause: "greylisted"}}, 1500},
		{shared.ListRequest{NotificationFilter: filter{Cause: "mailbox_unknown"}}, 100},
		{shared.ListRequest{NotificationFilter: filter{Cause: "grey"}}, 0},
		{shared.ListRequest{NotificationFilter: filter{Category: "category 3"}}, 250},
		{shared.ListRequest{NotificationFilter: filter{Recipient: "User77@host27.example"}}, 4},
		{shared.ListRequest{NotificationFilter: filter{Recipient: "HOST27.example"}}, 100},
		{shared.ListRequest{NotificationFilter: filter{Recipient: "27.example"}}, 0},
		{shared.ListRequest{NotificationFilter: filter{IDs: []string{"1", "77", "4999", "5001"}}}, 3},
		{shared.ListRequest{State: shared.NotificationQueued, NotificationFilter: filter{Recipient: "host27.example"}}, 26},
		{shared.ListRequest{State: shared.NotificationQueued, NotificationFilter: filter{From: past}}, 1300},
		{shared.ListRequest{State: shared.NotificationDead, NotificationFilter: filter{From: past, Category: "category 3"}},
			5},
		{shared.ListRequest{State: shared.NotificationDelivered, NotificationFilter: filter{Cause: "greylisted"}}, 0},
		{shared.ListRequest{Search: "77@host27", NotificationFilter: filter{From: past, Category: "category 17"}}, 50},
		{shared.ListRequest{Search: "user77@", NotificationFilter: filter{From: past, Category: "category 17"}}, 4},
	} {
		if got := countListed(t, s, c.request); got != c.count {
			t.Errorf("%+v finds %d, want %d", c.request, got, c.count)
		}
	}
}

// countListed lists page by page, and holds that each page goes on where the one before ended.
func countListed(t *testing.T, s *Service, request shared.ListRequest) (count int) {
	t.Helper()
	for last := int64(math.MaxInt64); ; {
		jobs, err := s.queue.list(t.Context(), request, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if job.ID >= last {
				t.Fatalf("%+v: %d after %d", request, job.ID, last)
			}
			last = job.ID
		}
		if count += len(jobs); len(jobs) < 200 {
			return count
		}
		request.Before = fmt.Sprint(last)
	}
}

// readsAll reports whether a plan reads the whole table. To follow an index, or the ids, in their order until there is
// enough does not.
func readsAll(plan string, q query) bool {
	if strings.Contains(plan, "Seq Scan on river_job") || strings.Contains(plan, "river_job_kind") { // All have one kind.
		return true
	}
	ordered := strings.Contains(q.text, " LIMIT ") && !strings.Contains(plan, "TEMP B-TREE")
	return tableScan.MatchString(plan) && !ordered
}

// tableScan finds the index of kinds as well: all jobs are of one kind.
var tableScan = regexp.MustCompile(`(?m)SCAN (river_job|earlier)\b|INDEX river_job_kind\b`)

// fillForPlans fills a database of which plans are asked. SQLite makes the same ones for few rows: it does not count
// them.
func fillForPlans(t *testing.T, s *Service, perClass map[string]int) {
	t.Helper()
	if s.configuration.Store.Pool() == nil {
		for class := range perClass {
			perClass[class] /= 20
		}
	}
	fill(t, s, perClass)
}

// testPlans asks the engine how it finds what the list is asked for among 20,000 notifications, or 1,000: it
// never reads all of them.
func testPlans(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fillForPlans(t, s, map[string]int{"delivered": 8000, "dead": 300, "cancelled": 2000, "retrying": 2000, "queued": 8000})
	if database.Pool() != nil {
		if _, err := database.DB().Exec("ANALYZE river_job"); err != nil {
			t.Fatal(err)
		}
	}
	scan := query{text: "SELECT id FROM river_job WHERE max_attempts = 7"}
	if plan := planOf(t, database, scan); !readsAll(plan, scan) {
		t.Fatalf("this reads everything: %s", plan)
	}
	for _, request := range []shared.ListRequest{
		{State: shared.NotificationQueued}, {State: shared.NotificationDelivered}, {State: shared.NotificationDead},
		{State: shared.NotificationSending}, {State: shared.NotificationCancelled},
		{NotificationFilter: shared.NotificationFilter{IDs: []string{"1", "20000"}}},
		{NotificationFilter: shared.NotificationFilter{Recipient: "user7@host7.example"}},
		{NotificationFilter: shared.NotificationFilter{Recipient: "Host7.example"}},
		{NotificationFilter: shared.NotificationFilter{Category: "category 3"}},
		{NotificationFilter: shared.NotificationFilter{Cause: "mailbox_unknown"}},
		{NotificationFilter: shared.NotificationFilter{From: time.Now().Add(time.Hour)}},
		{State: shared.NotificationQueued, NotificationFilter: shared.NotificationFilter{Until: time.Now()}, Before: "9000"},
		{State: shared.NotificationRetrying, NotificationFilter: shared.NotificationFilter{
			Cause: "greylisted", Category: "category 3", Recipient: "host7.example", From: time.Now().Add(-time.Hour)}},
	} {
		wanted, classes, err := s.queue.newSelection(request, 50)
		if err != nil {
			t.Fatal(err)
		}
		queries, err := s.queue.queries(t.Context(), wanted, classes)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range queries {
			if plan := planOf(t, database, q); readsAll(plan, q) {
				t.Errorf("%+v reads everything:\n%s\n%s", request, q.text, plan)
			}
		}
	}
	for _, class := range []shared.NotificationState{shared.NotificationQueued, shared.NotificationSending} {
		q := s.queue.oldestQuery(class)
		if plan := planOf(t, database, q); !strings.Contains(plan, "notification_class_index") {
			t.Errorf("the oldest that is %s is not looked up:\n%s", class, plan)
		}
	}
}

// testPlansOfTending does the same with what is asked in the background, among notifications with attachments.
func testPlansOfTending(t *testing.T, database *store.Store) {
	s := newService(t, database)
	fillForPlans(t, s, map[string]int{"delivered": 5000, "queued": 5000, "retrying": 100})
	change := "jsonb_set(args, '$.thread', 'thread ' || (id % 500), '$.parcel', 'parcel ' || id, '$.digest', 'd')"
	if database.Pool() != nil {
		change = "args || jsonb_build_object('thread', 'thread ' || (id % 500), 'parcel', 'parcel ' || id, 'digest', 'd')"
	}
	execute(t, database, "UPDATE river_job SET args = "+change,
		"INSERT INTO notification_attachment (parcel, place, stored_at, sealed) SELECT args ->> 'parcel', 0, 1, '' FROM"+
			" river_job")
	if database.Pool() != nil {
		execute(t, database, "ANALYZE river_job", "ANALYZE notification_attachment")
	}
	past := time.Now().Add(-time.Hour)
	inThread := outgoing{Thread: "thread 1", To: "user1@host1.example"}
	s.queue.folded.Store(true)
	folded := func(wanted string) condition {
		expression, compared, argument := s.queue.byRecipient(wanted)
		return condition{expression: expression, compared: compared, arguments: []any{argument}}
	}
	queries := map[string]query{
		"finished attachments": {sweepFinished, []any{"parcel 1", "parcel 2"}},
		"claimed attachments":  {claimAccepted, []any{"parcel 1", "parcel 2", 5.0}},
		"expired":              s.queue.expiredQuery(time.Now()),
		"put off":              s.queue.putOffQuery(),
		"behind in its thread": s.queue.behindQuery(5000, inThread),
		"next in its thread":   nextQuery(5000, inThread),
		"held":                 s.queue.heldQuery(1000),
		"to hold":              s.queue.toHoldQuery(hold{After: 1000, Until: 1 << 40}, shared.NotificationQueued),
		"ended":                s.queue.endedQuery(s.queue.removableTexts(), "completed", past, time.Now()),
		"ended attempts":       s.queue.endedQuery(s.queue.removableTranscripts(), "completed", past, time.Now()),
		"to be forgotten":      s.queue.forgetQuery("completed", past),
		"attempted again":      s.queue.oldestQuery(shared.NotificationRetrying),
		"folded recipient": s.queue.selectQuery("id", selection{conditions: []condition{folded("ÄNNE@host.example")},
			limit: 50}),
		"folded domain": s.queue.selectQuery("id", selection{conditions: []condition{folded("BÜCHER.example")},
			limit: 50}),
		"to be given back": s.queue.failedQuery(1000, shared.NotificationRetrying),
	}
	state := policy.State{Pause: policy.Pause{
		Stage: policy.Recipient, Messages: []string{"5001"}, Domains: []string{"host1.example"},
	}}
	for rank := range 3 {
		for i, q := range s.queue.probeQueries(state, rank) {
			queries[fmt.Sprintf("probe %d of rank %d", i, rank)] = q
		}
	}
	owners := map[string]string{"any": anyOwner}
	if database.Pool() != nil {
		owners["silent"] = s.queue.silentOwner(lease)
	}
	for name, owner := range owners {
		queries["abandoned: "+name], queries["put back: "+name] = s.queue.abandonedQuery(owner), s.queue.putBackQuery(owner)
	}
	for name, q := range queries {
		plan := planOf(t, database, q)
		sorts := strings.HasPrefix(name, "probe") && (strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE"))
		if readsAll(plan, q) || sorts {
			t.Errorf("%s reads everything:\n%s\n%s", name, q.text, plan)
		}
	}
}

func planOf(t *testing.T, database *store.Store, q query) string {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if database.Pool() != nil {
		explain = "EXPLAIN "
	}
	rows, err := database.DB().Query(explain+q.text, q.arguments...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var lines []string
	for rows.Next() {
		values, line := make([]any, len(columns)), ""
		for i := range values {
			values[i] = new(any)
		}
		values[len(values)-1] = &line
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
