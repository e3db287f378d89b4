// Package plugin is the SMTP settings page: it implements the contract of package shared by sending each call to the
// one package below that knows about it. It does not know how it is served; cmd/smtp-plugin does that.
package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/egress"
	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/version"
)

// Page is the SMTP settings page. It may be used concurrently.
type Page struct {
	configuration Configuration
	references    secret.References
	egress        egress.Policy
	layers        *settings.Layers
	store         *store.Store
	keys          *secret.Keyring
	keeper        *secret.Keeper
	grants        *grant.Keeper
	tested        *tested
	testMails     *testMails
	notifications *notify.Service
	deliveries    *deliveries
	alerts        alerts
	logger        hclog.Logger
	// sealing is told of what is sealed and not committed yet; see Rekey.
	sealing secret.Sealing

	record    *ofReading[record]            // of what is in force
	granted   *ofReading[shared.SecretText] // the id of the grant in force
	stopWatch func()                        // nil when nothing is watched
}

var (
	_ shared.SettingsPage    = (*Page)(nil)
	_ shared.SettingsHistory = (*Page)(nil)
	_ shared.KeyRotator      = (*Page)(nil)
	_ shared.Drainer         = (*Page)(nil)
)

// New opens the page's database and key. Close releases them. An error of a value of plugin.hcl is a
// *manifest.ValueError.
func New(ctx context.Context, configuration Configuration) (*Page, error) {
	if configuration.Logger == nil {
		configuration.Logger = hclog.NewNullLogger()
	}
	if err := configuration.Check(); err != nil {
		return nil, err
	}
	policy, err := egress.New(configuration.Allow, configuration.Deny)
	if err != nil {
		return nil, err
	}
	layers, err := settings.ReadEnvironment(configuration.Environ)
	if err != nil {
		return nil, &manifest.ValueError{Key: "env", Err: err}
	}
	database, err := openDatabase(ctx, configuration)
	if err != nil {
		return nil, err
	}
	p := &Page{
		configuration: configuration, references: configuration.references(), egress: policy, layers: layers, store: database,
		tested: newTested(), testMails: newTestMails(), logger: configuration.Logger, record: newOfReading[record](),
		granted: newOfReading[shared.SecretText](),
	}
	if err := p.open(ctx); err != nil {
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

// open opens the key and the notification service.
func (p *Page) open(ctx context.Context) error {
	if !p.configuration.Passive { // A command may look into it, or have it used again.
		if err := p.store.Moved(ctx); err != nil {
			return err // Nothing is written to it.
		}
		if err := p.store.NoteFormat(ctx); err != nil {
			return err
		}
	}
	sealed, err := p.store.HasSecrets(ctx)
	if err != nil {
		return err
	}
	if !sealed {
		if sealed, err = notify.SealedWaits(ctx, p.store); err != nil {
			return err
		}
	}
	if p.keys, err = openKeyring(ctx, p.configuration, !sealed); err != nil {
		return err
	}
	p.keeper = secret.NewKeeper(p.keys)
	p.grants = grant.NewKeeper(p.store, p.keeper, &p.sealing)
	p.warnOfUnused(ctx)
	return p.openNotifications(ctx)
}

// warnOfUnused names settings that are stored and do not count, because the environment gives a secret.
func (p *Page) warnOfUnused(ctx context.Context) {
	state, err := p.store.Current(ctx)
	if err != nil {
		return // The call that needs it will say so.
	}
	for field, variable := range p.layers.Overruled(state.Revision.Document.Values) {
		p.logger.Warn("a stored setting is not used, because the environment gives the secret: name "+
			"it in the environment as well", "field", field, "variable", variable)
	}
}

// Drain waits for the mail server's final reply to what is being delivered, and begins no more deliveries.
func (p *Page) Drain(ctx context.Context, waiting func(what string)) error {
	return p.notifications.Drain(ctx, waiting)
}

// Close stops the notification service and ends the use of the database.
func (p *Page) Close() error {
	var err error
	if p.stopWatch != nil {
		p.stopWatch()
	}
	if p.notifications != nil {
		err = p.notifications.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if unstored := p.sealing.Await(ctx); unstored != nil {
		p.logger.Warn("something that was sealed may not be stored any more", "error", unstored)
	}
	return errors.Join(err, p.store.Close())
}

// closeLimit is how long the end waits for what is sealed and not stored yet. A provider that is renewing a sign-in
// takes the token of before no second time.
const closeLimit = 20 * time.Second

// Info describes the plugin.
func (p *Page) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "smtp", Title: "SMTP settings", Version: version.Current().Version}, nil
}

// Schema declares the form.
func (p *Page) Schema(_ context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	return settings.SchemaIn(language.Of(request.Locale)), nil
}

// Load returns the values in force.
func (p *Page) Load(ctx context.Context, _ shared.LoadRequest) (shared.Snapshot, error) {
	state, err := p.store.Current(ctx)
	snapshot := p.snapshot(state)
	_ = p.describeGrant(ctx, state, &snapshot)
	return snapshot, err
}

// Validate checks a draft.
func (p *Page) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	bound, err := p.bind(ctx, request.Draft)
	if err != nil {
		return shared.Validation{}, err
	}
	found := bound.found
	if !found.HasErrors() {
		found = append(found, bound.refusedBefore(ctx)...)
	}
	reader := language.Of(request.Locale)
	validation := shared.Validation{
		Diagnostics: found.In(reader), Preview: reader.Render(bound.preview()), Computed: bound.computed(ctx),
	}
	if request.CompareSecrets {
		validation.SameSecrets = bound.sameSecrets(ctx)
	}
	return validation, nil
}
