package form_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// statusNotifier is how it says.
type statusNotifier struct {
	shared.Notifier
	status shared.ServiceStatus
}

func (n statusNotifier) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	return n.status, nil
}

func (n statusNotifier) List(context.Context, shared.ListRequest) (shared.NotificationList, error) {
	return shared.NotificationList{}, nil
}

// openedWith answers a request to the page of a plugin that tells how it is.
func openedWith(t *testing.T, health shared.HealthReporter, service shared.ServiceStatus, path string) []byte {
	t.Helper()
	page, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	handler := form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Notifier: func() shared.Notifier { return statusNotifier{status: service} },
		Health:   func() shared.HealthReporter { return health },
		Logger:   hclog.NewNullLogger(),
	})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return answer.Body.Bytes()
}

// notificationsWith answers with the page of the notifications of a plugin that tells how it is.
func notificationsWith(t *testing.T, health shared.HealthReporter, service shared.ServiceStatus) []byte {
	t.Helper()
	handler := form.NewNotifications(statusNotifier{status: service}, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil },
		Health:    func() shared.HealthReporter { return health }, Logger: hclog.NewNullLogger(),
	})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return answer.Body.Bytes()
}

// tellingPage tells how it is, or fails.
type tellingPage struct {
	now shared.Health
	err error
}

func (p tellingPage) Health(ctx context.Context, _ shared.HealthRequest, send func(shared.Health) error) error {
	if p.err != nil {
		return p.err
	}
	if err := send(p.now); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// TestUnhealthyIsShown holds that the page, when it is opened and while it is open, warns of settings that do not work,
// with the cause, and of nothing else, and not a second time of what the notification service says.
func TestUnhealthyIsShown(t *testing.T) {
	cause := &shared.Diagnostic{
		Severity: shared.SeverityError, Code: "away", Summary: "<b>It is away.</b>", Detail: "Look.",
	}
	since := time.Date(2026, 11, 27, 3, 12, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		health  tellingPage
		service shared.ServiceState
		want    string
	}{
		{"healthy", tellingPage{now: shared.Health{State: shared.HealthHealthy}}, shared.ServiceRunning, ""},
		{"unknown", tellingPage{now: shared.Health{State: shared.HealthUnknown}}, shared.ServiceRunning, ""},
		{
			"broken", tellingPage{now: shared.Health{State: shared.HealthBroken, Cause: cause, Since: since}},
			shared.ServiceRunning, `The saved settings do not work since <time datetime="2026-11-27T03:12:00Z" data-as="clock">`,
		},
		{
			"broken, and paused", tellingPage{now: shared.Health{State: shared.HealthBroken, Cause: cause, Since: since}},
			shared.ServiceDegraded, "",
		},
		{
			"suspect", tellingPage{now: shared.Health{State: shared.HealthSuspect, Cause: cause}}, shared.ServiceRunning,
			"The saved settings may not work any more. They are tried again soon.",
		},
		{
			"ends", tellingPage{now: shared.Health{State: shared.HealthSuspect, Cause: cause, CheckPassed: true}},
			shared.ServiceRunning, "The saved settings will stop working soon.",
		},
		{"not told", tellingPage{err: errors.New("away")}, shared.ServiceRunning, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := shared.ServiceStatus{State: c.service}
			if c.service == shared.ServiceDegraded {
				service.Reason = cause
			}
			shown := string(openedWith(t, c.health, service, "/"))
			var state map[string]any
			if err := json.Unmarshal(openedWith(t, c.health, service, "/state"), &state); err != nil {
				t.Fatal(err)
			}
			live, _ := state["unhealthy"].(string)
			notifications := string(notificationsWith(t, c.health, service))
			for where, got := range map[string]string{
				"the page": shown, "what is live": live, "the notifications": notifications,
			} {
				told := strings.Contains(got, "The saved settings")
				if told != (c.want != "") || !strings.Contains(got, c.want) || strings.Contains(got, "<b>It is away") {
					t.Errorf("%s: %s", where, got)
				}
				if told && !strings.Contains(got, "It is away.&lt;/b&gt; Look.") {
					t.Errorf("%s does not say the cause: %s", where, got)
				}
			}
		})
	}
}
