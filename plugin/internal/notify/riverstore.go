package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/rivertype"
)

// Everything that this software itself does to River's tables, river_job and river_leader, is in the files whose names
// begin with river. None of it is promised by River: what the statements rely on is written down in
// testdata/river-schema-*.txt, and TestRiverSchema compares it with what River makes, and TestDatabase with what River
// does, so that another version of River cannot change it unnoticed.

// riverStore are our statements on River's tables. It may be used concurrently.
type riverStore struct {
	db      *sql.DB
	reader  *sql.DB      // for what only reads
	bulk    *sql.DB      // for what reads for long
	indexed *atomic.Bool // nothing is missing of what builder makes but what is optional
	folded  *atomic.Bool // see riverfolded.go

	foldedIndexed *atomic.Bool // there are the indexes for it
	dialect       dialect
}

// dialect is where the engines differ.
type dialect struct {
	now       string // the present, as River writes it
	cancelled string // condition: a user has cancelled the job
	encoded   string // a placeholder for arguments
	later     string // the present and so many seconds
	failed    string // errors with one more
	marked    string // metadata that says by a %s that something is true of this attempt
	isMarked  string // condition: it says so
	ofJob     string // what the argument $2 has of the job
	answered  string // metadata with that
	owner     string // the process that attempts it
	// untilAttempt is in how many seconds a job is attempted.
	untilAttempt string
	stateType    string // of the column state
	uncounted    string // the attempt, and then the errors, without those since a time
	since        string // condition: the last attempt began since a time

	among func(place string) string // condition: it is in a list
	list  func(ids []int64) any     // the argument for such a list

	// See riverindex.go.
	class, recipient, domain, cause string
	domainFolded, withFolded        string // arguments with the folded recipient %s
	lastError                       string
	unindexed                       func(expression string) string // has no index looked for
	instant                         func(time.Time) any            // the argument for a time
	// See builder. The queries are for the names of our indexes and whether each is whole; for whether there is
	// postgresClassFunction, empty for none; and for whether there is the trigger $1.
	readIndexes, hasClass, hasTrigger string
	concurrently                      string   // makes an index while others write
	counting                          []string // statements before the triggers begin to count
	triggers                          func() map[string]string
	addCount                          string // a statement that adds $2 to the count of the class $1
	snapshot                          *sql.TxOptions
	byIndex                           []string // statements after which an index is followed in its order
	withoutTexts                      string   // arguments without their texts
	withoutTranscripts                string   // metadata without them
	hasTranscripts                    string   // condition: it has some
	sumCounts                         string   // a statement; empty where there is nothing to sum up
	lockBuckets                       string   // see buckets
	audited                           string   // metadata in which what was done, $2, is noted; see riveraudit.go
	renewed                           string   // that of what is retried
	noted                             string   // that which has the time of what was done as %s besides
}

