package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

func init() { databaseTests["purge of a recipient"] = testPurgeOfRecipient }

// testPurgeOfRecipient has everything known of a recipient, the cause of a pause too, and purges what was theirs: no
// table of the database has their address any more, in whatever case it was written, and others are as they were.
func testPurgeOfRecipient(t *testing.T, database *store.Store) {
	const address, spelt, other = "anna.lind@mail.example", "Anna.LIND@Mail.Example", "bert@mail.example"
	for name, left := range map[string]bool{"with dead letters": true, "without": false} {
		s := newService(t, database)
		ids := map[string]string{}
		for _, to := range []string{address, spelt, other} {
			ids[to] = notifyAll(t, s, shared.Notification{Key: name + to, To: to, Subject: "s", Text: "x"})[0].ID
		}
		refused := finding.Finding{
			Severity: shared.SeverityError, Code: "blocked", Scope: shared.ScopeClient,
			Summary:  text.Of("The server does not know the mailbox {recipient}.", "recipient", address),
			Detail:   text.Of("Ask the administrator of the server."),
			Evidence: &shared.Evidence{Code: 550, Text: "<" + spelt + ">: blocked, as " + other + " is"},
		}
		now := s.clock.Now()
		if err := s.breaker.sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.breaker.lock(t.Context())
		s.breaker.store(t.Context(), pause{Cause: &refused, State: policy.State{
			Since: now, Pause: policy.Pause{Code: "blocked", Scope: shared.ScopeClient, Next: now.Add(time.Hour), Looks: 1},
			Refused: []policy.Refused{{Message: policy.Message{ID: ids[address], Recipient: spelt}, At: now, Code: "blocked"},
				{Message: policy.Message{ID: ids[other], Recipient: other}, At: now, Code: "blocked"}},
			Held: []policy.Held{{Recipient: address, Since: now, Next: now.Add(time.Hour)}},
		}}, true)
		s.breaker.unlock()
		if left {
			execute(t, database, "UPDATE river_job SET state = 'cancelled', finalized_at = "+s.queue.dialect.now)
		} else {
			execute(t, database, "DELETE FROM river_job WHERE lower(args ->> 'to') = '"+address+"'")
		}
		if found := tellsOf(t, database, address); !strings.Contains(found, "delivery_pause") {
			t.Fatalf("%s: before the purge they are told of in %q", name, found)
		}
		if _, err := purgeBy(t.Context(), s, "anna", shared.OperateRequest{
			NotificationFilter: shared.NotificationFilter{Recipient: spelt},
		}); err != nil {
			t.Fatal(err)
		}
		if found := tellsOf(t, database, address); found != "" {
			t.Errorf("%s: after the purge they are told of in %s", name, found)
		}
		if found := tellsOf(t, database, other); !strings.Contains(found, "delivery_pause") {
			t.Errorf("%s: another recipient is told of in %q", name, found)
		}
		if kept := s.breaker.current(); kept.Cause == nil || kept.Cause.Code != "blocked" || !kept.Paused() {
			t.Errorf("%s: the pause is %+v", name, kept)
		}
		s.breaker.reset(t.Context())
	}
}

// tellsOf names the tables that have a text somewhere in them.
func tellsOf(t *testing.T, database *store.Store, text string) (tables string) {
	t.Helper()
	list := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if database.Pool() != nil {
		list = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()" +
			" AND table_type = 'BASE TABLE'"
	}
	rows, err := database.DB().Query(list)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Close(); err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if strings.Contains(strings.ToLower(everythingIn(t, database, name)), text) {
			tables += name + " "
		}
	}
	return tables
}

// everythingIn is everything in a table.
func everythingIn(t *testing.T, database *store.Store, table string) string {
	t.Helper()
	if database.Pool() != nil {
		var all string
		if err := database.DB().QueryRow("SELECT COALESCE(string_agg(one::text, ' '), '') FROM " + table +
			" AS one").Scan(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	rows, err := database.DB().Query("SELECT * FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var all strings.Builder
	for rows.Next() {
		values, fields := make([]any, len(columns)), make([][]byte, len(columns))
		for i := range values {
			values[i] = &fields[i]
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for _, one := range fields {
			all.Write(one)
			all.WriteByte(' ')
		}
	}
	return all.String()
}
