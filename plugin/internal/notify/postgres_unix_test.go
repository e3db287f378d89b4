//go:build unix

package notify

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

func TestMain(m *testing.M) { os.Exit(postgres.Run(m)) }

func init() {
	engines["postgres"] = func(t testing.TB) func(testing.TB) *store.Store {
		server, databases := postgres.Start(t), 0
		return func(t testing.TB) *store.Store {
			t.Helper()
			databases++
			return openPostgres(t, server.Database(fmt.Sprint("notify", databases)))
		}
	}
	databaseTests["role that owns no tables"] = testRoleWithoutOwnership
}

func openPostgres(t testing.TB, address string) *store.Store {
	t.Helper()
	database, err := store.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

// testRoleWithoutOwnership begins with a role that may work with the tables, and not change them, in a database of the
// version before recipients were folded: with few jobs and with many it starts, and uses the indexes that there are.
// When the owner has made the others they are used, too.
func testRoleWithoutOwnership(t *testing.T, database *store.Store) {
	if database.Pool() == nil {
		return
	}
	owner := newService(t, database)
	insertOne(t, owner, "waits")
	execute(t, database, "DROP INDEX notification_folded_index", "DROP INDEX notification_folded_domain_index",
		"REVOKE CREATE ON SCHEMA public FROM PUBLIC", "CREATE ROLE clerk LOGIN", "GRANT USAGE ON SCHEMA public TO clerk",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk",
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk")
	t.Cleanup(func() { execute(t, database, "DROP OWNED BY clerk", "DROP ROLE clerk") })
	before := indexState{Version: 5, Counted: true}
	if err := store.WriteState(t.Context(), database.DB(), stateIndexes, before); err != nil {
		t.Fatal(err)
	}
	address := database.Pool().Config().ConnString()
	role := openPostgres(t, strings.Replace(address, postgres.User+"@", "clerk@", 1))
	few := newService(t, role)
	fill(t, owner, map[string]int{"delivered": fewJobs})
	many := newService(t, role)
	for name, s := range map[string]*Service{"few": few, "many": many} {
		if !s.queue.indexed.Load() || s.queue.foldedIndexed.Load() {
			t.Errorf("%s jobs: usable %t, with folded recipients %t", name, s.queue.indexed.Load(),
				s.queue.foldedIndexed.Load())
		}
		if err := s.buildIndexes(t.Context()); err == nil || !s.queue.indexed.Load() {
			t.Errorf("%s jobs: it has made what it may not, %v", name, err)
		}
	}
	if err := newService(t, database).buildIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := many.buildIndexes(t.Context()); err != nil || !many.queue.foldedIndexed.Load() {
		t.Errorf("after the owner: %t, %v", many.queue.foldedIndexed.Load(), err)
	}
}
