package settingstest_test

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// goodHealth is what a memoryPage tells.
var goodHealth = shared.Health{
	State: shared.HealthBroken, Number: 2, ID: "second", From: shared.HealthHealthy,
	Cause: &shared.Diagnostic{Severity: shared.SeverityError, Code: "away", Summary: "It is away."},
}

func (p *memoryPage) Health(ctx context.Context, _ shared.HealthRequest, send func(shared.Health) error) error {
	return tellHealth(ctx, goodHealth, send)
}

// tellHealth tells it once, and waits for the end.
func tellHealth(ctx context.Context, health shared.Health, send func(shared.Health) error) error {
	if err := send(health); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

func (p *wrongPage) Health(
	ctx context.Context, request shared.HealthRequest, send func(shared.Health) error,
) error {
	if p.health != nil {
		return p.health(ctx, request, send)
	}
	return p.SettingsPage.(shared.HealthReporter).Health(ctx, request, send)
}

// wrongHealth is told wrongly.
func wrongHealth(change func(*shared.Health)) breaker {
	return func(page *wrongPage, _ *memoryPage) {
		page.health = func(ctx context.Context, _ shared.HealthRequest, send func(shared.Health) error) error {
			told := goodHealth
			change(&told)
			return tellHealth(ctx, told, send)
		}
	}
}

// wrongHealths break the rule about the health.
var wrongHealths = map[string][]breaker{"health/told": {
	wrongHealth(func(h *shared.Health) { h.State = "so so" }),
	wrongHealth(func(h *shared.Health) { h.Cause = nil }),
	wrongHealth(func(h *shared.Health) { h.Cause = &shared.Diagnostic{Code: "away"} }),
	wrongHealth(func(h *shared.Health) { h.State = shared.HealthHealthy }),
	wrongHealth(func(h *shared.Health) { h.ID = "" }),
	func(page *wrongPage, _ *memoryPage) { // It tells nothing.
		page.health = func(context.Context, shared.HealthRequest, func(shared.Health) error) error { return nil }
	},
	func(page *wrongPage, _ *memoryPage) { // It tells nothing to one who has seen all.
		page.health = func(ctx context.Context, request shared.HealthRequest, send func(shared.Health) error) error {
			if request.After == 0 {
				return tellHealth(ctx, goodHealth, send)
			}
			<-ctx.Done()
			return ctx.Err()
		}
	},
	func(page *wrongPage, _ *memoryPage) { // It goes on.
		page.health = func(_ context.Context, _ shared.HealthRequest, send func(shared.Health) error) error {
			if err := send(goodHealth); err != nil {
				return err
			}
			time.Sleep(time.Hour)
			return nil
		}
	},
}}
