package host

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// fakeRun is a process of the plugin in which happens what the test says.
type fakeRun struct {
	page  *transport.Connection
	ended chan struct{}
	once  sync.Once

	mu      sync.Mutex
	hangs   bool           // It answers no health check.
	work    chan struct{}  // closed when what is under way has ended; nil when nothing is
	waiting []string       // what it says that it waits for
	goodbye time.Duration  // how long it takes to end
	failure error          // of the drain
	calls   map[string]int // how often each method was called
}

func (r *fakeRun) count(method string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[method]++
}

// called is how often a method was called.
func (r *fakeRun) called(method string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[method]
}

func (r *fakeRun) Connection() *transport.Connection { return r.page }
func (r *fakeRun) Gone() <-chan struct{}             { return r.ended }
func (r *fakeRun) Ending() string                    { return "exit status 2" }
func (r *fakeRun) Info() shared.Info {
	return shared.Info{Capabilities: []string{
		shared.CapabilityNotifier, shared.CapabilityDeliveryReports, shared.CapabilityHealth,
	}}
}

func (r *fakeRun) Healthy(ctx context.Context) error {
	r.count("Healthy")
	r.mu.Lock()
	hangs := r.hangs
	r.mu.Unlock()
	if hangs {
		<-ctx.Done()
	}
	return ctx.Err()
}

// Drain says what it waits for, and returns when the work or the process has ended.
func (r *fakeRun) Drain(waiting func(string)) error {
	r.count("Drain")
	r.mu.Lock()
	work, said, failure := r.work, r.waiting, r.failure
	r.mu.Unlock()
	for _, what := range said {
		waiting(what)
	}
	if work != nil {
		select {
		case <-work:
		case <-r.ended:
			return shared.ErrPluginUnavailable
		}
	}
	return failure
}

func (r *fakeRun) Abort() { r.count("Abort"); r.end() }
func (r *fakeRun) Stop() {
	r.count("Stop")
	r.mu.Lock()
	goodbye := r.goodbye
	r.mu.Unlock()
	time.Sleep(goodbye)
	r.end()
}

func (r *fakeRun) end() { r.once.Do(func() { close(r.ended) }) }

// stage is a supervisor that starts fake runs, or is refused to.
type stage struct {
	*supervisor
	t *testing.T

	mu      sync.Mutex
	page    shared.SettingsPage // of the runs that are started
	refusal error               // of the starts
	hold    chan struct{}       // what starts wait for; nil when they do not
	tries   []time.Time
	runs    []*fakeRun
}

// newStage makes a supervisor of fake runs with the default policy, which is not opened yet.
func newStage(t *testing.T) *stage {
	s := &stage{t: t}
	s.supervisor = newSupervisor(s.begin, defaults())
	s.logger = hclog.NewNullLogger()
	return s
}

func (s *stage) begin(ctx context.Context) (run, error) {
	s.mu.Lock()
	s.tries = append(s.tries, time.Now())
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal != nil {
		return nil, s.refusal
	}
	page := &transport.Connection{SettingsPage: s.page}
	started := &fakeRun{page: page, ended: make(chan struct{}), calls: map[string]int{}}
	s.runs = append(s.runs, started)
	return started, nil
}

// opened opens the supervisor and waits until the plugin runs.
func opened(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	if err := s.open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s.expect(StateRunning)
	return s
}

// refuse has the starts that follow fail, or succeed again.
func (s *stage) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = err
}

// holdStarts has the starts that follow wait until the returned function is called.
func (s *stage) holdStarts() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = make(chan struct{})
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.hold)
		s.hold = nil
	})
}

// last is the run that was started last.
func (s *stage) last() *fakeRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs[len(s.runs)-1]
}

// started is how often a start was tried.
func (s *stage) started() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tries)
}

// crash ends the process and waits until that is noticed.
func (s *stage) crash() {
	s.last().end()
	synctest.Wait()
}

// expect fails the test unless the state is the given one, once nothing moves any more.
func (s *stage) expect(state State) {
	s.t.Helper()
	synctest.Wait()
	if now := s.status(); now.State != state {
		s.t.Fatalf("the state is %s (%s), not %s", now.State, now.Reason, state)
	}
}

// crashUntil has the plugin crash until it is in the state.
func (s *stage) crashUntil(state State) {
	s.t.Helper()
	for range s.policy.Crashes {
		synctest.Wait()
		if s.crash(); s.status().State == state {
			return
		}
		time.Sleep(s.policy.Longest)
	}
	s.t.Fatalf("after %d crashes the state is %s", s.policy.Crashes, s.status().State)
}
