package notify

import (
	"context"
	"math"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// hasFailed is the condition for what has not ended and has failed attempts.
const hasFailed = isBefore + " AND errors IS NOT NULL"

// giveBack has the failed attempts since a time not count, and the messages wait for the server instead of a time of
// their own. Those that a worker has, which waits for the server, keep the number of their attempt: it tells whose they
// are. In an outage many have failed: it goes part by part, and others write in between.
func (q *queue) giveBack(ctx context.Context, since time.Time) error {
	text := q.giveBackStatement()
	for after := int64(0); after < math.MaxInt64; {
		began := time.Now()
		some, err := q.nextFailed(ctx, after)
		if err != nil {
			return err
		}
		if len(some.ids) > 0 {
			// Some engines keep milliseconds.
			if _, err := q.db.ExecContext(ctx, text, float64(since.UnixMilli()-1)/1000, q.dialect.list(some.ids)); err != nil {
				return err
			}
		}
		if after = some.upTo; after < math.MaxInt64 {
			leaveToOthers(ctx, q.builder.store, time.Since(began))
		}
	}
	return ctx.Err()
}

// nextFailed returns the first part of what has failed attempts after an id.
func (r *riverStore) nextFailed(ctx context.Context, after int64) (portion, error) {
	var queries []query
	for _, class := range []shared.NotificationState{shared.NotificationRetrying, shared.NotificationSending} {
		queries = append(queries, r.failedQuery(after, class))
	}
	return r.readPortion(ctx, portion{after: after, upTo: math.MaxInt64}, hasFailed, queries...)
}

func (r *riverStore) failedQuery(after int64, class shared.NotificationState) query {
	return query{
		text: "SELECT id FROM river_job WHERE (" + r.dialect.class + ") = $2 AND id > $1 AND " + hasFailed + " AND " +
			r.ours() + inParts,
		arguments: []any{after, string(class)},
	}
}

func (r *riverStore) giveBackStatement() string {
	return "UPDATE river_job SET state = CASE WHEN state = 'running' THEN state ELSE 'scheduled' END" +
		", scheduled_at = CASE WHEN state = 'running' THEN scheduled_at ELSE created_at END" +
		", attempt = CASE WHEN state = 'running' THEN attempt ELSE " + r.dialect.uncounted +
		" WHERE id " + r.dialect.among("$2") + " AND " + unindexedKind +
		" AND CAST(state AS TEXT) IN ('available', 'retryable', 'scheduled', 'running')" +
		" AND CAST(errors AS TEXT) IS NOT NULL AND " + // See these.
		r.dialect.since
}
