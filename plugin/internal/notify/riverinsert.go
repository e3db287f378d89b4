package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/shared"
)

// insertOptions make key and recipient unique in every state: a late repetition must not revive a dead letter as a
// second message.
func insertOptions(one outgoing) *river.InsertOpts {
	return &river.InsertOpts{Queue: acceptedQueue, Priority: riverPriority(one), UniqueOpts: river.UniqueOpts{
		ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStateCancelled, rivertype.JobStateCompleted, rivertype.JobStateDiscarded,
			rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}}
}

func riverPriority(one outgoing) int {
	switch one.Priority {
	case shared.PriorityHigh:
		return riverHigh
	case shared.PriorityLow:
		return riverLow
	default:
		return riverNormal
	}
}

// insertParams are what River's InsertMany takes.
func insertParams(notifications []outgoing) []river.InsertManyParams {
	params := make([]river.InsertManyParams, len(notifications))
	for i, one := range notifications {
		params[i] = river.InsertManyParams{Args: one, InsertOpts: insertOptions(one)}
	}
	return params
}

func acceptedFrom(inserted []*rivertype.JobInsertResult) []accepted {
	results := make([]accepted, len(inserted))
	for i, one := range inserted {
		results[i] = accepted{id: one.Job.ID, duplicate: one.UniqueSkippedAsDuplicate, kept: one.Job.EncodedArgs}
	}
	return results
}

// On SQLite the rows that River's InsertMany would make are made here, in half of its time: it writes all jobs as
// one JSON text, from which the engine reads each value by itself, and reads every row back. TestInsertsAsRiverDoes
// compares both.

// sqliteInsert makes one job, unless there is one with its unique key.
var sqliteInsert = "INSERT INTO river_job (args, created_at, kind, max_attempts, metadata, priority," +
	" queue, scheduled_at, state, tags, unique_key, unique_states) VALUES (jsonb($1), " + sqliteDialect.now +
	", $2, $3, " +
	"jsonb('{}'), $4, $5, " + sqliteDialect.now + ", 'available', jsonb('[]'), $6, $7) ON CONFLICT DO NOTHING"

// everyState is River's bit mask of all states; see insertOptions.
const everyState = 0xff

// sqliteKept finds what is kept with a unique key.
const sqliteKept = "SELECT id, json(args) FROM river_job WHERE unique_key = $1 AND " + sqliteUnique

// sqliteUnique is the condition of River's unique index, letter for letter: without it the index is not used.
const sqliteUnique = "unique_key IS NOT NULL AND unique_states IS NOT NULL AND CASE state" +
	" WHEN 'available' THEN unique_states & (1 << 0) WHEN 'cancelled' THEN unique_states & (1 << 1)" +
	" WHEN 'completed' THEN unique_states & (1 << 2) WHEN 'discarded' THEN unique_states & (1 << 3)" +
	" WHEN 'pending' THEN unique_states & (1 << 4) WHEN 'retryable' THEN unique_states & (1 << 5)" +
	" WHEN 'running' THEN unique_states & (1 << 6) WHEN 'scheduled' THEN unique_states & (1 << 7) ELSE 0 END >= 1"

// sqliteAnnounce tells River's producers, which look for it, that there is something in the queue.
const sqliteAnnounce = "INSERT INTO river_notification (payload, topic) VALUES ($1, 'river_insert')"

// uniqueKey is River's key of a job that is unique by its arguments, in their order.
func uniqueKey(one outgoing) ([]byte, error) {
	encoded, err := json.Marshal(struct {
		Key string `json:"key"`
		To  string `json:"to"`
	}{one.Key, one.To})
	sum := sha256.Sum256(fmt.Appendf(nil, "&kind=%s&args=%s", one.Kind(), encoded))
	return sum[:], err
}

func (t sqliteTransaction) insert(ctx context.Context, notifications []outgoing) ([]accepted, error) {
	results := make([]accepted, len(notifications))
	inserted := false
	for i, one := range notifications {
		var err error
		if results[i], err = t.insertOne(ctx, one); err != nil {
			return nil, err
		}
		inserted = inserted || !results[i].duplicate
	}
	// No more often than it is heeded. The transaction is the only one at the time.
	if now := time.Now(); inserted && now.Sub(t.client.announced) >= fetchCooldown {
		t.client.announced = now
		_, err := t.tx.ExecContext(ctx, sqliteAnnounce, fmt.Sprintf(`{"queue": %q}`, acceptedQueue))
		return results, err
	}
	return results, nil
}

func (t sqliteTransaction) insertOne(ctx context.Context, one outgoing) (accepted, error) {
	encoded, err := json.Marshal(one)
	if err != nil {
		return accepted{}, err
	}
	unique, err := uniqueKey(one)
	if err != nil {
		return accepted{}, err
	}
	change, err := t.tx.ExecContext(ctx, sqliteInsert, string(encoded), one.Kind(), maxAttempts, riverPriority(one),
		acceptedQueue, unique, everyState)
	if err != nil {
		return accepted{}, err
	}
	changed, err := change.RowsAffected()
	if err != nil {
		return accepted{}, err
	}
	if changed == 0 {
		kept := accepted{duplicate: true}
		return kept, t.tx.QueryRowContext(ctx, sqliteKept, unique).Scan(&kept.id, &kept.kept)
	}
	id, err := change.LastInsertId()
	return accepted{id: id, kept: encoded}, err
}
