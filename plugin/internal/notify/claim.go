package notify

import (
	"context"
	"os"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// claim is the right to deliver from the database: of one process at a time where it is embedded, of every process that
// says regularly that it lives where it is shared.
type claim interface {
	// take is false when another process has it. Its error, as that of keep, is no reason to give up: it passes.
	take(ctx context.Context) (bool, error)
	// keep is called every tendInterval after it was taken. It is false when another process has it now.
	keep(ctx context.Context) (bool, error)
	// lapses counts how often others may have thought that this process has died; current is false while they may.
	lapses() (count int, current bool)
	release(ctx context.Context)
	// holders are the processes that deliver, the longest first.
	holders(ctx context.Context) ([]holder, error)
}

// holder is a process that delivers.
type holder struct {
	Node  string    `json:"node"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// thisProcess is the holder that this process becomes, or has been since a time.
func thisProcess(node string, since time.Time) holder {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return holder{Node: node, Host: host, PID: os.Getpid(), Since: since.UTC()}
}

// shown is a holder as the status tells of it.
func (h holder) shown(self string) shared.Deliverer {
	return shared.Deliverer{Host: h.Host, PID: h.PID, Since: h.Since, Self: h.Node == self}
}

// fileClaim is the claim to an embedded database: a lock.
type fileClaim struct {
	path string
	me   holder
	lock *fileLock
}

func (c *fileClaim) take(context.Context) (bool, error) {
	if c.lock != nil {
		return true, nil
	}
	c.me.Since = time.Now().UTC()
	lock, err := lockFile(c.path, c.me)
	c.lock = lock
	return lock != nil, err
}

func (c *fileClaim) keep(context.Context) (bool, error) {
	kept, err := c.lock.keep(c.me)
	if !kept {
		c.release(context.Background())
	}
	return kept, err
}

func (c *fileClaim) lapses() (int, bool) { return 0, true }

func (c *fileClaim) release(context.Context) {
	if c.lock != nil {
		c.lock.release()
		c.lock = nil
	}
}

func (c *fileClaim) holders(context.Context) ([]holder, error) {
	by, held, err := lockHolder(c.path)
	if err != nil || !held {
		return nil, err
	}
	return []holder{by}, nil
}
