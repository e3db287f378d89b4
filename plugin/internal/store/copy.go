package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Treatment is what a move does with a table.
type Treatment struct {
	// Left is why the table is not copied; empty for those that are.
	Left string
	// Guarded is true for a table that no process of any version may write to any more once the database has moved.
	Guarded bool
	// Columns are those that the engines write down differently; all others are copied as they are.
	Columns map[string]Column
	// Numbered is the column whose values the engine gives out, so that it has to know which it has given; empty for
	// none.
	Numbered string
}

// Column is how a value is read from an engine and written into one. Each is an expression of SQL in which %s stands
// for the column or the value; empty means the value itself.
type Column struct{ FromSQLite, FromPostgres, ToSQLite, ToPostgres string }

// Treatments are those of the tables of this package.
func Treatments() map[string]Treatment {
	return map[string]Treatment{
		"settings_revision": {Guarded: true}, "last_verification": {}, "delivery_pause": {},
		"notification_attachment": {}, "notification_secret": {}, "delivery_statistic": {},
		// A refresh token that is used in both places ends the grant.
		"oauth_grant":    {Guarded: true},
		"delivery_node":  {Left: "the processes that deliver from this database do not deliver from the other one"},
		"database_state": {Left: "the other database has a state of its own"},
	}
}

// Tables are those of the database, in its schema.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
	if s.pool != nil {
		query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = " +
			"current_schema()::regnamespace " +
			"ORDER BY relname"
	}
	return s.names(ctx, query)
}

// columns are those of a table.
func (s *Store) columns(ctx context.Context, table string) ([]string, error) {
	query := "SELECT name FROM pragma_table_info($1) ORDER BY cid"
	if s.pool != nil {
		query = "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT " +
			"attisdropped " +
			"ORDER BY attnum"
	}
	return s.names(ctx, query, table)
}

func (s *Store) names(ctx context.Context, query string, arguments ...any) (names []string, err error) {
	rows, err := s.reader.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// CopyTo copies the rows of all tables, as the treatments say, into another database of the same version whose tables
// are empty, all or none, and notes the move in it. progress is told of every part of a table; it may take its time.
// The result is how many rows of each table were copied.
func (s *Store) CopyTo(
	ctx context.Context, other *Store, move Move, treatments map[string]Treatment,
	progress func(table string, done, all int64),
) (copied map[string]int64, err error) {
	tables, err := other.Tables(ctx)
	if err != nil {
		return nil, err
	}
	copied = map[string]int64{}
	err = other.Together(ctx, true, func(transaction *sql.Tx) error {
		for _, table := range tables {
			treatment, known := treatments[table]
			if !known || treatment.Left != "" {
				continue // What is unknown belongs to others, who use the same schema.
			}
			one := copying{from: s, to: other, transaction: transaction, table: table, treatment: treatment, progress: progress}
			if copied[table], err = one.run(ctx); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
		return WriteState(ctx, transaction, stateOrigin, move)
	})
	return copied, err
}

// copying is the copying of one table.
type copying struct {
	from, to    *Store
	transaction *sql.Tx
	table       string
	treatment   Treatment
	progress    func(table string, done, all int64)

	columns []string
	pending []any // values of rows that are to be written
	bytes   int   // of them, about
	done    int64
}

// A statement inserts at most so many rows, and rows of about so many bytes.
const (
	maxRows  = 200
	maxBytes = 4 << 20
)

func (c *copying) run(ctx context.Context) (int64, error) {
	var err error
	if c.columns, err = c.sameColumns(ctx); err != nil {
		return 0, err
	}
	var all int64
	if err := c.from.reader.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+c.table).Scan(&all); err != nil {
		return 0, err
	}
	query := "SELECT " + c.reading() + " FROM " + c.table + " ORDER BY 1" //nolint:gosec // names of the schema
	rows, err := c.from.reader.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		values, places := make([]any, len(c.columns)), make([]any, len(c.columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return 0, err
		}
		if err := c.add(ctx, values); err != nil {
			return 0, err
		}
		if len(c.pending) == 0 {
			c.progress(c.table, c.done, all)
		}
	}
	if err := errors.Join(rows.Err(), c.flush(ctx)); err != nil {
		return 0, err
	}
	c.progress(c.table, c.done, all)
	return c.done, c.number(ctx)
}

// sameColumns are the columns of the table, which are the same in both databases.
func (c *copying) sameColumns(ctx context.Context) ([]string, error) {
	from, err := c.from.columns(ctx, c.table)
	if err != nil {
		return nil, err
	}
	to, err := c.to.columns(ctx, c.table)
	if err != nil {
		return nil, err
	}
	if !maps.Equal(set(from), set(to)) {
		return nil, fmt.Errorf("its columns are %s here and %s there: are both of the same version?",
			strings.Join(from, ", "), strings.Join(to, ", "))
	}
	return to, nil
}

func set(names []string) map[string]bool {
	found := map[string]bool{}
	for _, name := range names {
		found[name] = true
	}
	return found
}

// reading are the expressions that read a row, the column that it is ordered by first.
func (c *copying) reading() string {
	if c.treatment.Numbered != "" {
		at := slices.Index(c.columns, c.treatment.Numbered)
		c.columns[0], c.columns[at] = c.columns[at], c.columns[0]
	}
	expressions := make([]string, len(c.columns))
	for i, name := range c.columns {
		column := c.treatment.Columns[name]
		expressions[i] = fill(c.from.either(column.FromSQLite, column.FromPostgres), name)
	}
	return strings.Join(expressions, ", ")
}

// either is the text for the engine.
func (s *Store) either(sqlite, postgres string) string {
	if s.pool != nil {
		return postgres
	}
	return sqlite
}

func fill(expression, value string) string {
	if expression == "" {
		return value
	}
	return strings.ReplaceAll(expression, "%s", value)
}

func (c *copying) add(ctx context.Context, values []any) error {
	for _, value := range values {
		switch value := value.(type) {
		case []byte:
			c.bytes += len(value)
		case string:
			c.bytes += len(value)
		case time.Time:
			return errors.New("a time is written differently by the engines: its column needs a treatment")
		}
	}
	c.pending = append(c.pending, values...)
	if len(c.pending) < maxRows*len(c.columns) && c.bytes < maxBytes {
		return nil
	}
	return c.flush(ctx)
}

// flush inserts what is pending.
func (c *copying) flush(ctx context.Context) error {
	if len(c.pending) == 0 {
		return nil
	}
	var rows []string
	for at := 0; at < len(c.pending); at += len(c.columns) {
		values := make([]string, len(c.columns))
		for i, name := range c.columns {
			column := c.treatment.Columns[name]
			values[i] = fill(c.to.either(column.ToSQLite, column.ToPostgres), fmt.Sprintf("$%d", at+i+1))
		}
		rows = append(rows, "("+strings.Join(values, ", ")+")")
	}
	insert := "INSERT INTO " + c.table + " (" + strings.Join(c.columns, ", ") + ") VALUES " + //nolint:gosec // names, $1
		strings.Join(rows, ", ")
	_, err := c.transaction.ExecContext(ctx, insert, c.pending...)
	c.done += int64(len(rows))
	c.pending, c.bytes = nil, 0
	return err
}

// number has PostgreSQL give out numbers after those that are there; SQLite looks itself.
func (c *copying) number(ctx context.Context) error {
	if c.treatment.Numbered == "" || c.to.pool == nil || c.done == 0 {
		return nil
	}
	_, err := c.transaction.ExecContext(ctx,
		fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), max(%s)) FROM %s",
			c.table, c.treatment.Numbered, c.treatment.Numbered, c.table))
	return err
}
