package secret

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Bounds of what is remembered of a service's answers.
const (
	// dataKeyLifetime is how long a data key can be used without asking the service again: so long a key that was
	// withdrawn in the service still opens what was opened with it just before.
	dataKeyLifetime = 5 * time.Minute
	maxDataKeys     = 1000
)

// dataKeys remembers data keys that a service has wrapped or unwrapped, because the secrets of a batch share one. It
// may be used concurrently. It asks without holding a lock: a caller that wants a data key that is known never waits
// for one that is not.
type dataKeys struct {
	asked singleflight.Group

	mu    sync.Mutex
	known map[string]dataKey // by the wrapped one
}

type dataKey struct {
	plain   []byte
	expires time.Time
}

// remember keeps a data key for a while.
func (d *dataKeys) remember(wrapped string, plain []byte) {
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[string]dataKey{}
	}
	for one, key := range d.known {
		if len(d.known) < maxDataKeys {
			break
		}
		if now.After(key.expires) {
			delete(d.known, one)
		}
	}
	for one := range d.known { // All are fresh, so any will do.
		if len(d.known) < maxDataKeys {
			break
		}
		delete(d.known, one)
	}
	d.known[wrapped] = dataKey{plain: plain, expires: now.Add(dataKeyLifetime)}
}

func (d *dataKeys) recall(wrapped string) ([]byte, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key, found := d.known[wrapped]
	return key.plain, found && time.Now().Before(key.expires)
}

// unwrap returns the data key, and asks for it when it is not known. Several who want the same one at the same time
// share one question, which outlives the caller that put it first; each returns when its own ctx ends. ask must be
// bounded.
func (d *dataKeys) unwrap(
	ctx context.Context, wrapped string, ask func(context.Context) ([]byte, error),
) ([]byte, error) {
	if plain, found := d.recall(wrapped); found {
		return plain, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answer := d.asked.DoChan(wrapped, func() (any, error) {
		plain, err := ask(context.WithoutCancel(ctx))
		if err == nil {
			d.remember(wrapped, plain)
		}
		return plain, err
	})
	select {
	case one := <-answer:
		plain, _ := one.Val.([]byte)
		return plain, one.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
