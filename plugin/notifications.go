package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// serviceLock is the file in the data directory that the delivering process holds.
const serviceLock = "notifications.lock"

// notConfigured is the code of the finding that there are no settings.
const notConfigured = "not_configured"

// startDelay is for what comes before the first delivery: a host's first calls. To start the queue takes as long as
// they do.
const startDelay = 250 * time.Millisecond

// openNotifications makes the notification service and starts it.
func (p *Page) openNotifications(ctx context.Context) error {
	c := p.configuration
	p.deliveries = newDeliveries(p)
	configuration := notify.Configuration{
		Store: p.store, Keeper: p.keeper, Sealing: &p.sealing, Logger: p.logger.Named("notifications"),
		Delivery: p.deliveries.current, Expiries: p.expiries, Limits: c.Delivery,
		LockFile: filepath.Join(c.DataDir, serviceLock), StartDelay: startDelay,
	}
	var err error
	if p.notifications, err = notify.New(ctx, configuration); err != nil {
		return err
	}
	if c.Passive { // A command may look into what an older version still runs on.
		return nil
	}
	if p.alerts, err = c.readAlerts(); err != nil {
		return err
	}
	p.takeOverAlone(ctx)
	p.notifications.Start(ctx)
	p.stopWatch = p.startWatch()
	return nil
}

// takeOverAlone takes over what an older version has stored, unless such a one delivers from the same database: it
// could not open its secrets any more. Then that is done when it has ended.
func (p *Page) takeOverAlone(ctx context.Context) {
	alone, err := p.notifications.Alone(ctx)
	switch {
	case err != nil:
	case alone:
		err = p.takeOver(ctx)
	default:
		p.logger.Info("an older version delivers from the same database; secrets keep their old binding until it has ended")
		p.notifications.WhenAlone(p.takeOver)
	}
	if err != nil {
		p.logger.Warn("secrets keep their old binding until the next start", "error", err)
	}
}

// Notifier returns the notification service.
func (p *Page) Notifier() shared.Notifier { return p.notifications }

// deliveries gives the settings in force to the notification service. Binding them and opening the password is done
// once for each reading of the store.
type deliveries struct {
	page   *Page
	bound  *ofReading[notify.Delivery]
	tokens keptTokens
}

func newDeliveries(p *Page) *deliveries {
	return &deliveries{page: p, bound: newOfReading[notify.Delivery]()}
}

func (d *deliveries) current(ctx context.Context) (_ notify.Delivery, missing *finding.Finding, _ error) {
	state, err := d.page.store.Current(ctx)
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	delivery, err := d.bound.get(ctx, state.Reading,
		func(ctx context.Context) (delivery notify.Delivery, lasts bool, err error) {
			var referenced bool
			if delivery, referenced, missing, err = d.bind(ctx); err != nil || missing != nil {
				return delivery, false, err // What is missing may come without a save, such as a file with a password.
			}
			delivery.Version, delivery.Revision = d.page.version(state, delivery), state.Revision.Number
			return delivery, !referenced, nil // What a reference names may change without a save.
		})
	if err != nil {
		return notify.Delivery{}, nil, err
	}
	return delivery, missing, nil
}

// bind turns what is in force into a way to deliver, or says what is missing for one.
func (d *deliveries) bind(
	ctx context.Context,
) (delivery notify.Delivery, referenced bool, missing *finding.Finding, err error) {
	bound, err := d.page.bind(ctx, shared.Draft{})
	if err != nil {
		return notify.Delivery{}, false, nil, err
	}
	delivery = notify.Delivery{From: bound.settings.Sender, ReplyTo: bound.settings.ReplyTo,
		SenderField: bound.settings.SenderField(), ShownFields: bound.settings.ShownFields()}
	if bound.settings.Server == "" {
		return delivery, false, &finding.Finding{
			Severity: shared.SeverityError, Code: notConfigured, Field: settings.Server,
			Summary: text.Of("No mail server has been set yet."), Detail: text.Of("Enter and save the SMTP settings."),
		}, nil
	}
	for _, one := range bound.found {
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
	delivery.Target = d.tokens.keep(target)
	return delivery, bound.settings.PasswordReference != "", nil, nil
}

// version identifies what deliveries are made with. It is the same in every process that has the same settings,
// environment and referenced secrets. A test that passed with them counts as well: what was wrong with the server may
// have been mended.
func (p *Page) version(state store.State, delivery notify.Delivery) string {
	digest := sha256.New()
	revision := state.Revision
	part := func(one string) { fmt.Fprintf(digest, "%d:%s,", len(one), one) }
	part(fmt.Sprint(revision.Number))
	part(revision.At.UTC().Format(time.RFC3339Nano))
	if verified := p.snapshot(state).Verified; verified != nil && len(verified.Changed) == 0 {
		part(verified.At.UTC().Format(time.RFC3339Nano))
	}
	values := p.layers.InForce(revision.Document.Values)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		part(name)
		part(fmt.Sprint(values[name]))
	}
	part(delivery.From.String())
	part(delivery.Target.Password.Reveal())
	part(delivery.Target.AccessToken.Reveal())
	if application := applicationOf(delivery.Target); application != "" {
		part(application)
	}
	return hex.EncodeToString(digest.Sum(nil))
}
