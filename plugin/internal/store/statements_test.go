package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

// kept returns how many statements the one connection of db keeps.
func kept(t *testing.T, db *sql.DB) (count int) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(one any) error { count = len(one.(*preparedConn).idle); return nil }); err != nil {
		t.Fatal(err)
	}
	return count
}

// TestStatementsAreKept executes the same statement again, several at once, one that fails, one whose table changes,
// one that is cut off, and very many different ones.
func TestStatementsAreKept(t *testing.T) {
	store, err := OpenSQLite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	db := store.DB()
	execute := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	sum := func() (int, int) {
		t.Helper()
		return sumOf(t, db)
	}
	execute("CREATE TABLE numbers (n INTEGER UNIQUE)")
	for n := range 10 {
		execute("INSERT INTO numbers VALUES ($1)", n)
	}
	before := kept(t, db)
	if got, _ := sum(); got != 45 {
		t.Errorf("the sum is %d", got)
	}
	if got, _ := sum(); got != 45 || kept(t, db) != before+1 {
		t.Errorf("again: %d; %d kept, %d before", got, kept(t, db), before)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO numbers VALUES ($1)", 3); err == nil {
		t.Error("a number is there twice")
	}
	execute("INSERT INTO numbers VALUES ($1)", 10)
	execute("ALTER TABLE numbers ADD COLUMN name TEXT")
	if got, columns := sum(); got != 55 || columns != 2 {
		t.Errorf("after a change of the table: %d, %d columns", got, columns)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.QueryContext(ctx, "SELECT * FROM numbers"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got, _ := sum(); got != 55 {
		t.Errorf("after one that was cut off: %d", got)
	}
	for n := range 3 * maxPrepared {
		execute(fmt.Sprintf("UPDATE numbers SET name = '%d'", n))
	}
	if count := kept(t, db); count > maxPrepared {
		t.Errorf("%d statements are kept", count)
	}
}

// sumOf adds up the table of numbers, and counts its columns.
func sumOf(t *testing.T, db *sql.DB) (sum, columns int) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM numbers")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	for rows.Next() {
		values := make([]any, len(names))
		var n int
		values[0] = &n
		for i := range values[1:] {
			values[i+1] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return sum, len(names)
}

// TestStatementInUse reads the rows of a statement while the same one is executed again.
func TestStatementInUse(t *testing.T) {
	store, err := OpenSQLite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	transaction, err := store.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = transaction.Rollback() }()
	const query = "SELECT value FROM json_each('[1,2,3]')"
	pairs := 0
	outer, err := transaction.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	for outer.Next() {
		inner, err := transaction.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			pairs++
		}
		if err := errors.Join(inner.Err(), inner.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if pairs != 9 || outer.Err() != nil {
		t.Errorf("%d pairs, %v", pairs, outer.Err())
	}
}
