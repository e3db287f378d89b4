package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs, in the appendix of PostgreSQL's manual.
const (
	insufficientPrivilege = "42501"
	invalidSchemaName     = "3F000"
)

func hasState(err error, states ...string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && slices.Contains(states, refused.Code)
}

// Unprivileged explains an error of making or changing the named tables and indexes, when it is for the want of a
// privilege: which one, and what an administrator of the database executes. Other errors stay as they are.
func (s *Store) Unprivileged(ctx context.Context, err error, names ...string) error {
	if s.pool == nil || !hasState(err, insufficientPrivilege, invalidSchemaName) {
		return err
	}
	role, schema, named := s.self(ctx)
	if !named {
		return err
	}
	what := "the tables of this version, which their owner may make from the earlier ones"
	if len(names) > 0 {
		what = strings.Join(names, ", ")
	}
	return fmt.Errorf("%w. An administrator of the database executes GRANT USAGE, CREATE ON SCHEMA %s TO %s; or starts "+
		"the plugin once as the owner of the tables and executes GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT, INSERT, "+
		"UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO %s; GRANT USAGE ON ALL SEQUENCES IN SCHEMA %s TO %s; "+
		"Not there yet: %s", err, schema, role, schema, role, schema, role, schema, role, what)
}

// self is this session's role and schema, as they are written in statements.
func (s *Store) self(ctx context.Context) (role, schema string, known bool) {
	var first *string
	err := s.db.QueryRowContext(ctx, "SELECT current_user, COALESCE(current_schema(), "+
		"(current_schemas(false))[1], 'public')").Scan(&role, &first)
	if err != nil || first == nil {
		return "", "", false
	}
	return pgx.Identifier{role}.Sanitize(), pgx.Identifier{*first}.Sanitize(), true
}

// CheckPrivileges makes sure that the role may use the tables whose names are like one of the patterns, and their
// sequences. An error names every privilege that is missing, by the statements that grant them.
func (s *Store) CheckPrivileges(ctx context.Context, patterns ...string) error {
	if s.pool == nil {
		return nil
	}
	rows, err := s.db.QueryContext(ctx, `
		SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END || oid::regclass, privilege
		FROM pg_class, unnest(CASE relkind WHEN 'S' THEN ARRAY['USAGE']
			ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) WITH ORDINALITY AS wanted(privilege, place)
		WHERE relkind IN ('r', 'S') AND relname LIKE ANY ($1) AND relnamespace = current_schema()::regnamespace
			AND NOT CASE relkind WHEN 'S' THEN has_sequence_privilege(oid, privilege)
				ELSE has_table_privilege(oid, privilege) END
		ORDER BY relname, place`, patterns)
	if err != nil {
		return err
	}
	defer rows.Close()
	missing := map[string][]string{} // by place
	var places []string
	for rows.Next() {
		var place, privilege string
		if err := rows.Scan(&place, &privilege); err != nil {
			return err
		}
		if missing[place] == nil {
			places = append(places, place)
		}
		missing[place] = append(missing[place], privilege)
	}
	if err := rows.Err(); err != nil || len(places) == 0 {
		return err
	}
	role, _, _ := s.self(ctx)
	var grants []string
	for _, place := range places {
		grants = append(grants, fmt.Sprintf("GRANT %s ON %s TO %s;", strings.Join(missing[place], ", "), place, role))
	}
	return fmt.Errorf("the role %s lacks privileges on tables that it works with. An administrator of the database "+
		"executes %s", role, strings.Join(grants, " "))
}

// Owns reports whether the role may do with the table what only its owner may.
func (s *Store) Owns(ctx context.Context, table string) (owns bool, err error) {
	if s.pool == nil {
		return true, nil
	}
	err = s.db.QueryRowContext(ctx, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass($1)",
		table).Scan(&owns)
	return owns, err
}
