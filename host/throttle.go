package host

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds what a plugin may send without being asked, in bytes, and counts what is left out. It may be used concurrently.
type throttle struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	leftOut int
}

func newThrottle(perSecond, burst int) throttle {
	return throttle{limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// allow decides whether something of the size is taken, and says how much before it was left out since the last that was taken.
func (t *throttle) allow(size int) (allowed bool, before int) {
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
