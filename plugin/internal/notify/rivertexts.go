package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// The texts of a notification go before the notification itself: soon after its delivery, and of what was given up when
// it is too late to try it again. What is left is its digest, so that a repetition with the same key is still told from
// another notification. Where an earlier version has not made one the texts stay.

// stateTexts is the name of what database_state has of it.
const stateTexts = "texts"

// droppedTexts is up to which end of theirs the texts of notifications are removed, by the state of the job, and the
// transcripts of their attempts, by the state with transcriptsOf before it.
type droppedTexts map[string]time.Time

// keepDeliveredTexts is how long the texts of what was delivered stay. Many go at once: each by itself would cost time
// of its delivery.
const keepDeliveredTexts = time.Minute

// droppedAtOnce is of how many notifications the texts are removed in one statement: others wait for it.
const droppedAtOnce = 500

const transcriptsOf = "transcripts of "

// dropTexts removes the texts of what has ended long enough ago, and the transcripts of its attempts.
func (s *Service) dropTexts(ctx context.Context) error {
	dropped := droppedTexts{}
	if _, err := store.ReadState(ctx, s.queue.reader, stateTexts, &dropped); err != nil {
		return err
	}
	now := s.clock.Now()
	for name, keep := range map[string]time.Duration{
		"completed": keepDeliveredTexts, "cancelled": s.configuration.KeepTexts, "discarded": s.configuration.KeepTexts,
		transcriptsOf + "completed": s.configuration.KeepTexts, transcriptsOf + "cancelled": s.configuration.KeepTexts,
		transcriptsOf + "discarded": s.configuration.KeepTexts,
	} {
		state, ofTranscripts := strings.CutPrefix(name, transcriptsOf)
		what := s.queue.removableTexts()
		if ofTranscripts {
			what = s.queue.removableTranscripts()
		}
		until := now.Add(-keep)
		// Clocks differ, and transactions end later than they say.
		if err := s.queue.drop(ctx, what, state, dropped[name].Add(-5*time.Minute), until); err != nil {
			return err
		}
		dropped[name] = until
	}
	return store.WriteState(ctx, s.queue.db, stateTexts, dropped)
}

// drop removes a part of jobs in the state that ended from one time to another.
func (r *riverStore) drop(ctx context.Context, what removable, state string, from, until time.Time) error {
	for {
		ids, last, err := r.ended(ctx, what, state, from, until)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := r.db.ExecContext(ctx, "UPDATE river_job SET "+what.change+
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

// endedQuery is for jobs in a state that ended from one time to another and have what may go, in that order.
func (r *riverStore) endedQuery(what removable, state string, from, until time.Time) query {
	return query{
		text: "SELECT id, finalized_at FROM river_job WHERE state = CAST($1 AS " + r.dialect.stateType + ")" +
			" AND finalized_at >= $2 AND finalized_at <= $3 AND " + anyOwner + " AND " + what.has +
			fmt.Sprintf(" ORDER BY finalized_at LIMIT %d", droppedAtOnce),
		arguments: []any{state, r.dialect.instant(from), r.dialect.instant(until)},
	}
}

func (r *riverStore) ended(
	ctx context.Context, what removable, state string, from, until time.Time,
) (ids []int64, last time.Time, err error) {
	q := r.endedQuery(what, state, from, until)
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
