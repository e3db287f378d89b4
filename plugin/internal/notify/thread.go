package notify

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// longestBehind is how long a notification waits at most until it is looked at whether those before it in its thread
// have been sent, or have been given up.
const longestBehind = time.Minute

// behind reports whether another notification of the thread goes first, and when to look again.
func (s *Service) behind(ctx context.Context, job *river.Job[outgoing]) (wait time.Duration, is bool) {
	if job.Args.Thread == "" {
		return 0, false
	}
	wait, is, err := s.queue.behind(ctx, job.ID, job.Args)
	if err != nil {
		if ctx.Err() == nil {
			s.configuration.Logger.Warn("the order in a thread could not be looked up", "id", job.ID, "error", err)
		}
		return absence, true
	}
	return min(max(wait, absence), longestBehind), is
}

// wakeNext has the next notification of the thread sent. Where that fails it comes after a while all the same.
func (s *Service) wakeNext(ctx context.Context, job *river.Job[outgoing]) {
	if job.Args.Thread == "" {
		return
	}
	if err := s.queue.wakeNext(context.WithoutCancel(ctx), job.ID, job.Args); err != nil {
		s.configuration.Logger.Warn("the next notification of a thread could not be woken", "id", job.ID, "error", err)
	}
}
