package notify

import (
	"context"
	"sync/atomic"
	"time"
)

// chore is something that is done in the background again and again while this process delivers. It may take long, and
// what is done every second must not wait for it.
type chore struct {
	every time.Duration
	what  string // of which is said that it could not be done
	do    func(context.Context) error

	busy atomic.Bool
	next time.Time // it belongs to tend
}

// tendChores begins each chore whose time has come. They end when the service begins to stop.
func (s *Service) tendChores() {
	now := time.Now()
	for _, one := range s.chores {
		if now.Before(one.next) && one.next.Sub(now) <= one.every || !one.busy.CompareAndSwap(false, true) {
			continue
		}
		one.next = now.Add(one.every)
		go func() {
			defer one.busy.Store(false)
			s.doChore(s.drain.begun, one)
		}()
	}
}

// doChore says once what is in the way.
func (s *Service) doChore(ctx context.Context, one *chore) {
	if err := one.do(ctx); ctx.Err() == nil {
		s.troubles.note(s.configuration.Logger, one.what+" at the moment; it is tried again", err)
	}
}

// newChores are those of the service.
func (s *Service) newChores() []*chore {
	return []*chore{
		{every: tendInterval, what: "the texts that are searched cannot be brought up to date", do: s.catchUp},
		{every: tendInterval, what: "what has expired cannot be ended", do: s.expire},
		{every: time.Minute, what: "what a wrong clock has put off cannot be found", do: s.bringBack},
		{every: time.Minute, what: "the indexes of the queue cannot be made", do: s.buildIndexes},
		{every: time.Minute, what: "recipients cannot be made ready to be looked for", do: s.foldRecipients},
		{every: time.Minute, what: "texts that nobody needs cannot be removed", do: s.dropTexts},
		{every: time.Minute, what: "what has ended long ago cannot be forgotten", do: s.forget},
		{every: sweepInterval, what: "attachments that nobody needs cannot be removed", do: s.sweep},
	}
}

// catchUp has the next search find the texts of a million notifications ready.
func (s *Service) catchUp(ctx context.Context) error {
	total, err := s.queue.total(ctx)
	if err != nil || s.queue.texts.needless(total) {
		return err
	}
	return s.queue.texts.catchUp(ctx, total)
}

// buildIndexes makes what was left when there were many notifications at the start.
func (s *Service) buildIndexes(ctx context.Context) error {
	if s.queue.built.Load() {
		return nil
	}
	now, err := s.queue.builder.made(ctx, s.queue.reader)
	if err != nil {
		return err
	}
	if s.queue.has(now); now.complete {
		return nil
	}
	if err := s.queue.builder.build(ctx); err != nil {
		return s.configuration.Store.Unprivileged(ctx, err)
	}
	if now, err = s.queue.builder.made(ctx, s.queue.reader); err == nil {
		s.queue.has(now)
	}
	return err
}
