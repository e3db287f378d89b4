package notify

import (
	"context"
	"fmt"
	"time"
)

// forgottenAtOnce is how many notifications are forgotten in one statement: others wait for it.
const forgottenAtOnce = 1000

// forget removes what has ended longer ago than it is kept. That goes by the clock of the database: what River removes
// goes by that of the machine whose process leads the others, which may be wrong.
func (s *Service) forget(ctx context.Context) error {
	now, forgotten := s.clock.Now(), int64(0)
	defer func() {
		if forgotten > 0 {
			s.configuration.Logger.Debug("what has ended long ago was forgotten", "count", forgotten)
		}
	}()
	for _, one := range []struct {
		state string
		keep  time.Duration
	}{
		{"completed", s.configuration.KeepDelivered}, {"cancelled", s.configuration.KeepFailed},
		{"discarded", s.configuration.KeepFailed},
	} {
		for more := true; more; {
			q := s.queue.forgetQuery(one.state, now.Add(-one.keep))
			count, err := changed(s.queue.db.ExecContext(ctx, q.text, q.arguments...))
			forgotten += count
			if more = count == forgottenAtOnce; err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetQuery removes jobs in a state that ended before a time, those that ended first.
func (r *riverStore) forgetQuery(state string, before time.Time) query {
	return query{
		text: "DELETE FROM river_job WHERE id IN (SELECT id FROM river_job WHERE state = CAST($1 AS " +
			r.dialect.stateType + ") AND finalized_at < $2 AND finalized_at IS NOT NULL" +
			fmt.Sprintf(" ORDER BY finalized_at LIMIT %d)", forgottenAtOnce),
		arguments: []any{state, r.dialect.instant(before)},
	}
}