var (
	sqliteDialect = dialect{
		now:          "datetime('now', 'subsec')",
		cancelled:    "json_extract(metadata, '$.cancel_attempted_at') IS NOT NULL",
		encoded:      "jsonb(%s)",
		later:        "datetime('now', 'subsec', %s || ' seconds')",
		failed:       "jsonb_insert(coalesce(errors, jsonb('[]')), '$[#]', jsonb(%s))",
		marked:       "jsonb_set(metadata, '$.%s', attempted_at)",
		isMarked:     "json_extract(metadata, '$.last_byte') = attempted_at",
		ofJob:        sqliteOfJob,
		answered:     "jsonb_patch(metadata, coalesce(" + sqliteOfJob + ", '{}'))",
		owner:        "json_extract(attempted_by, '$[#-1]')",
		untilAttempt: "(julianday(scheduled_at) - julianday('now')) * 86400.0",
		stateType:    "TEXT",
		uncounted: "MAX(attempt - (SELECT COUNT(*) FROM json_each(errors) WHERE " + sqliteUncounted + "), 0) END, " +
			"errors = (SELECT CASE WHEN COUNT(*) > 0 THEN jsonb_group_array(jsonb(value)) END FROM json_each(errors)" +
			" WHERE NOT (" + sqliteUncounted + "))",
		since: "unixepoch(attempted_at, 'subsec') >= $1",
		among: func(place string) string { return "IN (SELECT value FROM json_each(" + place + "))" },
		list: func(ids []int64) any {
			encoded, _ := json.Marshal(ids) // Numbers can be encoded.
			return string(encoded)
		},
		audited: "jsonb_set(metadata" + sqliteAudit + ")",
		renewed: "jsonb_set(jsonb_remove(metadata, '$.set_aside_at', '$.cancel_attempted_at')" + sqliteAudit + ")",
		noted:   "jsonb_set(metadata, '$.%s', json_extract($2, '$.at')" + sqliteAudit + ")",
		class:   sqliteClass(""), recipient: sqliteRecipient, domain: sqliteDomain, cause: sqliteCause,
		domainFolded: sqliteDomainFolded, withFolded: "jsonb_set(args, '$.folded', %s)",
		withoutTexts: "jsonb_remove(args, '$.sealed')", withoutTranscripts: sqliteWithoutTranscripts,
		hasTranscripts: sqliteHasTranscripts,
		lastError:      sqliteError,
		unindexed:      func(expression string) string { return "+(" + expression + ")" },
		instant:        func(t time.Time) any { return t.UTC().Format("2006-01-02 15:04:05.000") },
		// One of River's own is among them: all jobs are of one kind, so what goes by it reads them all.
		readIndexes: "SELECT name, TRUE FROM sqlite_master WHERE type = 'index' AND tbl_name = 'river_job'" +
			" AND (name LIKE 'notification\\_%' ESCAPE '\\' OR name = 'river_job_kind')",
		hasTrigger: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = $1)",
		counting: []string{
			"DROP TRIGGER IF EXISTS notification_inserted", "DROP TRIGGER IF EXISTS notification_updated",
			"DROP TRIGGER IF EXISTS notification_deleted", "DROP TRIGGER IF EXISTS notification_held_inserted",
			"DROP TRIGGER IF EXISTS notification_held_updated", "DROP TRIGGER IF EXISTS notification_held_deleted",
			"DELETE FROM notification_count",
			"INSERT INTO notification_count SELECT value, 0 FROM json_each('" + classes + "')",
		},
		triggers: sqliteTriggers,
		addCount: "UPDATE notification_count SET count = count + $2 WHERE class = $1",
	}
	postgresDialect = dialect{
		now:          "now()",
		cancelled:    "jsonb_exists(metadata, 'cancel_attempted_at')",
		encoded:      "%s::jsonb",
		later:        "now() + CAST(%s AS DOUBLE PRECISION) * INTERVAL '1 second'",
		failed:       "array_append(errors, %s::jsonb)",
		marked:       "jsonb_set(metadata, '{%s}', to_jsonb(EXTRACT(EPOCH FROM attempted_at)))",
		isMarked:     "metadata -> 'last_byte' = to_jsonb(EXTRACT(EPOCH FROM attempted_at))",
		ofJob:        postgresOfJob,
		answered:     "metadata || COALESCE(" + postgresOfJob + ", '{}')",
		owner:        "attempted_by[array_upper(attempted_by, 1)]",
		untilAttempt: "EXTRACT(EPOCH FROM scheduled_at - now())::double precision",
		stateType:    "river_job_state",
		uncounted: "GREATEST(attempt - (SELECT COUNT(*) FROM unnest(errors) AS one WHERE " + postgresUncounted +
			"), 0) END, " +
			"errors = (SELECT array_agg(one ORDER BY place) FROM unnest(errors) WITH ORDINALITY AS all_errors(one, place)" +
			" WHERE NOT (" + postgresUncounted + "))",
		since:   "attempted_at >= to_timestamp($1)",
		among:   func(place string) string { return "= ANY(" + place + "::bigint[])" },
		list:    func(ids []int64) any { return ids },
		audited: "metadata || jsonb_build_object(" + postgresAudit + ")",
		renewed: "(metadata - 'set_aside_at' - 'cancel_attempted_at') || jsonb_build_object(" + postgresAudit + ")",
		noted:   "metadata || jsonb_build_object('%s', ($2::jsonb) -> 'at', " + postgresAudit + ")",
		class:   postgresClass, recipient: postgresRecipient, domain: postgresDomain, cause: postgresCause,
		domainFolded: postgresDomainFolded,
		withFolded:   "jsonb_set(args, '{folded}', to_jsonb(CAST(%s AS TEXT)))",
		byIndex: []string{"SET LOCAL enable_sort = off", "SET LOCAL enable_bitmapscan = off",
			"SET LOCAL enable_seqscan = off"},
		withoutTexts: "args - 'sealed'", withoutTranscripts: postgresWithoutTranscripts,
		hasTranscripts: postgresHasTranscripts,
		lastError:      postgresError,
		unindexed:      func(expression string) string { return expression }, // It knows how many there are.
		instant:        func(t time.Time) any { return t },
		// Two of River's own are among them, where the role may drop them: nothing is looked for in them, and each change of
		// a notification would be written to them word by word.
		readIndexes: "SELECT relname::text, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid" +
			" WHERE indrelid = 'river_job'::regclass AND (relname LIKE 'notification\\_%' OR" +
			" relname SIMILAR TO 'river\\_job\\_(args|metadata)\\_index%' AND pg_has_role(relowner, 'USAGE'))",
		concurrently: "CONCURRENTLY",
		hasClass:     "SELECT to_regproc('notification_class') IS NOT NULL",
		hasTrigger: "SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = 'river_job'::regclass" +
			" AND tgname = CAST($1 AS TEXT))",
		// Others who want to write wait for this lock as well. So it does not wait long itself.
		counting: []string{
			"SET LOCAL lock_timeout = '3s'", "LOCK TABLE river_job IN SHARE ROW EXCLUSIVE MODE", postgresCounted,
			"DELETE FROM notification_count",
		},
		triggers:    postgresTriggers,
		addCount:    "INSERT INTO notification_count (class, count) VALUES ($1, $2)",
		snapshot:    &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		lockBuckets: "SELECT pg_advisory_xact_lock(7465837266)",
		sumCounts: "WITH taken AS (DELETE FROM notification_count WHERE ctid = ANY(ARRAY(SELECT ctid FROM " +
			"notification_count" +
			" LIMIT 10000 FOR UPDATE SKIP LOCKED)) RETURNING class, count)" +
			" INSERT INTO notification_count SELECT class, SUM(count) FROM taken GROUP BY class HAVING SUM(count) <> 0",
	}
)

