package host

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// MetricsHandler serves the plugin's figures in the format of Prometheus. The plugin itself opens no port. Who may read
// them is the Console's to decide.
func (h *Host) MetricsHandler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{host: h})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// collector asks the plugin at every scrape.
type collector struct{ host *Host }

var (
	metricUp = prometheus.NewDesc("settings_plugin_up",
		"Whether the plugin is running.", []string{"plugin"}, nil)
	metricExpires = prometheus.NewDesc("settings_secret_expires_timestamp_seconds",
		"When a secret of the settings is of no use any more, in seconds since 1970.", []string{"plugin", "field"}, nil)
	metricState = prometheus.NewDesc("notifications_service_state",
		"State of the notification service: 1 for the present one.", []string{"plugin", "state"}, nil)
	metricNotifications = prometheus.NewDesc("notifications",
		"Notifications by state.", []string{"plugin", "state"}, nil)
	metricDelivered = prometheus.NewDesc("notifications_delivered_total",
		"Notifications delivered since the plugin started.", []string{"plugin"}, nil)
	metricHealth = prometheus.NewDesc("settings_health_state",
		"Whether the saved settings work: 1 for the present state.", []string{"plugin", "state"}, nil)
	metricChecked = prometheus.NewDesc("settings_check_timestamp_seconds",
		"When the saved settings were last tried at the server, in seconds since 1970.", []string{"plugin"}, nil)
	metricPassed = prometheus.NewDesc("settings_check_success",
		"Whether the saved settings worked when they were last tried.", []string{"plugin"}, nil)
	metricEnds = prometheus.NewDesc("settings_ends_timestamp_seconds",
		"When something ends that the saved settings need, in seconds since 1970.", []string{"plugin", "what", "field"}, nil)
	metricWatched = prometheus.NewDesc("settings_watched_status",
		"What was found about what is watched beside the settings: 1 for the present status.",
		[]string{"plugin", "name", "status"}, nil)
	metricLooked = prometheus.NewDesc("settings_watched_timestamp_seconds",
		"When what is watched beside the settings was looked at last, in seconds since 1970.",
		[]string{"plugin", "name"}, nil)
	metricOldest = prometheus.NewDesc("notifications_oldest_waiting_timestamp_seconds",
		"When the notification was taken that has waited for the longest time, in seconds since 1970.",
		[]string{"plugin"}, nil)
	metricFailed = prometheus.NewDesc("notifications_failed_attempts_total",
		"Attempts that failed since the plugin started.", []string{"plugin"}, nil)
)

func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{
		metricUp, metricExpires, metricState, metricNotifications, metricDelivered, metricFailed, metricHealth,
		metricChecked, metricPassed, metricEnds, metricWatched, metricLooked, metricOldest,
	} {
		to <- one
	}
}

func (c *collector) Collect(to chan<- prometheus.Metric) {
	name := c.host.Name()
	gauge := func(description *prometheus.Desc, value float64, labels ...string) {
		labels = append([]string{name}, labels...)
		to <- prometheus.MustNewConstMetric(description, prometheus.GaugeValue, value, labels...)
	}
	if c.host.Status().State != StateRunning {
		gauge(metricUp, 0)
		return
	}
	gauge(metricUp, 1)
	for field, expires := range c.expiries() {
		gauge(metricExpires, float64(expires.Unix()), field)
	}
	c.collectHealth(gauge)
	if !c.host.supervisor.offers(shared.CapabilityNotifier) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryLimit)
	defer cancel()
	status, err := c.host.Notifier().Status(ctx, shared.StatusRequest{})
	if err != nil {
		return
	}
	for _, state := range []shared.ServiceState{
		shared.ServiceRunning, shared.ServiceDegraded, shared.ServiceNotConfigured, shared.ServiceStopped,
	} {
		present := 0.0
		if status.State == state {
			present = 1
		}
		gauge(metricState, present, string(state))
	}
	if !status.OldestWaiting.IsZero() {
		gauge(metricOldest, float64(status.OldestWaiting.Unix()))
	}
	for state, count := range status.Counts {
		gauge(metricNotifications, float64(count), string(state))
	}
	count := func(description *prometheus.Desc, value int64) {
		to <- prometheus.MustNewConstMetric(description, prometheus.CounterValue, float64(value), name)
	}
	count(metricDelivered, status.DeliveredTotal)
	count(metricFailed, status.FailedAttemptsTotal)
}

// collectHealth gives the figures of the health, where the plugin watches that.
func (c *collector) collectHealth(gauge func(*prometheus.Desc, float64, ...string)) {
	if !c.host.supervisor.offers(shared.CapabilityHealth) {
		return
	}
	now, err := c.host.Health(context.Background(), "")
	if err != nil {
		return
	}
	flag := func(set bool) float64 {
		if set {
			return 1
		}
		return 0
	}
	for _, state := range shared.HealthStates {
		gauge(metricHealth, flag(now.State == state), string(state))
	}
	if !now.CheckedAt.IsZero() {
		gauge(metricChecked, float64(now.CheckedAt.Unix()))
		gauge(metricPassed, flag(now.CheckPassed))
	}
	for _, one := range now.Watched {
		gauge(metricLooked, float64(one.At.Unix()), one.Name)
		for _, status := range []shared.Status{shared.StatusPassed, shared.StatusWarning, shared.StatusFailed} {
			gauge(metricWatched, flag(one.Card.Status == status), one.Name, string(status))
		}
	}
	told := map[shared.Ending]bool{}
	for _, one := range now.Endings {
		key := shared.Ending{What: one.What, Field: one.Field}
		if !told[key] { // The soonest comes first.
			gauge(metricEnds, float64(one.At.Unix()), one.What, one.Field)
		}
		told[key] = true
	}
}

// expiries are when the secrets of the page's fields end, as far as that is known.
func (c *collector) expiries() map[string]time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), queryLimit)
	defer cancel()
	schema, err := c.host.Page().Schema(ctx, shared.SchemaRequest{})
	if err != nil {
		return nil
	}
	snapshot, err := c.host.Page().Load(ctx, shared.LoadRequest{})
	if err != nil {
		return nil
	}
	known := map[string]time.Time{}
	for field := range schema.Fields() { // Names of other fields may be anything.
		if expires := snapshot.Secrets[field.Name].Expires; !expires.IsZero() {
			known[field.Name] = expires
		}
	}
	return known
}
