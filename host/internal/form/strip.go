package form

import (
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
