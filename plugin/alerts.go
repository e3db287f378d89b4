package plugin

import (
	"context"

	"github.com/smtp-settings/smtp-settings/plugin/internal/alert"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// alerts are who is told that the settings do not work any more.
type alerts struct {
	webhook, heartbeat string // empty where there is none
	key                shared.SecretText
}

// readAlerts reads what plugin.hcl names. The errors are *manifest.ValueError.
func (c Configuration) readAlerts() (read alerts, err error) {
	if c.AlertURL != "" {
		if read.webhook, err = c.AlertURL.Read(); err != nil {
			return alerts{}, &manifest.ValueError{Key: "alert_url", Err: err}
		}
	}
	if read.key, err = c.AlertSecret.Read(); err != nil {
		return alerts{}, &manifest.ValueError{Key: "alert_secret", Err: err}
	}
	if c.HeartbeatURL != "" {
		if read.heartbeat, err = c.HeartbeatURL.Read(); err != nil {
			return alerts{}, &manifest.ValueError{Key: "heartbeat_url", Err: err}
		}
	}
	return read, nil
}

// tell has the watcher tell them, by the rules of where may be connected to.
func (p *Page) tell(c *health.Configuration) {
	caller := alert.NewCaller(oauth.NewTransport(smtpconn.Dialer{Permit: p.egress.Permit}, nil))
	if to := p.alerts.webhook; to != "" {
		c.Alert = func(ctx context.Context, event health.Event) error {
			return caller.Tell(ctx, to, p.alerts.key, event)
		}
	}
	if from := p.alerts.heartbeat; from != "" {
		c.Beat = func(ctx context.Context) error { return caller.Beat(ctx, from) }
	}
}
