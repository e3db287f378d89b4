package notify

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// stuck is an opening that no context ends.
type stuck struct{ release chan struct{} }

func (s stuck) dial(_ context.Context, _ smtpconn.Target, trace *smtpconn.Trace) (*smtpconn.Conn, error) {
	trace.StepStarted(smtpconn.StepAuth)
	<-s.release
	trace.StepFinished(smtpconn.StepAuth, smtpconn.Failed, time.Hour, nil)
	return &smtpconn.Conn{}, nil
}

// reports collects the failures that the pool reports.
func reports(failures *[]error) opening {
	return opening{allowed: func() bool { return true }, failed: func(err error) { *failures = append(*failures, err) }}
}

func works(context.Context, smtpconn.Target, *smtpconn.Trace) (*smtpconn.Conn, error) {
	return &smtpconn.Conn{}, nil
}

// TestStuckOpeningIsGivenUp has an opening that never ends: it is a failure after its time, and the next delivery gets
// the only connection that the pool may have.
func TestStuckOpeningIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := stuck{make(chan struct{})}
		defer close(hanging.release)
		p := newPool(1, 100)
		p.dial = hanging.dial
		var failures []error
		began := time.Now()
		_, _, err := p.get(t.Context(), wanted{Delivery: Delivery{}}, false, reports(&failures))
		var failure *smtpconn.Error
		if !errors.As(err, &failure) || failure.Kind != smtpconn.KindTimeout || failure.Step != smtpconn.StepAuth {
			t.Errorf("given up with %v", err)
		}
		if took := time.Since(began); took != (smtpconn.Limits{}).Opening()+openingGrace {
			t.Errorf("given up after %s", took)
		}
		if len(failures) != 1 || !errors.Is(failures[0], err) {
			t.Errorf("reported: %v", failures)
		}
		p.dial = works
		if _, _, err := p.get(t.Context(), wanted{Delivery: Delivery{}}, false, reports(&failures)); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}

// TestStuckOpeningAndTheEndOfTheAttempt: an attempt whose own time is shorter is a failure as well, or nothing would
// ever pause; one that is cancelled is none.
func TestStuckOpeningAndTheEndOfTheAttempt(t *testing.T) {
	for _, c := range []struct {
		name     string
		end      func(context.Context) (context.Context, context.CancelFunc)
		want     error
		reported int
	}{
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 4*time.Second)
		}, context.DeadlineExceeded, 1},
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(4*time.Second, cancel)
			return ctx, cancel
		}, context.Canceled, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hanging := stuck{make(chan struct{})}
				defer close(hanging.release)
				p := newPool(1, 100)
				p.dial = hanging.dial
				ctx, cancel := c.end(t.Context())
				defer cancel()
				var failures []error
				began := time.Now()
				_, _, err := p.get(ctx, wanted{Delivery: Delivery{}}, false, reports(&failures))
				if !errors.Is(err, c.want) || len(failures) != c.reported || time.Since(began) != 4*time.Second+openingGrace {
					t.Errorf("%v after %s, reported: %v", err, time.Since(began), failures)
				}
			})
		})
	}
}

// TestSavingGivesUpOpenings has other settings saved while one delivery opens a connection and another one waits for
// its turn: neither goes on with the old ones, and nothing is reported.
func TestSavingGivesUpOpenings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := stuck{make(chan struct{})}
		defer close(hanging.release)
		p := newPool(2, 100)
		p.dial = hanging.dial
		var failures []error
		ended := make(chan error)
		for range 2 {
			opening := reports(&failures)
			opening.saved = p.settings()
			go func() {
				_, _, err := p.get(t.Context(), wanted{Delivery: Delivery{}}, false, opening)
				ended <- err
			}()
		}
		synctest.Wait()
		began := time.Now()
		p.supersede()
		for range 2 {
			if err := <-ended; !errors.Is(err, errSuperseded) {
				t.Errorf("ended with %v", err)
			}
		}
		p.dial = works
		opening := reports(&failures)
		opening.saved = p.settings()
		if _, _, err := p.get(t.Context(), wanted{Delivery: Delivery{}}, false, opening); err != nil ||
			time.Since(began) > 2*openingGrace ||
			len(failures) != 0 {
			t.Errorf("with the new settings: %v after %s, reported: %v", err, time.Since(began), failures)
		}
	})
}

// TestSaveOfAnotherProcess has another process save settings while a server holds the opening with the old ones.
func TestSaveOfAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := stuck{make(chan struct{})}
		defer close(hanging.release)
		p := newPool(1, 100)
		p.dial = hanging.dial
		latest := func(version string, known bool) func() (string, bool) {
			return func() (string, bool) { return version, known }
		}
		if p.opensWithOthers(latest("2", true)) {
			t.Error("nothing is being opened")
		}
		opening := reports(new([]error))
		opening.saved = p.settings()
		ended := make(chan error)
		go func() {
			_, _, err := p.get(t.Context(), wanted{Delivery: Delivery{Version: "1"}}, false, opening)
			ended <- err
		}()
		synctest.Wait()
		for _, c := range []struct {
			version       string
			known, others bool
		}{{"1", true, false}, {"", false, false}, {"2", false, false}, {"2", true, true}, {"", true, true}} {
			if others := p.opensWithOthers(latest(c.version, c.known)); others != c.others {
				t.Errorf("%+v: %t", c, others)
			}
		}
		p.supersede()
		if err := <-ended; !errors.Is(err, errSuperseded) || p.opensWithOthers(latest("2", true)) {
			t.Errorf("ended with %v, or is opened still", err)
		}
	})
}
