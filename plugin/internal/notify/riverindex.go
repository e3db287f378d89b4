package notify

// indexVersion is raised with every change of what this file describes; builder makes it so. An index that is described
// differently gets another name. What a later version has made is left alone.
const indexVersion = 6

// countsVersion is the lowest indexVersion whose counts are those of now. Where the classes change the name of the
// function notification_class does, too.
const countsVersion = 5

// The classes of jobs are the states of notifications, and setAside for the dead letters that were seen. What is held
// is counted twice: as what it is, and as heldClass.
const (
	setAside  = "set_aside"
	heldClass = "held"
	classes   = `["queued","retrying","sending","delivered","dead","cancelled","expired","set_aside","held"]`
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

	// See riverfolded.go.
	recipientFolded    = "args ->> 'folded'"
	sqliteDomainFolded = "substr(args ->> 'folded', length(rtrim(args ->> 'folded', replace(args ->> 'folded', '@', " +
		"''))) + 1)"
	postgresDomainFolded = "substring(args ->> 'folded' from '[^@]*$')"

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

// postgresClassFunction says what sqliteClass says.
const postgresClassFunction = `
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
`

// postgresCounted is what the triggers call. Rows of counts are only ever inserted, and summed up now and then: two
// transactions that changed the same row would wait for each other.
const postgresCounted = `
CREATE OR REPLACE FUNCTION notification_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO notification_count (class, count)
		SELECT notification_class(state, errors, metadata, attempted_at), COUNT(*) FROM new_rows
		WHERE kind = 'notification' GROUP BY 1
		UNION ALL SELECT 'held', COUNT(*) FROM new_rows WHERE kind = 'notification' AND state = 'pending'
		HAVING COUNT(*) > 0;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO notification_count (class, count)
		SELECT notification_class(state, errors, metadata, attempted_at), -COUNT(*) FROM old_rows
		WHERE kind = 'notification' GROUP BY 1
		UNION ALL SELECT 'held', -COUNT(*) FROM old_rows WHERE kind = 'notification' AND state = 'pending'
		HAVING COUNT(*) > 0;
	ELSE
		INSERT INTO notification_count (class, count)
		SELECT class, SUM(one) FROM (
			SELECT notification_class(state, errors, metadata, attempted_at) AS class, 1 AS one FROM new_rows
			WHERE kind = 'notification'
			UNION ALL SELECT notification_class(state, errors, metadata, attempted_at), -1 FROM old_rows
			WHERE kind = 'notification'
			UNION ALL SELECT 'held', 1 FROM new_rows WHERE kind = 'notification' AND state = 'pending'
			UNION ALL SELECT 'held', -1 FROM old_rows WHERE kind = 'notification' AND state = 'pending') AS changes
		GROUP BY class HAVING SUM(one) <> 0;
	END IF;
	RETURN NULL;
END $$;
`

// postgresTriggers count by statement.
func postgresTriggers() map[string]string {
	make := func(event, rows string) string {
		return " AFTER " + event + " ON river_job REFERENCING " + rows +
			" FOR EACH STATEMENT EXECUTE FUNCTION notification_counted()"
	}
	return named(map[string]string{
		"notification_inserted": make("INSERT", "NEW TABLE AS new_rows"),
		"notification_updated":  make("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
		"notification_deleted":  make("DELETE", "OLD TABLE AS old_rows"),
	})
}

// sqliteTriggers count row by row: there is one writer.
func sqliteTriggers() map[string]string {
	add := func(number, prefix string) string {
		return "UPDATE notification_count SET count = count " + number + " WHERE class = " + sqliteClass(prefix) + "; "
	}
	hold := func(number string) string {
		return "UPDATE notification_count SET count = count " + number + " WHERE class = '" + heldClass + "'; "
	}
	return named(map[string]string{
		"notification_inserted": " AFTER INSERT ON river_job WHEN NEW.kind = 'notification' BEGIN " +
			add("+ 1", "NEW.") + "END",
		"notification_updated": " AFTER UPDATE OF state, errors, metadata, attempted_at ON river_job" +
			" WHEN NEW.kind = 'notification' AND " + sqliteClass("NEW.") + " <> " + sqliteClass("OLD.") + " BEGIN " +
			add("- 1", "OLD.") + add("+ 1", "NEW.") + "END",
		"notification_deleted": " AFTER DELETE ON river_job WHEN OLD.kind = 'notification' BEGIN " +
			add("- 1", "OLD.") + "END",
		"notification_held_inserted": " AFTER INSERT ON river_job WHEN NEW.kind = 'notification' AND NEW.state = 'pending'" +
			" BEGIN " + hold("+ 1") + "END",
		"notification_held_updated": " AFTER UPDATE OF state ON river_job" +
			" WHEN NEW.kind = 'notification' AND (NEW.state = 'pending') <> (OLD.state = 'pending') BEGIN " +
			hold("+ (NEW.state = 'pending') - (OLD.state = 'pending')") + "END",
		"notification_held_deleted": " AFTER DELETE ON river_job WHEN OLD.kind = 'notification' AND OLD.state = 'pending'" +
			" BEGIN " + hold("- 1") + "END",
	})
}

// named completes the statements that make triggers with their names.
func named(triggers map[string]string) map[string]string {
	for name, rest := range triggers {
		triggers[name] = "CREATE TRIGGER " + name + rest
	}
	return triggers
}

// index is one that is added to River's table. What is optional is not used until it is there, and nothing else waits
// for it: only the table's owner can make it in a database of an earlier version.
type index struct {
	name, on string
	optional bool
}

// indexes returns what is wanted, in the order in which it is missed.
func (d dialect) indexes() (all []index) {
	add := func(name, on string) { all = append(all, index{name: "notification_" + name + "_index", on: on}) }
	add("thread", "((args ->> 'thread'), (args ->> 'to'), id)"+
		" WHERE args ->> 'thread' IS NOT NULL AND finalized_at IS NULL")
	add("expires", "(("+expires+")) WHERE "+expires+" IS NOT NULL AND finalized_at IS NULL")
	add("held", "(state, id) WHERE state = 'pending'")
	add("parcel", "((args ->> 'parcel'), id) WHERE args ->> 'parcel' IS NOT NULL")
	add("created", "(created_at, id)")
	add("class", "(("+d.class+"), id)")
	add("recipient", "(("+d.recipient+"), id)")
	add("domain", "(("+d.domain+"), id)")
	add("cause", "(("+d.cause+"), id) WHERE errors IS NOT NULL")
	add("category", "(("+category+"), id) WHERE "+category+" IS NOT NULL")
	needed := len(all)
	add("folded", "(("+recipientFolded+"), id) WHERE "+recipientFolded+" IS NOT NULL")
	add("folded_domain", "(("+d.domainFolded+"), id) WHERE "+recipientFolded+" IS NOT NULL")
	for i := range all[needed:] {
		all[needed+i].optional = true
	}
	return all
}
