package notify

import (
	"context"
	"time"
)

// stranger is about a process of a version that says nothing of itself, and delivers from the same shared database.
type stranger struct {
	gone  func(context.Context) error // what waits for its end; nil when nothing does
	asked time.Time                   // after the lease for the first time: those that live have asked to lead by then
}

// Alone reports whether no such process delivers. Of an embedded database it tells nothing: one process delivers there.
func (s *Service) Alone(ctx context.Context) (bool, error) {
	if s.configuration.Store.Pool() == nil {
		return true, nil
	}
	has, err := s.queue.hasStranger(ctx)
	return !has, err
}

// WhenAlone has do called once such a process has ended, and again until it returns no error. It is called before
// Start.
func (s *Service) WhenAlone(do func(context.Context) error) {
	s.stranger = stranger{gone: do, asked: time.Now().Add(lease - heartbeat)}
}

// lookForStranger calls what waits for the end of the other version.
func (s *Service) lookForStranger(ctx context.Context) {
	if s.stranger.gone == nil || time.Since(s.stranger.asked) < heartbeat {
		return
	}
	s.stranger.asked = time.Now()
	alone, err := s.Alone(ctx)
	if err == nil && alone {
		if err = s.stranger.gone(ctx); err == nil {
			s.stranger.gone = nil
			s.configuration.Logger.Info("no older version delivers from the database any more")
		}
	}
	if ctx.Err() == nil {
		s.troubles.note(s.configuration.Logger, "what waits for the end of an older version goes on waiting", err)
	}
}
