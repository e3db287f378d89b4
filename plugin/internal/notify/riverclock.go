package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// clocksDiffer is by how much the clocks of processes may differ that are right.
const clocksDiffer = time.Minute

// longestRest is longer than anything waits at once that was never refused.
const longestRest = time.Hour

// longestNamedWait is the longest wait of all, which a server may ask for.
const longestNamedWait = 24 * time.Hour

// putOffQuery has what was put off by a clock that was ahead, or before a clock was set back, done when its turn comes.
// It was written down in the future, or is to wait for longer than this service has anything wait.
func (r *riverStore) putOffQuery() query {
	in := func(wait time.Duration) string {
		return fmt.Sprintf(r.dialect.later, fmt.Sprintf("%.0f", wait.Seconds()))
	}
	soon := in(clocksDiffer)
	return query{text: "UPDATE river_job SET state = 'available', scheduled_at = " + r.dialect.now +
		", created_at = CASE WHEN created_at > " + soon + " THEN " + r.dialect.now + " ELSE created_at END" +
		" WHERE " + isWaiting + " AND queue IN ('" + acceptedQueue + "', '" + river.QueueDefault + "')" +
		" AND priority IN (1, 2, 3, 4) AND scheduled_at > " + soon +
		" AND (state = 'available' OR created_at > " + soon + " OR attempted_at > " + soon +
		" OR errors IS NULL AND scheduled_at > " + in(longestRest) +
		" OR scheduled_at > " + in(longestNamedWait+clocksDiffer) + ")"}
}

// bringBack finds what was put off by a clock that was wrong.
func (s *Service) bringBack(ctx context.Context) error {
	count, err := changed(s.queue.db.ExecContext(ctx, s.queue.putOffQuery().text))
	if count > 0 {
		s.configuration.Logger.Warn("a clock was set, and what it had put off is done now", "count", count)
	}
	return err
}
