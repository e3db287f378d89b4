package notify

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// statistics counts since the process started, and keeps the pace.
type statistics struct {
	total, failed atomic.Int64

	mu      sync.Mutex
	seconds [60]int64 // deliveries by second
	stamps  [60]int64 // which second each entry belongs to
	limiter *rate.Limiter
}

func (s *statistics) delivered(now time.Time) {
	s.total.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	second := now.Unix()
	i := second % 60
	if s.stamps[i] != second {
		s.stamps[i], s.seconds[i] = second, 0
	}
	s.seconds[i]++
}

func (s *statistics) lastMinute(now time.Time) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := int64(0)
	for i, stamp := range s.stamps {
		if now.Unix()-stamp < 60 {
			sum += s.seconds[i]
		}
	}
	return sum
}

// pace waits until the next message may be sent; 0 does not limit it.
func (s *statistics) pace(ctx context.Context, perMinute int) error {
	if perMinute <= 0 {
		return nil
	}
	s.mu.Lock()
	if s.limiter == nil {
		s.limiter = rate.NewLimiter(rate.Limit(float64(perMinute)/60), 1)
	}
	limiter := s.limiter
	s.mu.Unlock()
	return limiter.Wait(ctx)
}
