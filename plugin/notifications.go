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
		Store: p.store, Keeper: p.keeper, Sealing: p.sealing.RLocker(), Logger: p.logger.Named("notifications"), Delivery: (&deliveries{page: p}).current,
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
	known    bool   // whether the delivery stays the same as long as the reading does
	reading  uint64 // of the store, that the delivery was made from
	delivery notify.Delivery
}

func (d *deliveries) current(ctx context.Context) (notify.Delivery, *shared.Diagnostic, error) {
	state, err := d.page.store.Current(ctx)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known && d.reading == state.Reading {
		return d.delivery, nil, nil
	}
	delivery, referenced, missing, err := d.bind(ctx)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	if missing != nil {
		d.known = false // What is missing may come without a save, such as a file with a password.
		return delivery, missing, nil
	}
	delivery.Version = d.delivery.Version
	if d.reading != state.Reading || delivery.Target.Password != d.delivery.Target.Password || delivery.Target.AccessToken != d.delivery.Target.AccessToken {
		delivery.Version++
	}
	// What a reference names may change without a save.
	d.delivery, d.reading, d.known = delivery, state.Reading, !referenced
	return delivery, nil, nil
}

// bind turns what is in force into a way to deliver, or says what is missing for one.
func (d *deliveries) bind(ctx context.Context) (delivery notify.Delivery, referenced bool, missing *shared.Diagnostic, err error) {
	bound, err := d.page.bind(ctx, shared.Draft{})
	if err != nil {
		return notify.Delivery{}, false, nil, err
	}
	delivery = notify.Delivery{From: bound.settings.Sender, SenderField: bound.settings.SenderField()}
	if bound.settings.Server == "" {
		return delivery, false, &shared.Diagnostic{
			Severity: shared.SeverityError, Code: "not_configured", Field: settings.Server,
			Summary: "No mail server has been set yet.", Detail: "Enter and save the SMTP settings.",
		}, nil
	}
	for _, one := range bound.diagnostics {
		if one.Severity == shared.SeverityError {
			return delivery, false, &one, nil
		}
	}
	target, err := bound.target(ctx)
	if err != nil {
		d.page.logger.Error("the stored secret cannot be opened", "error", err)
		unusable := unusableSecret(bound)
		return delivery, false, &unusable, nil
	}
	delivery.Target = target
	return delivery, bound.settings.PasswordReference != "", nil, nil
}
