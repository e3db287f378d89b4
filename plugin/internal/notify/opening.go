package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// opening is asked right before a new connection is opened, and told when that fails, before another delivery may try.
type opening struct {
	trace   *smtpconn.Trace
	allowed func() bool
	// pace waits, when the turn has come, until the server may be given another message; nil does not.
	pace   func(context.Context) error
	failed func(error)
	// saved is closed when the settings of the delivery are no longer the latest; nil when that does not matter.
	saved <-chan struct{}
}

// errSuperseded means that other settings were saved while a connection was opened or waited for.
var errSuperseded = errors.New("other settings were saved")

// openingGrace is how long an opening that was given up may take to end. The next one does not begin before, or the
// server would see both.
const openingGrace = 100 * time.Millisecond

// opened is what became of an attempt to open a connection.
type opened struct {
	conn *smtpconn.Conn
	err  error
}

// watch opens a connection and returns when its time has passed, when other settings were saved or when ctx ends, even
// if the opening itself does not: a server found a way to hold it, and must not hold the pool as well. What is left
// behind reports nothing any more, and closes the connection should there be one after all.
func (p *pool) watch(ctx context.Context, target smtpconn.Target, opening opening) (*smtpconn.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, target.Opening())
	steps := &steps{told: opening.trace}
	result := make(chan opened, 1)
	go func() {
		conn, err := p.dial(limited, target, steps.trace())
		result <- opened{conn, err}
	}()
	var err error
	select {
	case one := <-result:
		cancel()
		return one.conn, one.err
	case <-opening.saved:
		err = errSuperseded
	case <-limited.Done():
		if err = ctx.Err(); !errors.Is(err, context.Canceled) {
			err = &smtpconn.Error{Step: steps.current(), Kind: smtpconn.KindTimeout}
		}
	}
	cancel()
	steps.leave()
	discard := func(late opened) {
		if late.conn != nil {
			p.hangUp(late.conn, false)
		}
	}
	select {
	case late := <-result:
		tellWhatWasLearned(err, late)
		discard(late)
	case <-time.After(openingGrace):
		go func() { discard(<-result) }()
	}
	return nil, err
}

// tellWhatWasLearned has an error tell what an opening has learned that ended too late.
func tellWhatWasLearned(err error, late opened) {
	var failure, ended *smtpconn.Error
	switch {
	case !errors.As(err, &failure):
	case late.conn != nil:
		failure.Session = late.conn.Session()
	case errors.As(late.err, &ended):
		failure.Session = ended.Session
	}
}

// steps passes the steps of an opening on until it is left behind, and knows the last one.
type steps struct {
	told *smtpconn.Trace // may be nil

	mu   sync.Mutex
	step smtpconn.Step
	left bool
}

func (s *steps) trace() *smtpconn.Trace {
	return &smtpconn.Trace{
		Recorded: true,
		StepStarted: func(step smtpconn.Step) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.step = step
			if !s.left && s.told != nil && s.told.StepStarted != nil {
				s.told.StepStarted(step)
			}
		},
		StepFinished: func(step smtpconn.Step, result smtpconn.Result, took time.Duration, detail smtpconn.Detail) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if !s.left && s.told != nil && s.told.StepFinished != nil {
				s.told.StepFinished(step, result, took, detail)
			}
		},
	}
}

func (s *steps) current() smtpconn.Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.step
}

func (s *steps) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
}