const (
	sqliteOfJob   = "json_extract($2, '$.\"' || id || '\"')"
	postgresOfJob = "($2::jsonb -> id::text)"
)

// Conditions: an error has been since the time $1. That a message may have arrived is not forgotten.
const (
	sqliteUncounted = "unixepoch(value ->> 'at', 'subsec') >= $1 AND value ->> 'error' NOT LIKE '%\"" + outcomeUnknown +
		"\"%'"
	postgresUncounted = "(one ->> 'at')::timestamptz >= to_timestamp($1) AND one ->> 'error' NOT LIKE '%\"" +
		outcomeUnknown + "\"%'"
)

// isSending reports whether the job's attempt has had its turn, as the class of the job says. The marks are the time at
// which it began, as the engine writes it: a text, or seconds since 1970.
func isSending(job *rivertype.JobRow) bool {
	var metadata struct {
		Sending  any `json:"sending"`
		LastByte any `json:"last_byte"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata)
	for _, mark := range []any{metadata.Sending, metadata.LastByte} {
		var at time.Time
		switch mark := mark.(type) {
		case string:
			at, _ = time.Parse("2006-01-02 15:04:05.999", mark)
		case float64:
			at = time.UnixMicro(int64(math.Round(mark * 1e6)))
		}
		if job.AttemptedAt != nil && job.AttemptedAt.Sub(at).Abs() < time.Millisecond {
			return true
		}
	}
	return false
}

// complete sets deliveries ended, with what is kept of them. River finds them completed afterwards and leaves them so.
func (r *riverStore) complete(ids []int64, ended map[int64]deliveredNote) statement {
	done := r.setRunning("state = 'completed', finalized_at = "+r.dialect.now+", metadata = "+r.dialect.answered, ids)
	encoded, _ := json.Marshal(ended) // Texts, numbers and times can be encoded.
	done.arguments = append(done.arguments, string(encoded))
	return done
}

// finalReply is the server's reply to a job that it has completed; empty where none was kept.
func finalReply(job *rivertype.JobRow) string {
	var metadata struct {
		Reply string `json:"reply"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata)
	return metadata.Reply
}

