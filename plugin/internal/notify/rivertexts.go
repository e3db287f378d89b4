package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// The texts of a notification go before the notification itself: soon after its delivery, and of what was given up when
// it is too late to try it again. What is left is its digest, so that a repetition with the same key is still told from
// another notification. Where an earlier version has not made one the texts stay.

// stateTexts is the name of what database_state has of it.
const stateTexts = "texts"

// droppedTexts is up to which end of theirs the texts of notifications are removed, by the state of the job.
type droppedTexts map[string]time.Time

// keepDeliveredTexts is how long the texts of what was delivered stay. Many go at once: each by itself would cost time
// of its delivery.
const keepDeliveredTexts = time.Minute

// droppedAtOnce is of how many notifications the texts are removed in one statement: others wait for it.
const droppedAtOnce = 500

// dropTexts removes the texts of what has ended long enough ago.
func (s *Service) dropTexts(ctx context.Context) error {
	dropped := droppedTexts{}
	if _, err := store.ReadState(ctx, s.queue.reader, stateTexts, &dropped); err != nil {
		return err
	}
	now := s.clock.Now()
	for state, keep := range map[string]time.Duration{
		"completed": keepDeliveredTexts, "cancelled": s.configuration.KeepTexts, "discarded": s.configuration.KeepTexts,
	} {
		until := now.Add(-keep)
		// Clocks differ, and transactions end later than they say.
		if err := s.queue.dropTexts(ctx, state, dropped[state].Add(-5*time.Minute), until); err != nil {
			return err
		}
		dropped[state] = until
	}
	return store.WriteState(ctx, s.queue.db, stateTexts, dropped)
}

// dropTexts removes the texts of jobs in the state that ended from one time to another.
func (r *riverStore) dropTexts(ctx context.Context, state string, from, until time.Time) error {
	for {
		ids, last, err := r.ended(ctx, state, from, until)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := r.db.ExecContext(ctx, "UPDATE river_job SET args = "+r.dialect.withoutTexts+
			" WHERE finalized_at IS NOT NULL AND id "+r.dialect.among("$1"), r.dialect.list(ids)); err != nil {
			return err
		}
		if from = last; len(ids) < droppedAtOnce {
			return nil
		}
	}
}

// textless is the condition for what has lost its texts.
const textless = "args ->> 'sealed' IS NULL AND args ->> 'digest' IS NOT NULL"

// endedQuery is for jobs in a state that ended from one time to another and have texts that may go, in that order.
func (r *riverStore) endedQuery(state string, from, until time.Time) query {
	return query{
		text: "SELECT id, finalized_at FROM river_job WHERE state = CAST($1 AS " + r.dialect.stateType + ")" +
			" AND finalized_at >= $2 AND finalized_at <= $3 AND " + anyOwner + " AND args ->> 'digest' IS NOT NULL" +
			fmt.Sprintf(" AND args ->> 'sealed' IS NOT NULL ORDER BY finalized_at LIMIT %d", droppedAtOnce),
		arguments: []any{state, r.dialect.instant(from), r.dialect.instant(until)},
	}
}

func (r *riverStore) ended(
	ctx context.Context, state string, from, until time.Time,
) (ids []int64, last time.Time, err error) {
	q := r.endedQuery(state, from, until)
	rows, err := r.bulk.QueryContext(ctx, q.text, q.arguments...)
	if err != nil {
		return nil, from, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id, &last); err != nil {
			return nil, from, err
		}
		ids = append(ids, id)
	}
	return ids, last, rows.Err()
}

// isTextless is the condition textless.
func isTextless(job *rivertype.JobRow) bool {
	var args outgoing
	return json.Unmarshal(job.EncodedArgs, &args) == nil && len(args.Sealed) == 0 && len(args.Digest) > 0
}
