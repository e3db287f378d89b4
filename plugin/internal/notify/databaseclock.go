package notify

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// databaseClock is the clock of a shared database, as this process tells it: what is decided when holds for every
// process of the database, however wrong the clock of this one's machine is. An embedded database has the clock of its
// process, and so has a nil databaseClock. It may be used concurrently.
//
// Between two readings it goes on with the machine's monotonic clock, which nobody sets.
type databaseClock struct {
	last atomic.Pointer[clockReading] // nil where it has not been read
}

// clockReading is what the database's clock said, and when that was.
type clockReading struct {
	at, said time.Time
	took     time.Duration // it was said within
}

// Now is the time that the database has. Readings are compared with each other by it; it is not for how long something
// takes.
func (c *databaseClock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	last := c.last.Load()
	if last == nil {
		return time.Now()
	}
	return last.said.Add(time.Since(last.at))
}

// NowOrNil has River take the time of the database itself where a statement can.
func (c *databaseClock) NowOrNil() *time.Time { return nil }

// read asks the database. An answer that is no more exact than what is known changes nothing.
func (c *databaseClock) read(ctx context.Context, in store.Executor) (time.Time, error) {
	asked := time.Now()
	said, err := store.ClockOfPostgres(ctx, in)
	if err != nil {
		return time.Time{}, err
	}
	took := time.Since(asked)
	last := c.last.Load()
	if differs := said.Sub(c.Now()).Abs(); last == nil || took <= last.took || differs > took {
		c.last.Store(&clockReading{at: asked.Add(took / 2), said: said, took: took})
	}
	return said, nil
}

// readClock reads the clock of a shared database, before anything is decided by it.
func (s *Service) readClock(ctx context.Context) error {
	if s.configuration.Store.Pool() == nil {
		return nil
	}
	s.clock = &databaseClock{}
	_, err := s.clock.read(ctx, s.configuration.Store.DB())
	return err
}

// insertClock has River insert with the database's clock: its driver for PostgreSQL takes that of the process
// otherwise, and a job that is scheduled by one that is ahead is not seen until then.
type insertClock struct{ *databaseClock }

// NowOrNil is the time that a job is accepted at, and scheduled for.
func (c insertClock) NowOrNil() *time.Time {
	now := c.Now()
	return &now
}
