package form

import (
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// serviceIcon is the sign of how the notification service is.
func serviceIcon(status *shared.ServiceStatus) string {
	switch status.State {
	case shared.ServiceRunning:
		return "passed"
	case shared.ServiceDegraded:
		return "paused"
	case shared.ServiceNotConfigured:
		return "none"
	default:
		return "failed"
	}
}

// serviceState says in one or two words how the notification service is.
func serviceState(status *shared.ServiceStatus) text.Text {
	switch status.State {
	case shared.ServiceRunning:
		return text.Of("Delivering")
	case shared.ServiceDegraded:
		return text.Of("Paused")
	case shared.ServiceNotConfigured:
		return text.Of("Not running")
	default:
		return text.Of("Stopped")
	}
}

// serviceLine says what else there is to know of it at a glance; nothing when it has nothing to do.
func serviceLine(status *shared.ServiceStatus) text.Text {
	if status.State == shared.ServiceNotConfigured {
		return text.Of("There are no settings to deliver with.")
	}
	said := text.Of("{count} waiting", "count", waiting(status))
	if status.State == shared.ServiceRunning {
		said = text.Of("{waiting}, {delivered}", "waiting", said, "delivered",
			text.Of("{count} delivered in the last minute", "count", status.DeliveredLastMinute))
	}
	if dead := status.Counts[shared.NotificationDead]; dead > 0 {
		said = text.Of("{said}; {dead} given up", "said", said, "dead", dead)
	}
	return said
}

// troubleTone is the colour of what is wrong with the notification service: red where it is met until something is
// changed, amber where it passes by itself.
func troubleTone(status shared.ServiceStatus) string {
	lasts := status.Reason != nil && status.Reason.Lasting == shared.LastingPermanent
	if lasts || status.State == shared.ServiceStopped {
		return "bad"
	}
	return "warn"
}

// notificationsPath is where the reader finds the page of the notifications, settingsPath that of the settings; empty
// where that is not known.
func (h *handler) notificationsPath(r *http.Request) (path string) {
	if h.options.Paths != nil {
		_, path = h.options.Paths(r)
	}
	return path
}

func (h *handler) settingsPath(r *http.Request) (path string) {
	if h.options.Paths != nil {
		path, _ = h.options.Paths(r)
	}
	return path
}

// troubleView is what is wrong with the notification service, and where there is more to know of it.
type troubleView struct {
	shared.ServiceStatus
	NotificationsPath string
}

// Said says in words how the service is.
func (t troubleView) Said() text.Text { return serviceText(&t.ServiceStatus) }

// Trouble is nothing when the service was not asked.
func (v *view) Trouble() *troubleView {
	if v.Service == nil {
		return nil
	}
	return &troubleView{*v.Service, v.NotificationsPath}
}
