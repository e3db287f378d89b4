package notify

import (
	"database/sql"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// insertedExamples have what JSON writes in more than one way.
var insertedExamples = []outgoing{
	{Key: "plain", To: "you@example.com", Subject: "Alert", Sealed: []byte("sealed"), Digest: []byte("digest")},
	{Key: "<&>\u2028 \\ \" \x00\x7f é 😀 \xff", To: "übung+<a>@bücher.example", Priority: shared.PriorityHigh},
	{Key: "later", To: "you@example.com", Priority: shared.PriorityLow, Thread: "t", Category: "c",
		Expires: time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC), Parcel: "p", Attached: 7, TraceParent: "00-1-2-01"},
	{Key: "", To: ""},
}

// TestInsertsAsRiverDoes compares the rows that are made on SQLite with those that River makes of the same
// notifications, and holds that each finds what the other has inserted.
func TestInsertsAsRiverDoes(t *testing.T) {
	byRiver, byUs := newService(t, openEmbedded(t)), newService(t, openEmbedded(t))
	riverInserts := func(s *Service, want bool) {
		t.Helper()
		err := s.queue.client.(*sqliteClient).together(t.Context(), func(open transaction) error {
			one := open.(sqliteTransaction)
			found, err := one.client.InsertManyTx(t.Context(), one.tx, insertParams(insertedExamples))
			for i, inserted := range found {
				if inserted.UniqueSkippedAsDuplicate != want {
					t.Errorf("River takes notification %d for a duplicate: %t", i, !want)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	weInsert := func(s *Service, want bool) []accepted {
		t.Helper()
		changes := make([]change, len(insertedExamples))
		for i := range insertedExamples {
			changes[i].accept = &insertedExamples[i]
		}
		taken, err := s.queue.commit(t.Context(), changes)
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range taken {
			if one.duplicate != want {
				t.Errorf("notification %d is taken for a duplicate: %t", i, one.duplicate)
			}
		}
		return taken
	}
	riverInserts(byRiver, false)
	made := weInsert(byUs, false)
	for _, table := range []string{"river_job", "river_notification"} {
		theirs, ours := rowsOf(t, byRiver, table), rowsOf(t, byUs, table)
		if !reflect.DeepEqual(theirs, ours) || len(ours) == 0 {
			t.Errorf("%s: River makes\n%q\nand here is made\n%q", table, theirs, ours)
		}
	}
	riverInserts(byUs, true)
	kept := weInsert(byRiver, true)
	for i, again := range weInsert(byUs, true) {
		if made[i].id != again.id || string(made[i].kept) != string(again.kept) ||
			string(kept[i].kept) != string(again.kept) {
			t.Errorf("of notification %d is kept\n%d %s, then\n%d %s, and by River %s", i, made[i].id, made[i].kept, again.id,
				again.kept, kept[i].kept)
		}
	}
}

var digits = regexp.MustCompile("[0-9]+")

// rowsOf are the rows of a table without what is another one each time.
func rowsOf(t *testing.T, s *Service, table string) (found []map[string]string) {
	t.Helper()
	rows, err := s.queue.db.QueryContext(t.Context(), "SELECT * FROM "+table+" ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, places := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, name := range names {
			row[name] = values[i].String
			switch name {
			case "created_at", "scheduled_at":
				row[name] = digits.ReplaceAllString(values[i].String, "0") // A fraction may be of two digits as well.
			case "metadata": // River puts a mark into it by which it knows its own row again.
				row[name] = ""
			}
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDuplicateIsFoundByIndex holds that what is kept is not looked for in the whole table.
func TestDuplicateIsFoundByIndex(t *testing.T) {
	s := newService(t, openEmbedded(t))
	var id, parent, unused int
	var plan string
	if err := s.queue.db.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+sqliteKept, []byte("key")).
		Scan(&id, &parent, &unused, &plan); err != nil || !strings.Contains(plan, "USING INDEX river_job_unique_idx") {
		t.Error(plan, err)
	}
}
