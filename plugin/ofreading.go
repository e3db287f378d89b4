package plugin

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// ofReading keeps what was made from one reading of the store. Making it may take a call of the service that holds the
// key, so no lock is held over it: what is kept is returned meanwhile, and a caller who gives up returns at once.
type ofReading[T any] struct {
	making *semaphore.Weighted // one caller at a time makes it

	mu      sync.Mutex
	known   bool
	reading uint64
	made    T
}

func newOfReading[T any]() *ofReading[T] { return &ofReading[T]{making: semaphore.NewWeighted(1)} }

// get returns what was made from the reading, or makes it. What is made with false is not kept.
func (o *ofReading[T]) get(
	ctx context.Context, reading uint64, build func(context.Context) (T, bool, error),
) (T, error) {
	if made, known := o.recall(reading); known {
		return made, nil
	}
	if err := o.making.Acquire(ctx, 1); err != nil {
		var none T
		return none, err
	}
	defer o.making.Release(1)
	if made, known := o.recall(reading); known { // Another caller has made it meanwhile.
		return made, nil
	}
	made, lasts, err := build(ctx)
	if err == nil {
		o.keep(reading, made, lasts)
	}
	return made, err
}

func (o *ofReading[T]) recall(reading uint64) (T, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.made, o.known && o.reading == reading
}

func (o *ofReading[T]) keep(reading uint64, made T, lasts bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.made, o.reading, o.known = made, reading, lasts
}
