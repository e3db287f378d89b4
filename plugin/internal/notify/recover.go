package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"
)

// mark commits that the last bytes of messages have gone out and no reply has come yet. A mark is about one attempt: the next
// one begins at another time.
func (q *queue) mark(ctx context.Context, ids []int64) ([]struct{}, error) {
	return q.setRunning(ctx, "metadata = "+q.dialect.marked, ids)
}

// anybody is the condition for recover that holds for every job.
const anybody = "kind = 'notification'"

// silentOwner is the condition for recover that holds for the jobs of processes that have been silent for so long, and of
// processes that are not known and have had a job for strangerLease.
func (q *queue) silentOwner(silent time.Duration) string {
	return fmt.Sprintf("%s AND COALESCE((SELECT seen_at < EXTRACT(EPOCH FROM now()) - %.0f FROM delivery_node WHERE delivery_node.id = %s), "+
		"attempted_at < now() - INTERVAL '%.0f seconds')", anybody, silent.Seconds(), q.dialect.owner, strangerLease.Seconds())
}

// recover takes over what processes that have died were sending. Where the last byte of a message had gone out, and it may
// have arrived, the attempt counts, and failure says what becomes of the message; all others are done again as if nothing
// had been, except what somebody has cancelled meanwhile.
func (q *queue) recover(ctx context.Context, owner string, failure func(*rivertype.JobRow) attemptFailure) error {
	marked, err := q.markedOf(ctx, owner)
	if err != nil {
		return err
	}
	for _, id := range marked {
		job, err := q.client.JobGet(ctx, id)
		if err != nil {
			return err
		}
		if err := q.fail(ctx, id, owner, failure(job)); err != nil {
			return err
		}
	}
	_, err = q.db.ExecContext(ctx, "UPDATE river_job SET state = "+q.unlessCancelled("'available'")+", finalized_at = "+q.ifCancelled()+
		", attempt = CASE WHEN attempt > 0 THEN attempt - 1 ELSE 0 END, scheduled_at = "+q.dialect.now+
		" WHERE state = 'running' AND NOT COALESCE("+q.dialect.isMarked+", FALSE) AND "+owner)
	return err
}

// schedulerInterval is how often River looks for jobs whose time has come. One whose time comes sooner is made available
// for then, as River does itself.
const schedulerInterval = 5 * time.Second

// depose lets this process lead River's processes at once. Where nobody else delivers, the one that led them has died.
func (q *queue) depose(ctx context.Context) error {
	_, err := q.db.ExecContext(ctx, "DELETE FROM river_leader")
	return err
}

// fail ends an abandoned attempt.
func (q *queue) fail(ctx context.Context, id int64, owner string, failed attemptFailure) error {
	next := "'retryable'"
	if failed.wait <= schedulerInterval {
		next = "'available'"
	}
	state, finalized := q.unlessCancelled(next), q.ifCancelled()
	if failed.dead {
		state, finalized = "'discarded'", q.dialect.now
	}
	_, err := q.db.ExecContext(ctx, "UPDATE river_job SET state = "+state+", finalized_at = "+finalized+
		", errors = "+fmt.Sprintf(q.dialect.failed, "$2")+", scheduled_at = "+fmt.Sprintf(q.dialect.later, "$3")+
		" WHERE id = $1 AND state = 'running' AND "+q.dialect.isMarked+" AND "+owner, id, failed.text, failed.wait.Seconds())
	return err
}

func (q *queue) unlessCancelled(state string) string {
	return "CAST(CASE WHEN " + q.dialect.cancelled + " THEN 'cancelled' ELSE " + state + " END AS " + q.dialect.stateType + ")"
}

func (q *queue) ifCancelled() string {
	return "CASE WHEN " + q.dialect.cancelled + " THEN " + q.dialect.now + " END"
}

func (q *queue) markedOf(ctx context.Context, owner string) (ids []int64, err error) {
	rows, err := q.db.QueryContext(ctx, "SELECT id FROM river_job WHERE state = 'running' AND "+q.dialect.isMarked+" AND "+owner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// isOurs reports whether the attempt still is this process's: another one may have taken the job over.
func (q *queue) isOurs(ctx context.Context, job *rivertype.JobRow, node string) (bool, error) {
	var count int
	err := q.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job WHERE id = $1 AND state = 'running' AND attempt = $2 AND "+q.dialect.owner+" = $3",
		job.ID, job.Attempt, node).Scan(&count)
	return count == 1, err
}