// mark notes that the last bytes of messages have gone out and no reply has come yet. A mark is about one attempt: the
// next one begins at another time.
func (r *riverStore) mark(ids []int64) statement {
	return r.setRunning("metadata = "+fmt.Sprintf(r.dialect.marked, "last_byte"), ids)
}

// send notes that messages have had their turn and are being sent. It is about one attempt as well.
func (r *riverStore) send(ids []int64) statement {
	return r.setRunning("metadata = "+fmt.Sprintf(r.dialect.marked, "sending"), ids)
}

// statement is one of a transaction. Its text is the same for any number of ids, so that it is prepared once.
type statement struct {
	text      string
	arguments []any
}

// setRunning is no statement where there are no ids.
func (r *riverStore) setRunning(change string, ids []int64) statement {
	if len(ids) == 0 {
		return statement{}
	}
	return statement{
		text:      "UPDATE river_job SET " + change + " WHERE state = 'running' AND id " + r.dialect.among("$1"),
		arguments: []any{r.dialect.list(ids)},
	}
}

// wake has jobs that wait for the server tried at once. Those that wait after a refusal of their own go on waiting.
func (r *riverStore) wake(ctx context.Context) error {
	_, err := r.db.ExecContext(ctx, "UPDATE river_job SET state = 'available', "+inItsPlace+" WHERE state = 'scheduled'")
	return err
}

// replaceArguments stores other arguments of a job.
func (r *riverStore) replaceArguments(ctx context.Context, id int64, encoded []byte) error {
	_, err := r.db.ExecContext(ctx, "UPDATE river_job SET args = "+fmt.Sprintf(r.dialect.encoded, "$1")+" WHERE id = $2",
		string(encoded), id)
	return err
}

// clearLeader lets this process lead River's processes at once. Where no other process delivers, the one that led them
// has died.
func (r *riverStore) clearLeader(ctx context.Context) error {
	_, err := r.db.ExecContext(ctx, "DELETE FROM river_leader")
	return err
}

// anyOwner is the condition for recover that holds for every job.
const anyOwner = "kind = 'notification'"

// unindexedKind is anyOwner for a statement of both engines that another index serves. SQLite may take the index of
// kinds otherwise, in which all jobs are of one.
const unindexedKind = "kind || '' = 'notification'"

// silentOwner is the condition for recover that holds for the jobs of processes that have been silent for so long, and
// of processes that are not known and have had a job for strangerLease.
func (r *riverStore) silentOwner(silent time.Duration) string {
	return fmt.Sprintf("%s AND COALESCE((SELECT seen_at < EXTRACT(EPOCH FROM now()) - %.0f"+
		" FROM delivery_node WHERE delivery_node.id = %s), attempted_at < now() - INTERVAL '%.0f seconds')",
		anyOwner, silent.Seconds(), r.dialect.owner, strangerLease.Seconds())
}

func (r *riverStore) unlessCancelled(state string) string {
	return "CAST(CASE WHEN " + r.dialect.cancelled + " THEN 'cancelled' ELSE " + state + " END AS " +
		r.dialect.stateType + ")"
}

func (r *riverStore) ifCancelled() string {
	return "CASE WHEN " + r.dialect.cancelled + " THEN " + r.dialect.now + " END"
}

// isOurs reports whether the attempt still is this process's: another one may have taken the job over.
func (r *riverStore) isOurs(ctx context.Context, job *rivertype.JobRow, node string) (bool, error) {
	var count int
	err := r.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job"+
		" WHERE id = $1 AND state = 'running' AND attempt = $2 AND "+r.dialect.owner+" = $3",
		job.ID, job.Attempt, node).Scan(&count)
	return count == 1, err
}
