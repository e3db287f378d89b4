package form

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// healthLimit is how long the page waits to be told whether the saved settings work.
const healthLimit = 5 * time.Second

var errTold = errors.New("told")

// health is whether the saved settings work; nil when the plugin does not tell.
func (h *handler) health(r *http.Request) *shared.Health {
	now, err := h.options.healthNow(r.Context(), h.locale(r))
	if err != nil {
		h.logFailure(r, hclog.Warn, "it cannot be told whether the saved settings work", "error", err)
	}
	return now
}

// healthNow is whether the saved settings work; nil when the plugin does not tell.
func (o *Options) healthNow(ctx context.Context, locale string) (now *shared.Health, err error) {
	reporter := offered(o.Health)
	if reporter == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	err = reporter.Health(ctx, shared.HealthRequest{Locale: locale}, func(one shared.Health) error {
		now = &one
		return errTold
	})
	if errors.Is(err, errTold) {
		err = nil
	}
	return now, err
}

// unhealthy is what the page warns of: settings that do not work, unless the notification service says that already.
func unhealthy(health *shared.Health, service *shared.ServiceStatus) *shared.Health {
	switch {
	case health == nil || health.Cause == nil:
		return nil
	case health.State != shared.HealthBroken && health.State != shared.HealthSuspect:
		return nil
	case service != nil && service.Reason != nil &&
		(service.State == shared.ServiceDegraded || service.State == shared.ServiceStopped):
		return nil
	default:
		return health
	}
}

// healthText says in words how it is. {time} stands for the time since when it is so.
func healthText(health *shared.Health) text.Text {
	switch {
	case health.State == shared.HealthBroken:
		return text.Of("The saved settings do not work since {time}.", "time", timePlace)
	case health.CheckPassed:
		return text.Of("The saved settings will stop working soon.")
	default:
		return text.Of("The saved settings may not work any more. They are tried again soon.")
	}
}
