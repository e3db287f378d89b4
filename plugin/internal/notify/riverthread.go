package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Notifications of one thread to one recipient are sent in the order in which they were accepted. That of their ids is
// it; see notification_thread_index. Those that are held, which are pending, keep no other waiting: nobody knows for
// how long.
const (
	sameThread   = "args ->> 'thread' = $1 AND args ->> 'to' = $2"
	unfinished   = "finalized_at IS NULL AND state <> 'pending' AND " + anyOwner
	behindAnyone = "args ->> 'thread' IS NOT NULL AND EXISTS (SELECT 1 FROM river_job AS earlier" +
		" WHERE earlier.args ->> 'thread' = river_job.args ->> 'thread'" +
		" AND earlier.args ->> 'to' = river_job.args ->> 'to' AND earlier.id < river_job.id" +
		" AND earlier.finalized_at IS NULL AND earlier.state <> 'pending')"
)

func (r *riverStore) behindQuery(id int64, one outgoing) query {
	return query{
		text: fmt.Sprintf("SELECT %s FROM river_job WHERE %s AND id < $3 AND %s ORDER BY id DESC LIMIT 1",
			r.dialect.untilAttempt, sameThread, unfinished),
		arguments: []any{one.Thread, one.To, id},
	}
}

// nextQuery is the statement of wakeNext.
func nextQuery(id int64, one outgoing) query {
	return query{
		text: "UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE id = (" +
			"SELECT id FROM river_job WHERE " + sameThread + " AND id > $3 AND " + unfinished + " ORDER BY id LIMIT 1)" +
			" AND state IN ('available', 'scheduled')",
		arguments: []any{one.Thread, one.To, id},
	}
}

// behind returns how long it is until the attempt of the notification that goes before this one in its thread; false
// when there is none.
func (r *riverStore) behind(ctx context.Context, id int64, one outgoing) (wait time.Duration, is bool, err error) {
	var seconds float64
	q := r.behindQuery(id, one)
	err = r.reader.QueryRowContext(ctx, q.text, q.arguments...).Scan(&seconds)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return time.Duration(min(seconds, longestBehind.Seconds()) * float64(time.Second)), err == nil, err
}

// wakeNext has the next notification of the thread tried at once, unless it waits after a refusal of its own.
func (r *riverStore) wakeNext(ctx context.Context, id int64, one outgoing) error {
	q := nextQuery(id, one)
	_, err := r.db.ExecContext(ctx, q.text, q.arguments...)
	return err
}
