package notify

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
)

// tendInterval is how often a process that does not deliver asks whether it may, and one that does makes sure that it
// still may. The first bounds how long nobody delivers after the other process has died.
const tendInterval = time.Second

// standby delivers as long as it has the claim, and waits for it otherwise.
type standby struct {
	claim  claim
	delay  time.Duration // before the first step; the claim is asked for at once
	logger hclog.Logger
	barred func(ctx context.Context) error // why nobody of this version may deliver; nil when they may
	adopt  func(ctx context.Context) error // unless barred, looks after what other processes have left
	begin  func(ctx context.Context) error // does the same, and starts to deliver
	halt   func() error                    // stops it again
	tend   func(ctx context.Context)       // is called at every interval

	claimed    atomic.Bool
	delivering atomic.Bool
	trouble    atomic.Pointer[error] // why it does not deliver although nobody else may; nil when all is well
	said       troubles

	stepping sync.Mutex    // held by a step
	ending   bool          // nothing is begun any more
	leave    chan struct{} // closed to end run; nil where it was never started
	ended    chan struct{}
}

// start asks for the claim, and adopts what there is before anything new is accepted. It goes on in the background.
func (s *standby) start(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // It outlives the call.
	s.leave, s.ended = make(chan struct{}), make(chan struct{})
	s.note(s.ask(ctx))
	if s.claimed.Load() {
		adopting, cancel := context.WithTimeout(ctx, heartbeat)
		s.note(s.adopt(adopting))
		cancel()
	}
	if !s.claimed.Load() && s.trouble.Load() == nil {
		s.logger.Info("another process delivers the notifications of this database")
	}
	go s.run(ctx)
}

func (s *standby) run(ctx context.Context) {
	defer close(s.ended)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // What waits for the database ends as well.
		select {
		case <-s.leave:
			cancel()
		case <-ctx.Done():
		}
	}()
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(tendInterval)
	defer ticker.Stop()
	for {
		s.note(s.step(ctx))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// step goes one step towards delivering, or makes sure that it may go on.
func (s *standby) step(ctx context.Context) error {
	s.stepping.Lock()
	defer s.stepping.Unlock()
	if s.ending && !s.claimed.Load() {
		return nil
	}
	if !s.claimed.Load() {
		if err := s.barred(ctx); err != nil {
			return err // A process of another version may want the claim.
		}
		if err := s.ask(ctx); err != nil || !s.claimed.Load() {
			return err
		}
		s.logger.Info("this process delivers from now on")
	}
	kept, err := s.claim.keep(ctx)
	if !kept {
		s.logger.Warn("another process delivers now", "error", err)
		s.claimed.Store(false)
		if s.delivering.Swap(false) {
			return s.halt()
		}
		return err
	}
	if s.ending {
		return err // What is under way is finished, and the claim held until then.
	}
	if barred := s.barred(ctx); barred != nil { // It is asked after the claim was kept: it may take its time.
		return errors.Join(barred, s.giveWay(ctx))
	}
	if !s.delivering.Load() {
		if err := s.begin(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		s.delivering.Store(true)
	}
	s.tend(ctx)
	return err
}

// giveWay ends the deliveries, and lets a process of another version have the claim.
func (s *standby) giveWay(ctx context.Context) (err error) {
	if s.delivering.Swap(false) {
		err = s.halt()
	}
	if s.claimed.Swap(false) {
		s.claim.release(ctx)
	}
	return err
}

func (s *standby) ask(ctx context.Context) error {
	taken, err := s.claim.take(ctx)
	s.claimed.Store(taken)
	return err
}

// note keeps what is wrong, and says it once.
func (s *standby) note(err error) {
	if err == nil {
		s.trouble.Store(nil)
	} else {
		s.trouble.Store(&err)
	}
	s.said.note(s.logger, "the notification service cannot do what it has to at the moment; it goes on trying", err)
}

// stop returns when nothing is begun any more, and whether this process delivers. The claim is held on until release,
// so that nobody takes over what is being finished.
func (s *standby) stop() (delivering bool) {
	s.stepping.Lock()
	defer s.stepping.Unlock()
	s.ending = true
	return s.delivering.Swap(false)
}

// release lets another process deliver. It is called after stop, and may be called again.
func (s *standby) release() {
	if s.leave != nil {
		close(s.leave)
		<-s.ended
		s.leave = nil
	}
	if s.claimed.Swap(false) {
		ctx, cancel := context.WithTimeout(context.Background(), heartbeat)
		defer cancel()
		s.claim.release(ctx)
	}
}
