package host

import (
	"errors"
	"net/http"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// ErrNoAuthorize is what the handlers answer, to everything, when WithAuthorize was not given.
var ErrNoAuthorize = errors.New("this page is closed: the Console must say who may use it (host.WithAuthorize)")

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

// NotificationsHandler serves the page of the notification service, below a path that ends in a slash.
// WithAuthorize must be given.
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
		Authorize:     h.options.authorize,
		Permissions:   formPermissions(h.options.permissions),
		Prerequisites: h.options.prerequisites,
		Language:      h.options.language,
		Paths:         h.options.paths,
		Layout:        formLayout(h.options.layout),
		PluginState:   h.pluginState,
		Restart:       h.Restart,
		Logger:        h.options.logger.Named("page"),
		History:       offered(h, shared.CapabilityHistory, h.History),
		Notifier:      offered(h, shared.CapabilityNotifier, h.Notifier),
		Operator:      offered(h, shared.CapabilityNotificationOperator, h.NotificationOperator),
		Releaser:      offered(h, shared.CapabilityHeld, h.HeldReleaser),
		Looker:        offered(h, shared.CapabilityLookNow, h.ServerLooker),
		Health:        offered(h, shared.CapabilityHealth, h.healthReporter),
		Actions:       offered(h, shared.CapabilityActions, h.ActionRunner),
		TestLimit:     form.TestLimit(h.options.testLimit),

		PublicURL: h.options.publicURL, TrustedOrigins: h.options.trustedOrigins, Theme: h.options.theme,
	}
}

// offered returns an optional part of the page as long as the plugin has it, and nil otherwise.
func offered[Part any](h *Host, capability string, part func() Part) func() Part {
	return func() (found Part) {
		if h.supervisor.offers(capability) {
			found = part()
		}
		return found
	}
}

func formPermissions(permissions func(*http.Request) Permissions) func(*http.Request) form.Permissions {
	if permissions == nil {
		return nil
	}
	return func(r *http.Request) form.Permissions { return form.Permissions(permissions(r)) }
}

func formLayout(layout Layout) form.Layout {
	if layout == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request, content form.Content) error {
		return layout(w, r, Content(content))
	}
}

func (h *Host) pluginState() form.PluginState {
	status := h.Status()
	return form.PluginState{
		Running: status.State == StateRunning, Failed: status.State == StateFailed,
		Since: status.Since, Reason: status.Reason, Log: status.Log,
	}
}
