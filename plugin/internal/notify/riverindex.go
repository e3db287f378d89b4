package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// indexVersion is raised with every change of what this file makes. It is made anew then, whatever there was before.
const indexVersion = 2

// The classes of jobs are the states of notifications, and setAside for the dead letters that were seen.
const (
	setAside = "set_aside"
	classes  = `["queued","retrying","sending","delivered","dead","cancelled","expired","set_aside"]`
)

// Indexes that this software adds to River's table, beside counts of the classes that triggers keep. An expression
// stands in a query letter for letter as it does here, or the index is not used.
const (
	sqliteRecipient = "lower(args ->> 'to')"
	// What rtrim leaves ends with the last @.
	sqliteDomain = "lower(substr(args ->> 'to', length(rtrim(args ->> 'to', replace(args ->> 'to', '@', ''))) + 1))"
	sqliteError  = "json_extract(errors, '$[#-1].error')"
	// causeBegins is where the name of the cause begins in the error of an attempt; see encode.
	sqliteCause = "CASE WHEN errors IS NULL THEN NULL WHEN instr(" + sqliteError + ", '\"code\":\"') = 0 THEN 'internal'" +
		" ELSE substr(" + sqliteError + ", instr(" + sqliteError + ", '\"code\":\"') + 8, instr(substr(" + sqliteError +
		", instr(" + sqliteError + ", '\"code\":\"') + 8), '\"') - 1) END"

	postgresRecipient = "lower(args ->> 'to')"
	postgresDomain    = "lower(substring(args ->> 'to' from '[^@]*$'))"
	postgresError     = "errors[array_upper(errors, 1)] ->> 'error'"
	postgresCause     = "CASE WHEN errors IS NOT NULL THEN coalesce(substring(" + postgresError +
		" from '\"code\":\"([^\"]*)\"'), 'internal') END"
	postgresClass = "notification_class(state, errors, metadata, attempted_at)"

	category = "args ->> 'category'"
)

// sqliteClass is the class of the job whose columns have the prefix, NEW for instance; it may be empty.
func sqliteClass(prefix string) string {
	column := func(name string) string { return prefix + name }
	expired := "json_extract(" + column("errors") + ", '$[#-1].error') LIKE '%\"code\":\"expired\"%'"
	dead := "CASE WHEN json_extract(" + column("metadata") + ", '$.set_aside_at') IS NOT NULL THEN '" + setAside +
		"' ELSE 'dead' END"
	sending := "(json_extract(" + column("metadata") + ", '$.sending') = " + column("attempted_at") +
		" OR json_extract(" + column("metadata") + ", '$.last_byte') = " + column("attempted_at") + ")"
	return "CASE " + column("state") + " WHEN 'completed' THEN 'delivered'" +
		" WHEN 'discarded' THEN " + dead +
		" WHEN 'cancelled' THEN CASE WHEN json_extract(" + column("metadata") + ", '$.cancel_attempted_at') IS NOT NULL" +
		" THEN 'cancelled' WHEN " + expired + " THEN 'expired' ELSE " + dead + " END" +
		" ELSE CASE WHEN " + column("state") + " = 'running' AND " + sending + " THEN 'sending'" +
		" WHEN " + column("errors") + " IS NOT NULL THEN 'retrying' ELSE 'queued' END END"
}

// postgresFunctions say what sqliteClass says, and count by statement. Rows of counts are only ever inserted, and
// summed up now and then: two transactions that changed the same row would wait for each other.
const postgresFunctions = `
CREATE FUNCTION notification_class(state river_job_state, errors jsonb[], metadata jsonb, attempted_at timestamptz)
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF state = 'completed' THEN RETURN 'delivered'; END IF;
	IF state IN ('discarded', 'cancelled') THEN
		IF state = 'cancelled' AND metadata -> 'cancel_attempted_at' IS NOT NULL THEN RETURN 'cancelled'; END IF;
		IF state = 'cancelled' AND errors[array_upper(errors, 1)] ->> 'error' LIKE '%"code":"expired"%' THEN
			RETURN 'expired';
		END IF;
		RETURN CASE WHEN metadata -> 'set_aside_at' IS NOT NULL THEN 'set_aside' ELSE 'dead' END;
	END IF;
	IF state = 'running' AND to_jsonb(EXTRACT(EPOCH FROM attempted_at)) IN
		(metadata -> 'sending', metadata -> 'last_byte') THEN RETURN 'sending';
	END IF;
	RETURN CASE WHEN errors IS NOT NULL THEN 'retrying' ELSE 'queued' END;
END $$;

CREATE FUNCTION notification_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO notification_count (class, count)
		SELECT notification_class(state, errors, metadata, attempted_at), COUNT(*) FROM new_rows
		WHERE kind = 'notification' GROUP BY 1;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO notification_count (class, count)
		SELECT notification_class(state, errors, metadata, attempted_at), -COUNT(*) FROM old_rows
		WHERE kind = 'notification' GROUP BY 1;
	ELSE
		INSERT INTO notification_count (class, count)
		SELECT class, SUM(one) FROM (
			SELECT notification_class(state, errors, metadata, attempted_at) AS class, 1 AS one FROM new_rows
			WHERE kind = 'notification'
			UNION ALL SELECT notification_class(state, errors, metadata, attempted_at), -1 FROM old_rows
			WHERE kind = 'notification') AS changes
		GROUP BY class HAVING SUM(one) <> 0;
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER notification_inserted AFTER INSERT ON river_job REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION notification_counted();
CREATE TRIGGER notification_updated AFTER UPDATE ON river_job REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION notification_counted();
CREATE TRIGGER notification_deleted AFTER DELETE ON river_job REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION notification_counted();
`

