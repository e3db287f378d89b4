package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const expires = "args ->> 'expires'"

// expiredAtOnce is how many notifications end in one statement: others wait for it.
const expiredAtOnce = 200

// expiredQuery is for jobs that wait and have expired by a time, the first to do so first. Times are compared as the
// texts that they are: UTC, and of different lengths behind the seconds. So what expires in the same second is among
// them.
func (r *riverStore) expiredQuery(by time.Time) query {
	return query{
		text: "SELECT id FROM river_job WHERE " + expires + " IS NOT NULL AND finalized_at IS NULL AND " + expires +
			" < $1 AND " + isWaiting + " AND " + r.ours() + fmt.Sprintf(" ORDER BY "+expires+" LIMIT %d", expiredAtOnce),
		arguments: []any{by.UTC().Add(time.Second).Format("2006-01-02T15:04:05")},
	}
}

// isWaiting is the condition for what no worker has and nobody holds.
const isWaiting = "state IN ('available', 'scheduled', 'retryable')"

// expiredBy returns jobs that wait and have expired by a time, or do so in the same second.
func (q *queue) expiredBy(ctx context.Context, by time.Time) ([]*rivertype.JobRow, error) {
	ids, err := q.readIDs(ctx, q.expiredQuery(by))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err := q.client.JobList(ctx, river.NewJobListParams().IDs(ids...).First(len(ids)))
	if err != nil {
		return nil, err
	}
	return found.Jobs, nil
}

// expire ends jobs that wait with the errors, as River does when a worker cancels them, and returns how many it were.
// Those that a worker has taken meanwhile are left to it.
func (r *riverStore) expire(ctx context.Context, failed map[int64]rivertype.AttemptError) (int64, error) {
	encoded, err := json.Marshal(failed)
	if err != nil {
		return 0, err
	}
	var ids []int64
	for id := range failed {
		ids = append(ids, id)
	}
	return changed(r.db.ExecContext(ctx, "UPDATE river_job SET state = 'cancelled', finalized_at = "+r.dialect.now+
		", errors = "+fmt.Sprintf(r.dialect.failed, r.dialect.ofJob)+
		" WHERE "+isWaiting+" AND id "+r.dialect.among("$1"), r.dialect.list(ids), string(encoded)))
}
