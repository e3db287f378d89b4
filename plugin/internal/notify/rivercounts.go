package notify

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/smtp-settings/smtp-settings/shared"
)

// counts returns how many notifications are in each state. Dead letters that were seen are not counted.
func (r *riverStore) counts(ctx context.Context) (map[shared.NotificationState]int64, error) {
	classes, err := r.classCounts(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[shared.NotificationState]int64{}
	for _, state := range shared.NotificationStates {
		counts[state] = classes[string(state)]
	}
	return counts, nil
}

// classCounts returns how many jobs are in each class. Until the triggers count all of them, each is looked at.
func (r *riverStore) classCounts(ctx context.Context) (map[string]int64, error) {
	counts, counted, err := r.keptCounts(ctx)
	if err == nil && !counted {
		counts, err = readCounts(r.bulk.QueryContext(ctx, r.countAll()))
	}
	delete(counts, heldClass)
	return counts, err
}

// mostWaiting is up to how many that wait are looked at.
const mostWaiting = fewJobs + 1

// waiting is how many wait to be delivered; see mostWaiting.
func (r *riverStore) waiting(ctx context.Context) (waiting int64, err error) {
	counts, counted, err := r.keptCounts(ctx)
	if err != nil || counted {
		return counts[string(shared.NotificationQueued)] + counts[string(shared.NotificationRetrying)] +
			counts[string(shared.NotificationSending)], err
	}
	err = r.bulk.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM river_job WHERE "+
		"state IN ('available', 'pending', 'retryable', 'running', 'scheduled') AND %s LIMIT %d) AS few", r.ours(),
		mostWaiting)).Scan(&waiting)
	return waiting, err
}

// keptCounts returns what the triggers have counted, what is held as well, and whether that is all.
func (r *riverStore) keptCounts(ctx context.Context) (counts map[string]int64, counted bool, err error) {
	counts, err = readCounts(r.reader.QueryContext(ctx,
		"SELECT class, SUM(count) FROM notification_count GROUP BY class UNION ALL SELECT $1, COUNT(*) FROM database_state"+
			" WHERE name = $1 AND document LIKE '%\"counted\":true%'", stateIndexes))
	counted = counts[stateIndexes] > 0
	delete(counts, stateIndexes)
	return counts, counted, err
}

// readCounts reads rows of a class and a count.
func readCounts(rows *sql.Rows, err error) (map[string]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]int64{}
	for rows.Next() {
		var class string
		var count int64
		if err := rows.Scan(&class, &count); err != nil {
			return nil, err
		}
		counts[class] = count
	}
	return counts, rows.Err()
}

// oldestOf returns the id of the job that was inserted first of those in the classes; 0 when there is none.
func (r *riverStore) oldestOf(ctx context.Context, classes ...shared.NotificationState) (oldest int64, err error) {
	for _, class := range classes {
		ids, err := r.readIDs(ctx, r.oldestQuery(class))
		if err != nil {
			return 0, err
		}
		if len(ids) > 0 && (oldest == 0 || ids[0] < oldest) {
			oldest = ids[0]
		}
	}
	return oldest, nil
}

func (r *riverStore) oldestQuery(class shared.NotificationState) query {
	return query{
		text:      "SELECT id FROM river_job WHERE (" + r.dialect.class + ") = $1 ORDER BY id LIMIT 1",
		arguments: []any{string(class)},
	}
}

// sumCounts sums the rows of counts up where they are only ever inserted. Those that another process is summing up are
// left to it.
func (r *riverStore) sumCounts(ctx context.Context) error {
	if r.dialect.sumCounts == "" {
		return nil
	}
	_, err := r.db.ExecContext(ctx, r.dialect.sumCounts)
	return err
}
