package settingstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// healthPatience is how long a page may take to tell how it is, and to end after it was told to.
const healthPatience = 10 * time.Second

// errHeard ends a call that has said what was asked.
var errHeard = errors.New("heard")

// firstHealth is what a page tells first.
func firstHealth(ctx context.Context, r shared.HealthReporter, request shared.HealthRequest) (shared.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	var first shared.Health
	err := r.Health(ctx, request, func(one shared.Health) error {
		first = one
		return errHeard
	})
	switch {
	case errors.Is(err, errHeard):
		return first, nil
	case err == nil:
		return first, errors.New("the call ended without telling how it is")
	default:
		return first, err
	}
}

// healthTold holds that a page tells at once how it is, whole, and to one who has seen that as well, and that the call
// ends when it is cancelled, and no sooner.
func healthTold(ctx context.Context, r shared.HealthReporter) error {
	first, err := firstHealth(ctx, r, shared.HealthRequest{})
	if err != nil {
		return err
	}
	failing := first.State == shared.HealthSuspect || first.State == shared.HealthBroken
	switch {
	case !slices.Contains(shared.HealthStates, first.State):
		return fmt.Errorf("the state is %q", first.State)
	case failing && (first.Cause == nil || first.Cause.Code == "" || first.Cause.Summary == ""),
		!failing && first.Cause != nil:
		return fmt.Errorf("the state is %s, and the cause %+v", first.State, first.Cause)
	case (first.ID == "") != (first.Number == 0):
		return fmt.Errorf("the transition %d is called %q", first.Number, first.ID)
	}
	if _, err := firstHealth(ctx, r, shared.HealthRequest{After: first.Number}); err != nil {
		return fmt.Errorf("to one who has seen the transition %d: %w", first.Number, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- r.Health(ctx, shared.HealthRequest{}, func(shared.Health) error { cancel(); return nil })
	}()
	select {
	case err := <-ended:
		if ctx.Err() == nil {
			cancel()
			return fmt.Errorf("the call ended before it was cancelled: %w", err)
		}
		return nil
	case <-time.After(healthPatience):
		cancel()
		return errors.New("the call goes on after it was cancelled")
	}
}

// withHealth checks what the page tells of its health.
func withHealth(check func(context.Context, shared.HealthReporter) error) func(context.Context, page,
	shared.Draft) error {
	return func(ctx context.Context, p page, _ shared.Draft) error {
		return check(ctx, p.(shared.HealthReporter)) // Else the rule is not about the page.
	}
}

// tellsHealth reports whether the page tells of its health.
func tellsHealth(ctx context.Context, p page) bool {
	reporter, ok := p.(shared.HealthReporter)
	if !ok {
		return false
	}
	_, err := firstHealth(ctx, reporter, shared.HealthRequest{})
	return !errors.Is(err, shared.ErrUnsupported)
}
