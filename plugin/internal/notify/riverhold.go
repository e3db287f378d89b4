package notify

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// A notification that is held is a job that is pending: River leaves those alone, and nothing else of ours is. A
// million of them are held and released in parts, each a transaction of its own, as the others wait for one that
// writes.
const (
	isHeld = "state = 'pending'"
	// isBefore is the condition for all that has not ended and is not held.
	isBefore = "state IN ('available', 'scheduled', 'retryable', 'running')"
)

// portion is some jobs, in the order of their ids: all that are looked for after an id and up to another one.
type portion struct {
	of          time.Time // which hold
	after, upTo int64
	ids         []int64
}

// beginHold begins to hold what waits now, unless nothing does: then the hold is not unfinished.
func (r *riverStore) beginHold(ctx context.Context, in store.Executor, why hold) (hold, error) {
	var waits bool
	err := in.QueryRowContext(ctx, "SELECT COALESCE((SELECT MAX(id) FROM river_job), 0), "+
		r.exists(why.condition())).Scan(&why.Until, &waits)
	if why.After = 0; !waits {
		why.After = why.Until
	}
	return why, err
}

// condition is the one for what is to be held. What is under way was so in an older state that was put back, or was
// taken from it.
func (h hold) condition() string {
	if h.Running {
		return isBefore
	}
	return isWaiting
}

// nextToHold returns the part that is held next.
func (r *riverStore) nextToHold(ctx context.Context, why hold) (portion, error) {
	classes := []shared.NotificationState{shared.NotificationQueued, shared.NotificationRetrying}
	if why.Running {
		classes = append(classes, shared.NotificationSending)
	}
	var queries []query
	for _, class := range classes {
		queries = append(queries, r.toHoldQuery(why, class))
	}
	return r.readPortion(ctx, portion{of: why.At, after: why.After, upTo: why.Until}, why.condition(), queries...)
}

func (r *riverStore) toHoldQuery(why hold, class shared.NotificationState) query {
	return query{
		text: "SELECT id FROM river_job WHERE (" + r.dialect.class + ") = $3 AND id > $1 AND id <= $2 AND " +
			why.condition() + " AND " + r.ours() + inParts,
		arguments: []any{why.After, why.Until, string(class)},
	}
}

// nextHeld returns the first part of what is held after an id.
func (r *riverStore) nextHeld(ctx context.Context, after int64) (portion, error) {
	return r.readPortion(ctx, portion{after: after, upTo: math.MaxInt64}, isHeld, r.heldQuery(after))
}

func (r *riverStore) heldQuery(after int64) query {
	return query{
		text:      "SELECT id FROM river_job WHERE " + isHeld + " AND id > $1 AND " + r.ours() + inParts,
		arguments: []any{after},
	}
}

// heldAtOnce is how many notifications one statement holds or releases, or gives attempts back to. It is done while
// others notify and deliver, who wait for it, however slow the machine is.
const heldAtOnce = 250

const inParts = " ORDER BY id LIMIT 250" // heldAtOnce

// readPortion reads a portion by the queries, each of which an index serves. Where these are not made yet, it looks at
// some of the jobs one after another.
func (r *riverStore) readPortion(ctx context.Context, some portion, condition string,
	queries ...query) (portion, error) {
	if !r.indexed.Load() {
		return r.scanPortion(ctx, some, condition)
	}
	for _, q := range queries {
		ids, err := r.readInOrder(ctx, q)
		if err != nil {
			return portion{}, err
		}
		some.ids = append(some.ids, ids...)
	}
	slices.Sort(some.ids)
	if len(some.ids) >= heldAtOnce {
		some.ids = some.ids[:heldAtOnce]
		some.upTo = some.ids[heldAtOnce-1]
	}
	return some, nil
}

// scanPortion looks at a few thousand jobs. The portion may be empty although more jobs follow.
func (r *riverStore) scanPortion(ctx context.Context, some portion, condition string) (portion, error) {
	const pages = 20
	from, until := some.after, some.upTo
	for range pages {
		ids, last, more, err := r.scanPage(ctx, from, until, condition)
		if err != nil {
			return portion{}, err
		}
		if some.ids = ids; !more {
			some.upTo = until
			return some, nil
		}
		if some.upTo = last; len(ids) > 0 {
			return some, nil
		}
		from = last
	}
	return some, nil
}

