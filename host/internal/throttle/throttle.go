// Package throttle bounds what a plugin may send without being asked: its log, and what it tells of its deliveries.
package throttle

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Throttle is a token bucket that counts what it turns away. New makes one. It may be used concurrently.
type Throttle struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	leftOut int
}

// New returns a throttle for so many bytes in a second, and as many as burst at once.
func New(perSecond, burst int) *Throttle {
	return &Throttle{limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// Allow decides whether something of the size is taken. before is how many were left out since the last that was taken.
func (t *Throttle) Allow(size int) (allowed bool, before int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before = t.leftOut
	if allowed = t.limiter.AllowN(time.Now(), size); allowed {
		t.leftOut = 0
	} else {
		t.leftOut++
	}
	return allowed, before
}
