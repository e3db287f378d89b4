package notify

import (
	"context"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

func init() { databaseTests["no limit of an attempt"] = testNoLimitOfAttempt }

// testNoLimitOfAttempt holds that the queue gives an attempt no time by which it has to end: a server may take all the
// time that RFC 5321 section 4.5.3.2 allows for its final reply, and what is cut off before may arrive twice. The
// wait itself is held in package smtpconn.
func testNoLimitOfAttempt(t *testing.T, database *store.Store) {
	s := newService(t, database)
	if limit := (&worker{service: s}).Timeout(nil); limit != 0 {
		t.Errorf("a delivery is limited to %s", limit)
	}
	insertOne(t, s, "slow")
	limits := make(chan time.Duration, 1)
	running := startWorker(t, s, "process", func(ctx context.Context, _ *river.Job[outgoing]) error {
		until, limited := ctx.Deadline()
		if !limited {
			until = time.Now()
		}
		limits <- time.Until(until)
		return nil
	}, "slow")
	if limit := <-limits; limit > 0 {
		t.Errorf("an attempt has to end within %s", limit)
	}
	stopWorker(t, running)
}