// scanPage returns which of the next jobs meet the condition, and the id of the last of them; more is false when there
// are no others.
func (r *riverStore) scanPage(
	ctx context.Context, after, until int64, condition string,
) (ids []int64, last int64, more bool, err error) {
	rows, err := r.bulk.QueryContext(ctx, "SELECT id, "+anyOwner+" AND "+condition+" FROM river_job WHERE id > $1"+
		" AND id <= $2"+inParts, after, until)
	if err != nil {
		return nil, 0, false, err
	}
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var meets bool
		if err := rows.Scan(&last, &meets); err != nil {
			return nil, 0, false, err
		}
		if seen++; meets {
			ids = append(ids, last)
		}
	}
	return ids, last, seen == heldAtOnce, rows.Err()
}

// holdPart holds jobs that are to be held, and returns how many it were. Those that were held before stay so.
func (r *riverStore) holdPart(ctx context.Context, transaction *sql.Tx, why hold, ids []int64) (int64, error) {
	return changed(transaction.ExecContext(ctx, r.holdStatement(why), r.dialect.list(ids)))
}

func (r *riverStore) holdStatement(why hold) string {
	return "UPDATE river_job SET state = 'pending'" +
		", attempt = CASE WHEN state = 'running' AND attempt > 0 THEN attempt - 1 ELSE attempt END" +
		" WHERE " + r.these(why.condition())
}

// releasePart releases jobs that are held, and returns how many it were: they are delivered as if they had not been
// held, or cancelled as a user does.
func (r *riverStore) releasePart(
	ctx context.Context, transaction *sql.Tx, what shared.Operation, ids []int64, by operated,
) (int64, error) {
	return changed(transaction.ExecContext(ctx, r.releaseStatement(what), r.dialect.list(ids), by.encode()))
}

func (r *riverStore) releaseStatement(what shared.Operation) string {
	change := "state = 'cancelled', finalized_at = " + r.dialect.now + ", metadata = " +
		fmt.Sprintf(r.dialect.noted, "cancel_attempted_at")
	if what == shared.OperationDeliverHeld {
		change = "state = CAST(CASE WHEN scheduled_at <= " + r.dialect.now + " THEN 'available' WHEN errors IS NULL THEN" +
			" 'scheduled' ELSE 'retryable' END AS " + r.dialect.stateType + "), metadata = " + r.dialect.audited
	}
	return "UPDATE river_job SET " + change + " WHERE " + r.these(isHeld)
}

// these is the condition for jobs of the list $1 that meet one about their state. Nothing but the list is looked up:
// PostgreSQL may take it that few jobs are in a state when all of them are since a moment ago, and would read all for
// each part.
func (r *riverStore) these(condition string) string {
	return "id " + r.dialect.among("$1") + " AND " + unindexedKind + " AND " +
		strings.Replace(condition, "state", "CAST(state AS TEXT)", 1)
}

// holdsAny reports whether something is held.
func (r *riverStore) holdsAny(ctx context.Context, in store.Executor) (holds bool, err error) {
	err = in.QueryRowContext(ctx, "SELECT "+r.exists(isHeld)).Scan(&holds)
	return holds, err
}

// exists is true when some job meets the condition, whose state an index of River's looks up.
func (r *riverStore) exists(condition string) string {
	return "EXISTS (SELECT 1 FROM river_job WHERE " + condition + " AND " + r.ours() + ")"
}

// ours is anyOwner where another condition has an index; see unindexedKind.
func (r *riverStore) ours() string { return r.dialect.unindexed("kind") + " = 'notification'" }

// heldCount is how many notifications are held. Until the triggers count them, each is looked at.
func (r *riverStore) heldCount(ctx context.Context) (count int64, err error) {
	counts, counted, err := r.keptCounts(ctx)
	if err != nil {
		return 0, err
	}
	if count, kept := counts[heldClass]; counted && kept {
		return count, nil
	}
	err = r.bulk.QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job WHERE "+isHeld+" AND "+r.ours()).Scan(&count)
	return count, err
}

// leaveToOthers leaves the embedded database to those that wait for it, other processes too, for as long as it was kept
// from them.
func leaveToOthers(ctx context.Context, database *store.Store, kept time.Duration) {
	if database.Pool() != nil {
		return
	}
	select {
	case <-time.After(kept):
	case <-ctx.Done():
	}
}

func changed(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