// sqliteTriggers count row by row: there is one writer.
func sqliteTriggers() []string {
	add := func(number, prefix string) string {
		return "UPDATE notification_count SET count = count " + number + " WHERE class = " + sqliteClass(prefix) + "; "
	}
	return []string{
		"CREATE TRIGGER notification_inserted AFTER INSERT ON river_job WHEN NEW.kind = 'notification' BEGIN " +
			add("+ 1", "NEW.") + "END",
		"CREATE TRIGGER notification_updated AFTER UPDATE OF state, errors, metadata, attempted_at ON river_job" +
			" WHEN NEW.kind = 'notification' AND " + sqliteClass("NEW.") + " <> " + sqliteClass("OLD.") + " BEGIN " +
			add("- 1", "OLD.") + add("+ 1", "NEW.") + "END",
		"CREATE TRIGGER notification_deleted AFTER DELETE ON river_job WHEN OLD.kind = 'notification' BEGIN " +
			add("- 1", "OLD.") + "END",
	}
}

// indexes returns the statements that make the indexes.
func (d dialect) indexes() []string {
	return []string{
		"CREATE INDEX notification_class_index ON river_job ((" + d.class + "), id)",
		"CREATE INDEX notification_recipient_index ON river_job ((" + d.recipient + "), id)",
		"CREATE INDEX notification_domain_index ON river_job ((" + d.domain + "), id)",
		"CREATE INDEX notification_cause_index ON river_job ((" + d.cause + "), id) WHERE errors IS NOT NULL",
		"CREATE INDEX notification_category_index ON river_job ((" + category + "), id) WHERE " + category + " IS NOT NULL",
		"CREATE INDEX notification_thread_index ON river_job ((args ->> 'thread'), (args ->> 'to'), id)" +
			" WHERE args ->> 'thread' IS NOT NULL AND finalized_at IS NULL",
		"CREATE INDEX notification_created_index ON river_job (created_at, id)",
	}
}

// remove is what removes everything that another version of this software has made.
func (d dialect) remove() (statements []string) {
	for _, name := range []string{"class", "recipient", "domain", "cause", "category", "thread", "created"} {
		statements = append(statements, "DROP INDEX IF EXISTS notification_"+name+"_index")
	}
	for _, name := range []string{"inserted", "updated", "deleted"} {
		statements = append(statements, "DROP TRIGGER IF EXISTS notification_"+name+d.onJobs)
	}
	return append(statements, d.removeFunctions...)
}

// prepareIndexes makes the indexes and counts, unless they are those of this version, or a later one. Whoever writes to
// River's table meanwhile waits.
func (r *riverStore) prepareIndexes(ctx context.Context) error {
	if version, err := r.indexVersion(ctx, r.db); err != nil || version >= indexVersion {
		return err
	}
	transaction, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	for _, statement := range r.dialect.locked {
		if _, err := transaction.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if version, err := r.indexVersion(ctx, transaction); err != nil || version >= indexVersion {
		return err // Another process has made them meanwhile.
	}
	statements := append([]string{
		"CREATE TABLE IF NOT EXISTS notification_index (version BIGINT NOT NULL)", "DELETE FROM notification_index",
		fmt.Sprintf("INSERT INTO notification_index VALUES (%d)", indexVersion),
		"CREATE TABLE IF NOT EXISTS notification_count (class TEXT NOT NULL, count BIGINT NOT NULL)",
		"DELETE FROM notification_count",
	}, r.dialect.remove()...)
	statements = append(append(statements, r.dialect.counting...), r.dialect.indexes()...)
	for _, statement := range append(statements, r.dialect.recount) {
		if _, err := transaction.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%w, in %s", err, strings.TrimSpace(statement))
		}
	}
	return transaction.Commit()
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

// indexVersion is that of the indexes that are there; 0 means none.
func (r *riverStore) indexVersion(ctx context.Context, database querier) (version int64, err error) {
	var found int64
	if err := database.QueryRowContext(ctx, r.dialect.hasIndexes).Scan(&found); err != nil || found == 0 {
		return 0, err
	}
	err = database.QueryRowContext(ctx, "SELECT version FROM notification_index").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}
