package host

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// healthPage tells of the transitions that a test adds, as one that keeps them in a database.
type healthPage struct {
	shared.SettingsPage

	mu      sync.Mutex
	all     []shared.Health
	changed chan struct{}
	err     error // ends each call at once
	calls   int
}

func newHealthPage() *healthPage { return &healthPage{changed: make(chan struct{})} }

func (p *healthPage) add(states ...shared.HealthState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, state := range states {
		number := int64(len(p.all) + 1)
		p.all = append(p.all, shared.Health{State: state, Number: number, ID: string(rune('a' + number))})
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *healthPage) Health(ctx context.Context, request shared.HealthRequest, send func(shared.Health) error) error {
	p.mu.Lock()
	p.calls++
	p.mu.Unlock()
	after := request.After
	for first := true; ; first = false {
		p.mu.Lock()
		fresh, changed, err := p.all[min(int(after), len(p.all)):], p.changed, p.err
		if first && after == 0 {
			fresh = fresh[max(0, len(fresh)-1):]
		}
		if first && len(fresh) == 0 {
			fresh = []shared.Health{{State: shared.HealthUnknown}}
			if len(p.all) > 0 {
				fresh = p.all[len(p.all)-1:]
			}
		}
		fresh = slices.Clone(fresh)
		p.mu.Unlock()
		for _, one := range fresh {
			if err := send(one); err != nil {
				return err
			}
			after = one.Number
		}
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// TestHealthIsTold holds that each transition is told once and in order, also those that happened while the plugin was
// away, and none after the end.
func TestHealthIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page, s := newHealthPage(), newStage(t)
		s.page = page
		var told []shared.HealthState
		watch := newHealthWatch(func(_ context.Context, now shared.Health) { told = append(told, now.State) },
			hclog.NewNullLogger())
		watch.follow(s.supervisor)
		if err := s.open(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		expect := func(want ...shared.HealthState) {
			t.Helper()
			time.Sleep(time.Minute)
			synctest.Wait()
			if !slices.Equal(told, want) {
				t.Errorf("told: %v, want %v", told, want)
			}
		}
		expect("unknown")
		page.add("healthy", "suspect")
		expect("unknown", "healthy", "suspect")
		s.refuse(errors.New("away"))
		s.crash()
		page.add("broken", "healthy")
		s.refuse(nil)
		expect("unknown", "healthy", "suspect", "broken", "healthy")
		s.crash()
		expect("unknown", "healthy", "suspect", "broken", "healthy")
		page.mu.Lock()
		page.err = errors.New("the database is away")
		page.mu.Unlock()
		page.add("broken")
		expect("unknown", "healthy", "suspect", "broken", "healthy", "broken")
		page.mu.Lock()
		page.err = nil
		page.mu.Unlock()
		page.add("healthy")
		expect("unknown", "healthy", "suspect", "broken", "healthy", "broken", "healthy")
		s.close()
		watch.close()
		page.add("broken")
		expect("unknown", "healthy", "suspect", "broken", "healthy", "broken", "healthy")
	})
}

// TestHealthIsTiresome holds that a plugin that breaks the contract is not asked again and again, and that one that
// tells of transitions without end is slowed down.
func TestHealthIsTiresome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page, s := newHealthPage(), newStage(t)
		s.page, page.err = page, shared.ErrContractBroken
		watch := newHealthWatch(func(context.Context, shared.Health) {}, hclog.NewNullLogger())
		watch.follow(s.supervisor)
		if err := s.open(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		page.mu.Lock()
		calls := page.calls
		page.mu.Unlock()
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
		s.close()
		watch.close()
	})
	synctest.Test(t, func(t *testing.T) {
		page, told := newHealthPage(), 0
		page.add(slices.Repeat([]shared.HealthState{"healthy", "broken"}, 1000)...)
		watch := newHealthWatch(func(context.Context, shared.Health) { told++ }, hclog.NewNullLogger())
		watch.last.Number, watch.last.State = 1, "healthy"
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		watch.listen(ctx, &transport.Connection{SettingsPage: page})
		if told > transitionBurst+60 || told < transitionBurst {
			t.Errorf("%d transitions were told in a minute", told)
		}
	})
}

// TestHealthHandler holds the statuses and the document, which tells no text of a server.
func TestHealthHandler(t *testing.T) {
	cause := &shared.Diagnostic{
		Code: "away", Summary: "mail.example is away", Evidence: &shared.Evidence{Text: "go away"},
	}
	for _, c := range []struct {
		now    shared.Health
		status int
		want   string
	}{
		{shared.Health{State: shared.HealthUnknown}, 200, `{"state":"unknown","waiting":0}`},
		{shared.Health{State: shared.HealthHealthy, Waiting: 2}, 200, `{"state":"healthy","waiting":2}`},
		{shared.Health{State: shared.HealthSuspect, Cause: cause}, 200, `{"state":"suspect","cause":"away","waiting":0}`},
		{
			shared.Health{State: shared.HealthBroken, Cause: cause, Since: time.Unix(0, 0).UTC(),
				CheckedAt: time.Unix(60, 0).UTC()}, 503,
			`{"state":"broken","since":"1970-01-01T00:00:00Z","cause":"away","waiting":0,"checked_at":"1970-01-01T00:01:00Z"}`,
		},
	} {
		told := newHealthPage()
		told.all = []shared.Health{c.now}
		s := newStage(t)
		s.page = told
		if err := s.open(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		handler := (&Host{page: &page{supervisor: s.supervisor}, supervisor: s.supervisor}).HealthHandler()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if !json.Valid(w.Body.Bytes()) || w.Code != c.status || w.Body.String() != c.want+"\n" ||
			w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("status %d: %s, want %s", w.Code, w.Body, c.want)
		}
		w = httptest.NewRecorder()
		if handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST: %d", w.Code)
		}
		s.close()
	}
}

// silentHealth never tells anything.
type silentHealth struct {
	shared.SettingsPage

	calls atomic.Int64
}

func (p *silentHealth) Health(ctx context.Context, _ shared.HealthRequest, _ func(shared.Health) error) error {
	p.calls.Add(1)
	<-ctx.Done()
	return ctx.Err()
}

// TestHealthHandlerIsPatientForItself holds that a plugin that hangs is asked once for all who want to know, and that
// who gives up does not wait for it.
func TestHealthHandlerIsPatientForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent, s := &silentHealth{}, newStage(t)
		s.page = silent
		if err := s.open(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		defer s.close()
		handler := (&Host{page: &page{supervisor: s.supervisor}, supervisor: s.supervisor}).HealthHandler()
		began := time.Now()
		var waited sync.WaitGroup
		for _, patience := range []time.Duration{0, time.Second, 2 * time.Second, time.Hour, time.Hour} {
			waited.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
				if took := time.Since(began); took != min(patience, queryLimit) || w.Code != http.StatusServiceUnavailable {
					t.Errorf("status %d after %s, of a patience of %s", w.Code, took, patience)
				}
			})
		}
		waited.Wait()
		if calls := silent.calls.Load(); calls != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}
