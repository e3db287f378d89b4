package form

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestLimit is how often one actor may test: a burst at once, then one test in each period. A test is a login
// attempt and a connection to wherever the actor says. Every 0 does not limit them; a Burst below 1 means 1.
type TestLimit struct {
	Every time.Duration
	Burst int
}

// tests keeps count of who is testing. It may be used concurrently.
type tests struct {
	limit TestLimit

	mu       sync.Mutex
	underWay map[string]bool
	limiters map[string]*rate.Limiter
}

func newTests(limit TestLimit) tests {
	return tests{limit: limit, underWay: map[string]bool{}, limiters: map[string]*rate.Limiter{}}
}

// maxActors bounds how many actors are remembered; their names come from the Console.
const maxActors = 10_000

// begin lets the actor test, one test at a time and not too often. It returns why not; nothing when it does, and then
// end must follow.
func (t *tests) begin(actor string, now time.Time) (busy text.Text) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.underWay[actor] {
		return text.Of("A test of yours is still running. Wait until it has ended, or cancel it.")
	}
	if t.limit.Every > 0 {
		limiter, known := t.limiters[actor]
		if !known {
			if len(t.limiters) >= maxActors {
				clear(t.limiters)
			}
			limiter = rate.NewLimiter(rate.Every(t.limit.Every), max(t.limit.Burst, 1))
			t.limiters[actor] = limiter
		}
		if !limiter.AllowN(now, 1) {
			return text.Of("You have tested very often in a short time. Wait {duration}, then test again.",
				"duration", duration(t.limit.Every))
		}
	}
	t.underWay[actor] = true
	return text.Text{}
}

func (t *tests) end(actor string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.underWay, actor)
}
