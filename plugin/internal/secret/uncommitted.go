package secret

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Sealing knows what is being sealed and is not committed yet, so that a turn to another key can wait for it before the
// old one is forgotten. Nobody who begins ever waits, however long others take. The zero value is ready for use, and it
// may be used concurrently.
type Sealing struct {
	mu      sync.Mutex
	ongoing map[chan struct{}]struct{} // each is closed when it has ended
}

// Begin is called before the first secret is sealed, and what it returns when all of them are committed or given up.
func (s *Sealing) Begin() (end func()) {
	ended := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ongoing == nil {
		s.ongoing = map[chan struct{}]struct{}{}
	}
	s.ongoing[ended] = struct{}{}
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.ongoing, ended)
		close(ended)
	})
}

// Await returns when everything that had begun before the call has ended; its error is that of ctx.
func (s *Sealing) Await(ctx context.Context) error {
	s.mu.Lock()
	begun := slices.Collect(maps.Keys(s.ongoing))
	s.mu.Unlock()
	for _, ended := range begun {
		select {
		case <-ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
