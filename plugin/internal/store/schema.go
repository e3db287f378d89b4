package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"regexp"
	"strings"
)

//go:embed schema.sql
var schemaFiles embed.FS

// lockSchema is held until the end of the transaction: CREATE … IF NOT EXISTS alone fails when two do it at once.
const lockSchema = "SELECT pg_advisory_xact_lock(7465837264)"

// made is the name of what a statement of a schema makes.
var made = regexp.MustCompile(`(?s)^(?:\s*--[^\n]*\n)*\s*CREATE (?:TABLE|(?:UNIQUE )?INDEX) IF NOT EXISTS (\w+)\s`)

// Make executes those of the statements whose table or index is not there yet, all or none. PostgreSQL refuses CREATE
// IF NOT EXISTS to a role that may not create, even where there is nothing to do; so what is there is not asked for.
// Each statement begins with CREATE TABLE or CREATE INDEX, IF NOT EXISTS, and ends with a semicolon and a line break.
func (s *Store) Make(ctx context.Context, statements string) error {
	var missing, names []string
	for statement := range strings.SplitSeq(statements, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		name := made.FindStringSubmatch(statement)
		if name == nil {
			return fmt.Errorf("this statement of a schema does not say what it makes: %s", statement)
		}
		there, err := s.has(ctx, name[1])
		if err != nil {
			return err
		}
		if !there {
			missing, names = append(missing, statement), append(names, name[1])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	err := s.Together(ctx, true, func(transaction *sql.Tx) error {
		for _, statement := range missing {
			if _, err := transaction.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	return s.Unprivileged(ctx, err, names...)
}

// has reports whether there is a table or an index of the name.
func (s *Store) has(ctx context.Context, name string) (there bool, err error) {
	query := "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = $1)"
	if s.pool != nil {
		query = "SELECT to_regclass($1) IS NOT NULL"
	}
	err = s.reader.QueryRowContext(ctx, query, name).Scan(&there)
	return there, err
}

// patternsOf are the names of what the statements make, as patterns of LIKE.
func patternsOf(statements string) (patterns []string) {
	for statement := range strings.SplitSeq(statements, ";\n") {
		if name := made.FindStringSubmatch(statement); name != nil {
			patterns = append(patterns, strings.ReplaceAll(name[1], "_", `\_`))
		}
	}
	return patterns
}
