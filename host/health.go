package host

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/smtp-settings/smtp-settings/host/internal/process"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// WithHealthChanged has changed called with whether the saved settings work: when the plugin has started for the first
// time, and then for each transition, also those that happened while the plugin was restarted. It is called by one
// goroutine, one call after the other, with a context that ends with Close. It is not called while the plugin watches
// nothing. Two calls with the same ID are about the same transition; the first call after Open may repeat one that was
// told before.
func WithHealthChanged(changed func(context.Context, shared.Health)) Option {
	return func(o *options) { o.healthChanged = changed }
}

var _ shared.HealthReporter = (*page)(nil)

// Health tells of the health until ctx or the plugin's process ends.
func (p *page) Health(ctx context.Context, request shared.HealthRequest, send func(shared.Health) error) error {
	now, err := p.supervisor.running(ctx)
	if err != nil {
		return err
	}
	reporter, err := transport.Companion[shared.HealthReporter](now)
	if err != nil {
		return err
	}
	return reporter.Health(ctx, request, send)
}

func (h *Host) healthReporter() shared.HealthReporter { return h.page }

// errTold ends a call that has told what was asked.
var errTold = errors.New("told")

// Health returns whether the saved settings work. locale is a BCP 47 tag, empty means English. It fails with
// shared.ErrUnsupported when the plugin does not watch that.
func (h *Host) Health(ctx context.Context, locale string) (now shared.Health, err error) {
	limit := queryLimit
	if h.page.attached {
		limit = process.AttachedLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = h.page.Health(ctx, shared.HealthRequest{Locale: locale}, func(one shared.Health) error {
		now = one
		return errTold
	})
	if errors.Is(err, errTold) {
		err = nil
	}
	return now, err
}

// newHealthWatch makes a watch that calls tell.
func newHealthWatch(tell func(context.Context, shared.Health), logger hclog.Logger) *healthWatch {
	return &healthWatch{tell: tell, logger: logger, pace: rate.NewLimiter(rate.Every(transitionEvery), transitionBurst)}
}

// healthWatch tells of transitions over all restarts of the plugin.
type healthWatch struct {
	tell   func(context.Context, shared.Health)
	logger hclog.Logger
	pace   *rate.Limiter
	last   shared.Health
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// What a plugin may tell of transitions: so many at once, and one in a second. It waits to tell more.
const (
	transitionBurst = 100
	transitionEvery = time.Second
)

// listenAgain is after how long a plugin is asked again that has ended the call although it lives.
const listenAgain = 5 * time.Second

// follow listens to one process after the other, until the supervisor or the watch is closed.
func (w *healthWatch) follow(s *supervisor) {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.done.Go(func() {
		for {
			now, err := s.await(ctx)
			if err != nil {
				return
			}
			again := s.offers(shared.CapabilityHealth) && w.listen(ctx, now.Connection())
			var wait <-chan time.Time
			if again {
				wait = time.After(listenAgain)
			}
			select {
			case <-wait:
			case <-now.Gone():
			case <-ctx.Done():
			}
		}
	})
}

// listen listens to one process. It reports whether that may be asked again.
func (w *healthWatch) listen(ctx context.Context, now *transport.Connection) (again bool) {
	reporter, err := transport.Companion[shared.HealthReporter](now)
	if err == nil {
		err = reporter.Health(ctx, shared.HealthRequest{After: w.last.Number}, func(one shared.Health) error {
			if err := w.pace.Wait(ctx); err != nil {
				return err
			}
			if w.last.State == "" || one.Number != w.last.Number || one.ID != w.last.ID {
				w.last = one
				w.tell(ctx, one)
			}
			return nil
		})
	}
	broken := errors.Is(err, shared.ErrContractBroken)
	level := hclog.Debug
	if broken {
		level = hclog.Warn
	}
	w.logger.Log(level, "the plugin does not tell any more whether the settings work", "reason", err)
	return !broken && !errors.Is(err, shared.ErrUnsupported)
}

// close ends what follow has begun.
func (w *healthWatch) close() {
	if w != nil {
		w.stop()
		w.done.Wait()
	}
}

// healthDocument is what HealthHandler answers. Nothing in it is secret.
type healthDocument struct {
	State     shared.HealthState `json:"state"`
	Since     time.Time          `json:"since,omitzero"`
	Cause     string             `json:"cause,omitempty"`
	Waiting   int64              `json:"waiting"`
	CheckedAt time.Time          `json:"checked_at,omitzero"`
}

// Causes that are the host's own.
const (
	pluginUnavailable = "plugin_unavailable"
	healthUnreadable  = "health_unreadable"
)

// healthKept is for how long an answer is good: who may ask may ask often.
const healthKept = time.Second

// HealthHandler answers GET and HEAD with whether the saved settings work, as JSON: state (unknown, healthy, suspect or
// broken), since, cause (a code of docs/causes.md), waiting and checked_at. The status is 503 when the state is broken,
// which it also is while the plugin is not there, and 200 otherwise; 404 when the plugin does not watch that. Nothing
// that it tells is secret, so it may be open to a load balancer or a monitor. The plugin is asked once for all who ask
// at the same time, and an answer is good for a second; a request that is given up does not wait for it.
func (h *Host) HealthHandler() http.Handler {
	answers := &healthAnswers{ask: h.healthDocument}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		document, status := answers.get(r.Context())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(document)
	})
}

// healthAnswers has the plugin asked once for all who want to know. It may be used concurrently.
type healthAnswers struct {
	ask    func(context.Context) (healthDocument, int)
	flight singleflight.Group
	kept   atomic.Pointer[healthAnswer]
}

type healthAnswer struct {
	document healthDocument
	status   int
	at       time.Time
}

// get returns an answer that is good, or that none could be had before ctx ended.
func (a *healthAnswers) get(ctx context.Context) (healthDocument, int) {
	if last := a.kept.Load(); last != nil && time.Since(last.at) <= healthKept {
		return last.document, last.status
	}
	asked := a.flight.DoChan("", func() (any, error) {
		fresh := &healthAnswer{}
		fresh.document, fresh.status = a.ask(context.WithoutCancel(ctx)) // It has a limit of its own.
		fresh.at = time.Now()
		a.kept.Store(fresh)
		return nil, nil
	})
	select {
	case <-asked:
		last := a.kept.Load()
		return last.document, last.status
	case <-ctx.Done():
		return healthDocument{State: shared.HealthBroken, Cause: healthUnreadable}, http.StatusServiceUnavailable
	}
}

// healthDocument is the answer, and its status.
func (h *Host) healthDocument(ctx context.Context) (healthDocument, int) {
	now, err := h.Health(ctx, "")
	switch {
	case errors.Is(err, shared.ErrUnsupported):
		return healthDocument{State: shared.HealthUnknown}, http.StatusNotFound
	case errors.Is(err, shared.ErrPluginUnavailable):
		return healthDocument{State: shared.HealthBroken, Cause: pluginUnavailable}, http.StatusServiceUnavailable
	case err != nil:
		return healthDocument{State: shared.HealthBroken, Cause: healthUnreadable}, http.StatusServiceUnavailable
	}
	document := healthDocument{State: now.State, Since: now.Since, Waiting: now.Waiting, CheckedAt: now.CheckedAt}
	if now.Cause != nil {
		document.Cause = now.Cause.Code
	}
	if now.State == shared.HealthBroken {
		return document, http.StatusServiceUnavailable
	}
	return document, http.StatusOK
}
