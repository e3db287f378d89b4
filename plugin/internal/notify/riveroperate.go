package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/shared"
)

// mostAttempts is what River's column of attempts holds.
const mostAttempts = 32767

// operation returns the statement that does an operation to jobs: $1 are their ids, $2 is what is noted of it. A job
// whose state it does not fit is left alone.
func (r *riverStore) operation(what shared.Operation) (text string, noted bool) {
	d := r.dialect
	among := " AND kind = 'notification' AND id " + d.among("$1")
	switch what {
	case shared.OperationRetry:
		return "UPDATE river_job SET state = 'available', finalized_at = NULL, scheduled_at = " + d.now +
			fmt.Sprintf(", max_attempts = CASE WHEN attempt + %[1]d > %[2]d THEN %[2]d ELSE attempt + %[1]d END",
				maxAttempts, mostAttempts) + ", metadata = " + d.renewed +
			" WHERE (" + d.class + ") <> 'expired' AND NOT (" + textless + ")" +
			" AND (state IN ('cancelled', 'discarded', 'retryable', 'pending')" +
			" OR state IN ('available', 'scheduled') AND scheduled_at > " + d.now + ")" + among, true
	case shared.OperationCancel: // What a worker has is cancelled as soon as that lets it go.
		return "UPDATE river_job SET state = CAST(CASE WHEN state = 'running' THEN 'running' ELSE 'cancelled' END AS " +
			d.stateType + "), finalized_at = CASE WHEN state <> 'running' THEN " + d.now + " END, metadata = " +
			fmt.Sprintf(d.noted, "cancel_attempted_at") +
			" WHERE state IN ('available', 'scheduled', 'retryable', 'pending', 'running')" + among, true
	case shared.OperationSetAside:
		return "UPDATE river_job SET metadata = " + fmt.Sprintf(d.noted, "set_aside_at") +
			" WHERE (" + d.class + ") = 'dead'" + among, true
	case shared.OperationPurge:
		return "DELETE FROM river_job WHERE state IN ('completed', 'cancelled', 'discarded')" + among, false
	default:
		return "", false
	}
}

// operate does an operation to jobs, and returns to how many.
func (q *queue) operate(ctx context.Context, what shared.Operation, ids []int64,
	by operated) (changed int64, err error) {
	text, noted := q.operation(what)
	arguments := []any{q.dialect.list(ids)}
	if noted {
		arguments = append(arguments, by.encode())
	}
	if what == shared.OperationCancel {
		return q.cancel(ctx, text, arguments)
	}
	result, err := q.db.ExecContext(ctx, text, arguments...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// cancel cancels jobs, and tells the workers that have some of them. A worker that is not reached learns of it when it
// lets the job go: that it is cancelled is written down before, in one statement for all, so that none is missed that a
// worker takes or lets go meanwhile. What has gone out by then is delivered all the same.
func (q *queue) cancel(ctx context.Context, text string, arguments []any) (changed int64, err error) {
	rows, err := q.db.QueryContext(ctx, text+" RETURNING id, state = 'running'", arguments...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var running []int64
	for rows.Next() {
		var id int64
		var runs bool
		if err := rows.Scan(&id, &runs); err != nil {
			return changed, err
		}
		if changed++; runs {
			running = append(running, id)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return changed, err
	}
	for _, id := range running {
		if _, err := q.client.JobCancel(ctx, id); err != nil && !errors.Is(err, rivertype.ErrNotFound) {
			return changed, err
		}
	}
	return changed, nil
}

// operatedAtOnce is how many notifications one statement changes: others wait for it.
const operatedAtOnce = 1000

// operateAll does an operation to everything that the request lists, part by part: do returns how many it changed.
func (q *queue) operateAll(ctx context.Context, request shared.ListRequest,
	do func(ctx context.Context, ids []int64) (changed int64, err error)) (report shared.OperateReport, err error) {
	for at := (time.Time{}); ; {
		ids, err := q.listIDs(ctx, request, operatedAtOnce, at)
		if err != nil || len(ids) == 0 {
			return report, err
		}
		last := ids[len(ids)-1]
		if at, err = q.acceptedAt(ctx, last); err != nil { // Afterwards it may be gone.
			return report, err
		}
		changed, err := do(ctx, ids)
		report.Matched, report.Changed = report.Matched+int64(len(ids)), report.Changed+changed
		if err != nil {
			return report, err
		}
		request.Before = fmt.Sprint(last)
	}
}

// acceptedAt is when a notification was accepted; zero when it is gone.
func (r *riverStore) acceptedAt(ctx context.Context, id int64) (at time.Time, err error) {
	err = r.reader.QueryRowContext(ctx, "SELECT created_at FROM river_job WHERE id = $1", id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return at, err
}
