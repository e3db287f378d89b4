package host

import (
	"context"
	"net/http"
	"path/filepath"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// Host runs the plugin of one plugin.hcl. It may be used concurrently.
type Host struct {
	manifest   *manifest.Manifest
	options    options
	supervisor *supervisor
	page       *page
}

// Open reads the manifest, starts the plugin that it declares and checks that it keeps to the contract. Close ends the
// plugin. A manifest that cannot be used is a *manifest.Error; a plugin that does not start is an error for which
// errors.Is(err, shared.ErrPluginUnavailable) holds. After an error nothing is left running. ctx bounds the start only. WithStartInBackground has Open
// return before that.
func Open(ctx context.Context, path string, opts ...Option) (*Host, error) {
	o := defaults()
	for _, option := range opts {
		option(&o)
	}
	if directory, ok := o.overrides["data-dir"]; ok {
		absolute, err := filepath.Abs(directory)
		if err != nil {
			return nil, err
		}
		o.overrides["data-dir"] = absolute
	}
	m, err := manifest.Read(path)
	if err != nil {
		return nil, err
	}
	if o.pluginName != "" && o.pluginName != m.Name {
		return nil, &manifest.Error{Path: path, Reason: "declares plugin \"" + m.Name + "\", not \"" + o.pluginName + "\""}
	}
	s, err := supervise(ctx, m, o)
	if err != nil {
		return nil, err
	}
	return &Host{manifest: m, options: o, supervisor: s, page: &page{supervisor: s}}, nil
}

// Name is the plugin's name in the manifest.
func (h *Host) Name() string { return h.manifest.Name }

// Page returns the plugin's page. It stays the same, and usable, over all restarts of the plugin.
func (h *Host) Page() shared.SettingsPage { return h.page }

// History returns the audit trail of the settings. Its calls fail with shared.ErrUnsupported when the plugin keeps none.
func (h *Host) History() shared.SettingsHistory { return h.page }

// KeyRotator returns what gives the plugin's secrets a new key. Its calls fail with shared.ErrUnsupported when the plugin has
// none.
func (h *Host) KeyRotator() shared.KeyRotator { return h.page }

// Suggester returns what proposes values for the form. Its calls fail with shared.ErrUnsupported when the plugin makes no
// suggestions.
func (h *Host) Suggester() shared.Suggester { return h.page }

// Migrator returns what moves the plugin's database. Its calls fail with shared.ErrUnsupported when the plugin cannot.
func (h *Host) Migrator() shared.Migrator { return h.page }

// Notifier returns the notification service. Its calls fail with shared.ErrUnsupported when the plugin has none.
func (h *Host) Notifier() shared.Notifier { return h.page.Notifier() }

// Status returns how the plugin is.
func (h *Host) Status() Status { return h.supervisor.status() }

// Restart starts the plugin anew, at once also when it waits for the next start or has failed. A plugin that is running is given the
// time that it needs to end what is under way, such as the final reply to a message; calls are answered meanwhile, and Status says
// what it waits for.
func (h *Host) Restart() { h.supervisor.requestRestart() }

// Close ends the plugin and returns when its process is gone. The plugin is first given the time that it needs to end what is under
// way, up to the drain_limit of plugin.hcl; then calls fail. A program that does not come to Close, because a signal or os.Exit ends
// it, cuts that off.
func (h *Host) Close() { h.supervisor.close() }

// Handler serves the page and all that belongs to it below the path it is mounted at, which must end in a slash:
//
//	mux.Handle("/settings/smtp/", http.StripPrefix("/settings/smtp", h.Handler()))
//
// WithAuthorize must be given.
func (h *Host) Handler() http.Handler {
	if h.options.authorize == nil {
		return closed
	}
	return form.New(h.page, h.formOptions())
}

// NotificationsHandler serves the page of the notification service, below a path that ends in a slash. WithAuthorize must be
// given.
func (h *Host) NotificationsHandler() http.Handler {
	if h.options.authorize == nil {
		return closed
	}
	return form.NewNotifications(h.Notifier(), h.formOptions())
}

// closed is the handler of a Console that does not say who may use its pages.
var closed = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, ErrNoAuthorize.Error(), http.StatusForbidden)
})

func (h *Host) formOptions() form.Options {
	return form.Options{
		Notifier: func() shared.Notifier {
			if h.supervisor.offers(shared.CapabilityNotifier) {
				return h.Notifier()
			}
			return nil
		},
		History: func() shared.SettingsHistory {
			if h.supervisor.offers(shared.CapabilityHistory) {
				return h.page
			}
			return nil
		},
		Suggester: func() shared.Suggester {
			if h.supervisor.offers(shared.CapabilitySuggestions) {
				return h.page
			}
			return nil
		},
		TestLimit:     h.options.testLimit,
		Authorize:     h.options.authorize,
		Prerequisites: h.options.prerequisites,
		Layout:        h.options.layout,
		Language:      h.options.language,
		Logger:        h.options.logger.Named("page"),
		Restart:       h.Restart,
		PluginState: func() form.PluginState {
			status := h.Status()
			return form.PluginState{
				Running: status.State == StateRunning, Failed: status.State == StateFailed,
				Since: status.Since, Reason: status.Reason, Log: status.Log,
			}
		},
	}
}
