package notify

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// tally is what has happened to notifications.
type tally struct{ accepted, delivered, failed, dead int64 }

func (t tally) plus(other tally) tally {
	return tally{
		t.accepted + other.accepted, t.delivered + other.delivered, t.failed + other.failed, t.dead + other.dead,
	}
}

// buckets count what happens in each minute, for all processes of a database and over restarts. What is accepted and
// delivered is counted in the transaction that makes it so; attempts that fail and dead letters within a second. Each
// process has rows of its own, so that none waits for another; in time they are summed up to hours, and to days.
type buckets struct {
	db    *sql.DB
	lock  string // a statement that keeps other processes from summing up; empty where there is none
	node  string
	clock *databaseClock

	mu      sync.Mutex
	pending tally
}

// How long statistics are kept by the minute, by the hour and by the day.
const (
	keepMinutes = 25 * time.Hour
	keepHours   = 14 * 24 * time.Hour
	keepDays    = 90 * 24 * time.Hour
)

// count has something counted with the next commit or flush; by nil it is not.
func (b *buckets) count(t tally) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = b.pending.plus(t)
}

func (b *buckets) take() (t tally) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, b.pending = b.pending, tally{}
	return t
}

const addToBucket = " ON CONFLICT (width, began, node) DO UPDATE SET" +
	" accepted = delivery_statistic.accepted + excluded.accepted," +
	" delivered = delivery_statistic.delivered + excluded.delivered," +
	" failed = delivery_statistic.failed + excluded.failed, dead = delivery_statistic.dead + excluded.dead"

// add is the statement that adds to the present minute.
func (b *buckets) add(t tally) statement {
	return statement{
		text: "INSERT INTO delivery_statistic (width, began, node, accepted, delivered, failed, dead)" +
			" VALUES (60, $1, $2, $3, $4, $5, $6)" + addToBucket,
		arguments: []any{
			b.clock.Now().Truncate(time.Minute).Unix(), b.node, t.accepted, t.delivered, t.failed, t.dead,
		},
	}
}

// flush writes down what waits to be.
func (b *buckets) flush(ctx context.Context) error {
	t := b.take()
	if t == (tally{}) {
		return nil
	}
	one := b.add(t)
	_, err := b.db.ExecContext(ctx, one.text, one.arguments...)
	if err != nil {
		b.count(t)
	}
	return err
}

// sumUp makes hours of old minutes and days of old hours, and deletes old days.
func (b *buckets) sumUp(ctx context.Context, now time.Time) error {
	transaction, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	if b.lock != "" {
		if _, err := transaction.ExecContext(ctx, b.lock); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		from, to int64 // seconds
		keep     time.Duration
	}{{60, 3600, keepMinutes}, {3600, 86400, keepHours}} {
		before := now.Add(-step.keep).Unix()
		_, err := transaction.ExecContext(ctx, "INSERT INTO delivery_statistic SELECT CAST($1 AS BIGINT),"+
			" began - began % CAST($1 AS BIGINT), '', CAST(SUM(accepted) AS BIGINT), CAST(SUM(delivered) AS BIGINT),"+
			" CAST(SUM(failed) AS BIGINT), CAST(SUM(dead) AS BIGINT)"+
			" FROM delivery_statistic WHERE width = $2 AND began < $3 GROUP BY began - began % CAST($1 AS BIGINT)"+
			addToBucket, step.to, step.from, before)
		if err != nil {
			return err
		}
		_, err = transaction.ExecContext(ctx, "DELETE FROM delivery_statistic WHERE width = $1 AND began < $2",
			step.from, before)
		if err != nil {
			return err
		}
	}
	_, err = transaction.ExecContext(ctx, "DELETE FROM delivery_statistic WHERE began < $1", now.Add(-keepDays).Unix())
	if err != nil {
		return err
	}
	return transaction.Commit()
}

// read returns the buckets of the width that begin in the time from one to another, oldest first, each in full. What is
// kept in wider ones only is not among them.
func (b *buckets) read(
	ctx context.Context, reader *sql.DB, request shared.StatisticsRequest,
) (found []shared.StatisticsBucket, err error) {
	rows, err := reader.QueryContext(ctx, "SELECT began - began % CAST($1 AS BIGINT), CAST(SUM(accepted) AS BIGINT),"+
		" CAST(SUM(delivered) AS BIGINT), CAST(SUM(failed) AS BIGINT), CAST(SUM(dead) AS BIGINT)"+
		" FROM delivery_statistic WHERE width <= CAST($1 AS BIGINT) AND began >= $2 AND began < $3 GROUP BY 1 ORDER BY 1",
		int64(request.Width/time.Second), nextBucket(request.From, request.Width), nextBucket(request.Until, request.Width))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var began int64
		var one shared.StatisticsBucket
		if err := rows.Scan(&began, &one.Accepted, &one.Delivered, &one.FailedAttempts, &one.Dead); err != nil {
			return nil, err
		}
		one.Began = time.Unix(began, 0).UTC()
		found = append(found, one)
	}
	return found, rows.Err()
}

// withPending adds what this process has not written down yet to what was read, as if it were, so that reading needs no
// writing.
func (b *buckets) withPending(
	found []shared.StatisticsBucket, request shared.StatisticsRequest, now time.Time,
) []shared.StatisticsBucket {
	b.mu.Lock()
	t := b.pending
	b.mu.Unlock()
	began := now.Truncate(time.Minute).Unix()
	began -= began % int64(request.Width/time.Second)
	if t == (tally{}) || began < nextBucket(request.From, request.Width) ||
		began >= nextBucket(request.Until, request.Width) {
		return found
	}
	start := time.Unix(began, 0).UTC()
	at := slices.IndexFunc(found, func(one shared.StatisticsBucket) bool { return !one.Began.Before(start) })
	if at < 0 {
		at = len(found)
	}
	if at == len(found) || !found[at].Began.Equal(start) {
		found = slices.Insert(found, at, shared.StatisticsBucket{Began: start})
	}
	one := &found[at]
	one.Accepted, one.Delivered = one.Accepted+t.accepted, one.Delivered+t.delivered
	one.FailedAttempts, one.Dead = one.FailedAttempts+t.failed, one.Dead+t.dead
	return found
}

// byNode returns what each process has counted in the minutes since a time, that of the time included.
func (b *buckets) byNode(ctx context.Context, reader *sql.DB, since time.Time) (map[string]tally, error) {
	rows, err := reader.QueryContext(ctx, "SELECT node, CAST(SUM(delivered) AS BIGINT), CAST(SUM(failed) AS BIGINT)"+
		" FROM delivery_statistic WHERE width = 60 AND began >= $1 GROUP BY node", since.Truncate(time.Minute).Unix())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]tally{}
	for rows.Next() {
		var node string
		var one tally
		if err := rows.Scan(&node, &one.delivered, &one.failed); err != nil {
			return nil, err
		}
		found[node] = one
	}
	return found, rows.Err()
}

// nextBucket is when the first bucket of the width begins that does not begin before the time, in seconds.
func nextBucket(at time.Time, width time.Duration) int64 {
	seconds, second := int64(width/time.Second), at.Unix()
	if at.Nanosecond() > 0 {
		second++
	}
	if over := second % seconds; over > 0 {
		second += seconds - over
	}
	return second
}
