package notify

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/shared"
)

// counts returns how many notifications are in each state.
func (q *queue) counts(ctx context.Context) (map[shared.NotificationState]int64, error) {
	rows, err := q.db.QueryContext(ctx, `
		SELECT CASE
			WHEN state = 'running' THEN 'sending'
			WHEN state = 'completed' THEN 'delivered'
			WHEN state = 'discarded' THEN 'dead'
			WHEN state = 'cancelled' AND `+q.dialect.cancelled+` THEN 'cancelled'
			WHEN state = 'cancelled' THEN 'dead'
			WHEN errors IS NOT NULL THEN 'retrying'
			ELSE 'queued' END AS shown, COUNT(*)
		FROM river_job WHERE kind = 'notification' GROUP BY shown`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[shared.NotificationState]int64{}
	for _, state := range shared.NotificationStates {
		counts[state] = 0
	}
	for rows.Next() {
		var state string
		var count int64
		if err := rows.Scan(&state, &count); err != nil {
			return nil, err
		}
		counts[shared.NotificationState(state)] = count
	}
	return counts, rows.Err()
}

// list returns jobs, newest first.
func (q *queue) list(ctx context.Context, request shared.ListRequest, limit int) ([]*rivertype.JobRow, error) {
	params := river.NewJobListParams().Kinds(outgoing{}.Kind()).OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(limit)
	waiting := []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled}
	switch request.State {
	case "":
	case shared.NotificationQueued:
		params = params.States(waiting...).Where("errors IS NULL")
	case shared.NotificationRetrying:
		params = params.States(waiting...).Where("errors IS NOT NULL")
	case shared.NotificationSending:
		params = params.States(rivertype.JobStateRunning)
	case shared.NotificationDelivered:
		params = params.States(rivertype.JobStateCompleted)
	case shared.NotificationDead:
		params = params.Where("(state = 'discarded' OR state = 'cancelled' AND NOT (" + q.dialect.cancelled + "))")
	case shared.NotificationCancelled:
		params = params.States(rivertype.JobStateCancelled).Where(q.dialect.cancelled)
	default:
		return nil, fmt.Errorf("%w: there is no state %q", shared.ErrInvalidRequest, request.State)
	}
	if request.Before != "" {
		before, err := strconv.ParseInt(request.Before, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: there is no notification %q", shared.ErrInvalidRequest, request.Before)
		}
		params = params.Where("id < @before", river.NamedArgs{"before": before})
	}
	if request.Search != "" {
		if strings.ContainsRune(request.Search, 0) {
			return nil, nil // PostgreSQL refuses to look for what no notification may hold.
		}
		pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(request.Search) + "%"
		params = params.Where(fmt.Sprintf(`(args ->> 'to' %[1]s @pattern ESCAPE '\' OR args ->> 'subject' %[1]s @pattern ESCAPE '\')`, q.dialect.like),
			river.NamedArgs{"pattern": pattern})
	}
	result, err := q.client.JobList(ctx, params)
	if err != nil {
		return nil, err
	}
	return result.Jobs, nil
}
