package notify

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// A process that delivers from a shared database says every heartbeat that it lives. Who has not said so for the lease
// has died, and what it was sending is taken over. Both are measured by the clock of the database.
const (
	heartbeat = 5 * time.Second
	lease     = 30 * time.Second
	// strangerLease is when a message is taken from a process that is not known at all, not even as one that asks to lead
	// (see postgresLeader): it may take so long for a message.
	strangerLease = 6 * time.Minute
)

// nodeClaim is the claim to a shared database: a row that is renewed. It is for one goroutine, but for lapses.
type nodeClaim struct {
	db     *sql.DB
	me     holder
	logger hclog.Logger
	// lockPath is a file in this process's own directory. Who can lock it knows that the process that wrote it has died,
	// and need not wait for its lease; empty waits.
	lockPath string
	lock     *fileLock
	// rescue takes over what processes were sending that have been silent for so long.
	rescue func(ctx context.Context, silent time.Duration) error

	mu     sync.Mutex
	seen   time.Time // when this process has said that it lives
	steady time.Time // since when it does so without a gap
	lapsed int
}

func (c *nodeClaim) take(ctx context.Context) (bool, error) {
	if err := c.beat(ctx); err != nil {
		return false, err
	}
	c.endPredecessor(ctx)
	if err := c.rescue(ctx, longestSilence()); err != nil {
		return false, err
	}
	_, err := c.db.ExecContext(ctx, "DELETE FROM delivery_node WHERE ABS(seen_at) < EXTRACT(EPOCH FROM now()) - 86400")
	return err == nil, err
}

// longestSilence is a silence that only those have kept who have ended.
func longestSilence() time.Duration { return time.Since(time.Unix(1, 0)) }

// endPredecessor says that this process's predecessor has died.
func (c *nodeClaim) endPredecessor(ctx context.Context) {
	if c.lockPath == "" || c.lock != nil {
		return
	}
	lock, err := lockFile(c.lockPath, c.me)
	if err != nil || lock == nil {
		return // It waits for the lease then.
	}
	c.lock = lock
	if lock.before.Host == c.me.Host && lock.before.Node != "" && lock.before.Node != c.me.Node {
		c.end(ctx, lock.before.Node)
	}
}

// end says that a process lives no more: what it was sending need not wait for its lease. The row stays, because what
// nobody knows of waits longer.
func (c *nodeClaim) end(ctx context.Context, node string) {
	if _, err := c.db.ExecContext(ctx, "UPDATE delivery_node SET seen_at = -ABS(seen_at) WHERE id = $1",
		node); err != nil {
		c.logger.Warn("the end of a process that delivers could not be written down", "error", err)
	}
}

func (c *nodeClaim) keep(ctx context.Context) (bool, error) {
	c.mu.Lock()
	due := elapsed(c.seen) >= heartbeat
	c.mu.Unlock()
	if !due {
		return true, nil
	}
	if err := c.beat(ctx); err != nil {
		return true, err
	}
	return true, c.rescue(ctx, c.silence())
}

// silence is how long a process must have been silent to be taken for dead. After a gap, of the database for instance,
// the others may not have had the time to say that they live.
func (c *nodeClaim) silence() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if elapsed(c.steady) < lease {
		return longestSilence()
	}
	return lease
}

// beat says that this process lives.
func (c *nodeClaim) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	began := time.Now()
	_, err := c.db.ExecContext(ctx, `
		INSERT INTO delivery_node (id, host, pid, started_at, seen_at) VALUES ($1, $2, $3, $4, EXTRACT(EPOCH FROM now()))
		ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, started_at = excluded.started_at,
			seen_at = excluded.seen_at`,
		c.me.Node, c.me.Host, c.me.PID, float64(c.me.Since.UnixMilli())/1000)
	if err == nil {
		c.lived(began)
	}
	return err
}

// lived notes when this process has said that it lives.
func (c *nodeClaim) lived(began time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if elapsed(c.seen) >= lease {
		if !c.seen.IsZero() {
			c.lapsed++
		}
		c.steady = began
	}
	c.seen = began
}

// elapsed is the longer of what the two clocks say: one stands still while the machine sleeps, the other may be set.
func elapsed(t time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(t), now.Round(0).Sub(t.Round(0)))
}

func (c *nodeClaim) lapses() (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lapsed, elapsed(c.seen) < lease-heartbeat
}

func (c *nodeClaim) release(ctx context.Context) {
	c.end(ctx, c.me.Node)
	if c.lock != nil {
		c.lock.release()
		c.lock = nil
	}
}

func (c *nodeClaim) holders(ctx context.Context) ([]holder, error) {
	rows, err := c.db.QueryContext(ctx, `
		SELECT id, host, pid, started_at FROM delivery_node
		WHERE pid > 0 AND seen_at > EXTRACT(EPOCH FROM now()) - $1 ORDER BY started_at`, lease.Seconds())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []holder
	for rows.Next() {
		var one holder
		var started float64
		if err := rows.Scan(&one.Node, &one.Host, &one.PID, &started); err != nil {
			return nil, err
		}
		one.Since = time.UnixMilli(int64(started * 1000)).UTC()
		found = append(found, one)
	}
	return found, rows.Err()
}

// nodeLives reports whether the process has said within the lease that it delivers. A database whose clock was set back
// by more says that of nobody.
func nodeLives(ctx context.Context, database *sql.DB, node string) (lives bool, err error) {
	err = database.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM delivery_node WHERE id = $1"+
		" AND ABS(seen_at - EXTRACT(EPOCH FROM now())) < $2)", node, lease.Seconds()).Scan(&lives)
	return lives, err
}
