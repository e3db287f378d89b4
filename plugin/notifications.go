package plugin

import (
	"context"
	"path/filepath"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/notify"
	"github.com/smtp-settings/smtp-settings/plugin/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

// serviceLock is the file in the data directory that the delivering process holds.
const serviceLock = "notifications.lock"

// openNotifications makes the notification service and starts it.
func (p *Page) openNotifications(ctx context.Context) error {
	c := p.configuration
	configuration := notify.Configuration{
		Store: p.store, Keeper: p.keeper, Logger: p.logger.Named("notifications"), Delivery: (&deliveries{page: p}).current,
		Connections: c.Notifications.Connections, MessagesPerConnection: c.Notifications.MessagesPerConnection,
		MessagesPerMinute: c.Notifications.MessagesPerMinute, RetryAfter: c.Notifications.RetryAfter,
		AttemptLimit: c.Notifications.AttemptLimit, RescueAfter: c.Notifications.RescueAfter,
	}
	if c.Database == "" {
		configuration.LockFile = filepath.Join(c.DataDir, serviceLock)
	}
	var err error
	if p.notifications, err = notify.New(ctx, configuration); err != nil {
		return err
	}
	if c.Passive {
		return nil
	}
	return p.notifications.Start(ctx)
}

// Notifier returns the notification service.
func (p *Page) Notifier() shared.Notifier { return p.notifications }

// deliveries gives the settings in force to the notification service. Binding them and opening the password is done once
// for each reading of the store.
type deliveries struct {
	page *Page

	mu       sync.Mutex
	known    bool
	delivery notify.Delivery
	missing  *shared.Diagnostic
}

func (d *deliveries) current(ctx context.Context) (notify.Delivery, *shared.Diagnostic, error) {
	state, err := d.page.store.Current(ctx)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known && d.delivery.Version == state.Reading {
		return d.delivery, d.missing, nil
	}
	delivery, missing, err := d.bind(ctx)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	d.delivery, d.missing = delivery, missing
	d.known = missing == nil || missing.Code != "secret_unreadable"
	return delivery, missing, nil
}

// bind turns what is in force into a way to deliver, or says what is missing for one.
func (d *deliveries) bind(ctx context.Context) (notify.Delivery, *shared.Diagnostic, error) {
	bound, err := d.page.bind(ctx, shared.Draft{})
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	delivery := notify.Delivery{Version: bound.base.Reading, From: bound.settings.Sender, SenderField: bound.settings.SenderField()}
	if bound.settings.Server == "" {
		return delivery, &shared.Diagnostic{
			Severity: shared.SeverityError, Code: "not_configured", Field: settings.Server,
			Summary: "No mail server has been set yet.", Detail: "Enter and save the SMTP settings.",
		}, nil
	}
	for _, one := range bound.diagnostics {
		if one.Severity == shared.SeverityError {
			return delivery, &one, nil
		}
	}
	target, err := bound.target(ctx)
	if err != nil {
		d.page.logger.Error("the stored secret cannot be opened", "error", err)
		unusable := unusableSecret(bound)
		return delivery, &unusable, nil
	}
	delivery.Target = target
	return delivery, nil, nil
}
