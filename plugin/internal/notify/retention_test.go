package notify

import (
	"testing"
	"time"
)

// TestRetention holds for how long River keeps what has ended: what was delivered, and what was cancelled or is dead.
func TestRetention(t *testing.T) {
	const day = 24 * time.Hour
	s := newService(t, engines["sqlite"](t)(t))
	for _, c := range []struct{ delivered, failed, wantDelivered, wantFailed time.Duration }{
		{0, 0, 7 * day, 90 * day}, {3 * day, 5 * day, 3 * day, 5 * day},
	} {
		s.configuration.KeepDelivered, s.configuration.KeepFailed = c.delivered, c.failed
		s.configuration = withDefaults(s.configuration)
		config := riverConfig(s)
		if config.CompletedJobRetentionPeriod != c.wantDelivered || config.CancelledJobRetentionPeriod != c.wantFailed ||
			config.DiscardedJobRetentionPeriod != c.wantFailed {
			t.Errorf("%+v: %s, %s, %s", c, config.CompletedJobRetentionPeriod, config.CancelledJobRetentionPeriod,
				config.DiscardedJobRetentionPeriod)
		}
	}
}
