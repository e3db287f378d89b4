package notify

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// A notification that is held is a job that is pending: River leaves those alone, and nothing else of ours is.

// hold holds what waits, notes why, and returns how many notifications it are. Those that were held before stay so.
// Where running is true, what is under way is held as well: it was so in an older state that was put back, or was taken
// from it.
func (r *riverStore) hold(ctx context.Context, transaction *sql.Tx, why hold, running bool) (int64, error) {
	states := "'available', 'retryable', 'scheduled'"
	if running {
		states += ", 'running'"
	}
	count, err := changed(transaction.ExecContext(ctx, "UPDATE river_job SET state = 'pending'"+
		", attempt = CASE WHEN state = 'running' AND attempt > 0 THEN attempt - 1 ELSE attempt END"+
		" WHERE "+anyOwner+" AND state IN ("+states+")"))
	if err != nil || count == 0 {
		return 0, err
	}
	return count, store.WriteState(ctx, transaction, stateHeld, why)
}

// deliverHeld has what is held delivered as if it had not been.
func (r *riverStore) deliverHeld(ctx context.Context, transaction *sql.Tx, by operated) (int64, error) {
	next := "CASE WHEN scheduled_at <= " + r.dialect.now + " THEN 'available' WHEN errors IS NULL THEN 'scheduled' " +
		"ELSE 'retryable' END"
	return changed(transaction.ExecContext(ctx, "UPDATE river_job SET state = CAST("+next+" AS "+r.dialect.stateType+
		"), metadata = "+onlyArgument(r.dialect.audited)+" WHERE "+anyOwner+" AND state = 'pending'", by.encode()))
}

// discardHeld cancels what is held, as a user does.
func (r *riverStore) discardHeld(ctx context.Context, transaction *sql.Tx, by operated) (int64, error) {
	return changed(transaction.ExecContext(ctx, "UPDATE river_job SET state = 'cancelled', finalized_at = "+
		r.dialect.now+", metadata = "+onlyArgument(fmt.Sprintf(r.dialect.noted, "cancel_attempted_at"))+
		" WHERE "+anyOwner+" AND state = 'pending'", by.encode()))
}

// onlyArgument has an expression that notes $2 note $1, where the statement has no ids.
func onlyArgument(expression string) string { return strings.ReplaceAll(expression, "$2", "$1") }

// heldCount is how many notifications are held.
func (r *riverStore) heldCount(ctx context.Context) (count int64, err error) {
	err = r.reader.QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job WHERE "+anyOwner+" AND state = 'pending'").
		Scan(&count)
	return count, err
}

func changed(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
