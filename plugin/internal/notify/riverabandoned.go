package notify

import (
	"context"
	"fmt"
	"time"
)

// attemptFailure is a failed attempt of a job as the database keeps it.
type attemptFailure struct {
	text string // River's form of an attempt's error
	dead bool
	wait time.Duration // until the next attempt
}

// schedulerInterval is how often River looks for jobs whose time has come. One whose time comes sooner is made
// available for then, as River does itself.
const schedulerInterval = 5 * time.Second

// abandonedOf returns the jobs of processes that have died after the last byte of a message had gone out.
func (r *riverStore) abandonedOf(ctx context.Context, owner string) ([]int64, error) {
	q := r.abandonedQuery(owner)
	return scanIDs(r.db.QueryContext(ctx, q.text, q.arguments...))
}

func (r *riverStore) abandonedQuery(owner string) query {
	return query{text: "SELECT id FROM river_job WHERE state = 'running' AND " + r.dialect.isMarked + " AND " + owner}
}

// fail ends an abandoned attempt; false where another process has.
func (r *riverStore) fail(ctx context.Context, id int64, owner string, failed attemptFailure) (ended bool, err error) {
	next := "'retryable'"
	if failed.wait <= schedulerInterval {
		next = "'available'"
	}
	state, finalized := r.unlessCancelled(next), r.ifCancelled()
	if failed.dead {
		state, finalized = "'discarded'", r.dialect.now
	}
	count, err := changed(r.db.ExecContext(ctx, "UPDATE river_job SET state = "+state+", finalized_at = "+finalized+
		", errors = "+fmt.Sprintf(r.dialect.failed, "$2")+", scheduled_at = "+fmt.Sprintf(r.dialect.later, "$3")+
		" WHERE id = $1 AND state = 'running' AND "+r.dialect.isMarked+" AND "+owner,
		id, failed.text, failed.wait.Seconds()))
	return count > 0, err
}

// putBack has all jobs that the owner was sending done again as if nothing had been, except those whose last byte had
// gone out and what was cancelled meanwhile.
func (r *riverStore) putBack(ctx context.Context, owner string) error {
	_, err := r.db.ExecContext(ctx, r.putBackQuery(owner).text)
	return err
}

func (r *riverStore) putBackQuery(owner string) query {
	return query{text: "UPDATE river_job SET " + r.asBefore() +
		" WHERE state = 'running' AND NOT COALESCE(" + r.dialect.isMarked + ", FALSE) AND " + owner}
}
