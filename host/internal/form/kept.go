package form

import (
	"context"
	"sync"
)

// kept holds one value for each key, made when it is first asked for. The zero value is ready. It may be used
// concurrently; the values guard themselves.
type kept[Key comparable, Value any] struct {
	mu     sync.Mutex
	values map[Key]*Value
}

func (k *kept[Key, Value]) of(key Key) *Value {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = map[Key]*Value{}
	}
	if k.values[key] == nil {
		k.values[key] = new(Value)
	}
	return k.values[key]
}

// turn lets one after the other through. The zero value is ready.
type turn struct {
	once sync.Once
	slot chan struct{}
}

// take waits until nobody else has the turn; end must follow. It fails only when ctx ends before: a plugin that hangs
// keeps nobody who has left.
func (t *turn) take(ctx context.Context) error {
	t.once.Do(func() { t.slot = make(chan struct{}, 1) })
	select {
	case t.slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turn) end() { <-t.slot }
