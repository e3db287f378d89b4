package host

import (
	"context"
	"path/filepath"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
	"github.com/smtp-settings/smtp-settings/host/internal/process"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// Host runs the plugin of one plugin.hcl. It may be used concurrently.
type Host struct {
	manifest   *manifest.Manifest
	options    options
	log        *pluginlog.Tail
	supervisor *supervisor
	page       *page
	watch      *healthWatch // nil when nobody wants to know
}

// Open reads the manifest, starts the plugin that it declares and checks that it keeps to the contract. Close ends the
// plugin. A manifest that cannot be used is a *manifest.Error; a plugin that does not start is an error for which
// errors.Is(err, shared.ErrPluginUnavailable) holds. After an error nothing is left running. ctx bounds the start only.
// WithStartInBackground has Open return before that.
func Open(ctx context.Context, path string, opts ...Option) (*Host, error) {
	o := defaults()
	for _, option := range opts {
		option(&o)
	}
	if o.invalid != nil {
		return nil, o.invalid
	}
	m, err := readManifest(path, o)
	if err != nil {
		return nil, err
	}
	log := pluginlog.New(o.logger.Named("plugin"))
	start, err := starter(m, o, log)
	if err != nil {
		return nil, err
	}
	o.logger = o.logger.With("plugin", m.Name)
	h := &Host{manifest: m, options: o, log: log, supervisor: newSupervisor(start, o)}
	h.page = &page{supervisor: h.supervisor, attached: o.attached != ""}
	if err := h.supervisor.open(ctx, o.background); err != nil {
		return nil, process.WithLog(err)
	}
	if o.tracer != nil {
		h.page.tracing = newTracing(o.tracer, o.logger)
		h.page.tracing.follow(h.supervisor)
	}
	if o.healthChanged != nil {
		h.watch = newHealthWatch(o.healthChanged, o.logger)
		h.watch.follow(h.supervisor)
	}
	return h, nil
}

func readManifest(path string, o options) (*manifest.Manifest, error) {
	m, err := manifest.Read(path)
	if err != nil {
		return nil, err
	}
	if o.pluginName != "" && o.pluginName != m.Name {
		reason := "declares plugin \"" + m.Name + "\", not \"" + o.pluginName + "\""
		return nil, &manifest.Error{Path: path, Reason: reason}
	}
	return m, nil
}

// starter returns what starts a process of the plugin, or attaches to it.
func starter(m *manifest.Manifest, o options, log *pluginlog.Tail) (func(context.Context) (run, error), error) {
	config := process.Config{Manifest: m, StartLimit: o.startLimit, DialOptions: o.dialOptions, Log: log}
	if o.passive {
		config.Arguments = append(config.Arguments, "-passive")
	}
	if o.dataDir != "" {
		absolute, err := filepath.Abs(o.dataDir) // The plugin does not run in this directory.
		if err != nil {
			return nil, err
		}
		config.Arguments = append(config.Arguments, "-data-dir", absolute)
	}
	return func(ctx context.Context) (run, error) {
		var p *process.Process
		var err error
		if o.attached != "" {
			p, err = process.Attach(ctx, o.attached, config)
		} else {
			p, err = process.Start(ctx, config)
		}
		if err != nil {
			return nil, err
		}
		return p, nil
	}, nil
}

// Name is the plugin's name in the manifest.
func (h *Host) Name() string { return h.manifest.Name }

// Page returns the plugin's page. It stays the same, and usable, over all restarts of the plugin.
func (h *Host) Page() shared.SettingsPage { return h.page }

// History returns the audit trail of the settings. Its calls fail with shared.ErrUnsupported when the plugin keeps
// none.
func (h *Host) History() shared.SettingsHistory { return h.page }

// KeyRotator returns what gives the plugin's secrets a new key. Its calls fail with shared.ErrUnsupported when the
// plugin has none.
func (h *Host) KeyRotator() shared.KeyRotator { return h.page }

// ActionRunner returns what runs the actions that the schema declares. Its calls fail with shared.ErrUnsupported when
// the plugin has none.
func (h *Host) ActionRunner() shared.ActionRunner { return h.page }

// NotificationOperator returns what operates the plugin's notification service. Its calls fail with
// shared.ErrUnsupported when the plugin has none, or one that cannot be operated.
func (h *Host) NotificationOperator() shared.NotificationOperator { return notifier{h.page} }

// ServerLooker returns what has the server tried at once while deliveries are paused. Its calls fail with
// shared.ErrUnsupported where the plugin does not.
func (h *Host) ServerLooker() shared.ServerLooker { return notifier{h.page} }

// HeldReleaser returns what releases notifications that the plugin holds. Its calls fail with shared.ErrUnsupported
// when the plugin holds none.
func (h *Host) HeldReleaser() shared.HeldReleaser { return notifier{h.page} }

// Migrator returns what moves the plugin's database. Its calls fail with shared.ErrUnsupported when the plugin cannot.
func (h *Host) Migrator() shared.Migrator { return h.page }

// Notifier returns the notification service. Its calls fail with shared.ErrUnsupported when the plugin has none.
func (h *Host) Notifier() shared.Notifier { return h.page.Notifier() }

// Status returns how the plugin is.
func (h *Host) Status() Status {
	status := h.supervisor.status()
	status.Log = h.log.Last()
	return status
}

// Restart starts the plugin anew, at once also when it waits for the next start or has failed. A plugin that is
// running is given the time that it needs to end what is under way, such as the final reply to a message; calls are
// answered meanwhile, and Status says what it waits for. Restart does not wait for that.
func (h *Host) Restart() { h.supervisor.requestRestart() }

// Close ends the plugin and returns when its process is gone. The plugin is first given the time that it needs to
// end what is under way, up to the drain_limit of plugin.hcl; then calls fail. A program that does not come to
// Close, because a signal or os.Exit ends it, cuts that off.
func (h *Host) Close() {
	h.supervisor.close()
	h.page.tracing.close()
	h.watch.close()
}
