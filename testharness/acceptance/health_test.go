package acceptance

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// awaitHealth waits until the state and the code of its cause are the given ones.
func awaitHealth(t *testing.T, h *host.Host, state shared.HealthState, cause string) shared.Health {
	t.Helper()
	late := time.Now().Add(time.Minute)
	for {
		now, err := h.Health(t.Context(), "")
		code := ""
		if now.Cause != nil {
			code = now.Cause.Code
		}
		switch {
		case err == nil && now.State == state && code == cause:
			return now
		case time.Now().After(late):
			t.Fatalf("the health is %+v, not %s for %q, %v", now, state, cause, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestHealth has the password changed at the mail server, while nothing is delivered: the Console is told, once, over a
// crash of the plugin as well, and monitors, metrics and the command line see it, in the reader's language, without
// anything that is nobody's business.
func TestHealth(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `verify_every = "1s"`)
	told := make(chan shared.Health, 100)
	h := supervised(t, path, host.WithHealthChanged(func(_ context.Context, now shared.Health) { told <- now }))
	configure(t, h, server.Port(), server.Password)
	awaitHealth(t, h, shared.HealthHealthy, "")
	if code, document := getHealth(h); code != http.StatusOK || document["state"] != "healthy" {
		t.Errorf("%d: %v", code, document)
	}
	port := server.Port()
	server.Close()
	server = practiceMailServer(t)
	server.Password = "changed" + canaryPassword
	startMailServer(t, server, port)
	broken := awaitHealth(t, h, shared.HealthBroken, "wrong_credentials")
	checkBroken(t, h, path)
	crashed := pluginProcess(t, path)
	_ = kill(crashed, syscall.SIGKILL)
	awaitAnother(t, path, crashed)
	if again := awaitHealth(t, h, shared.HealthBroken, "wrong_credentials"); again.ID != broken.ID {
		t.Errorf("after a crash: %+v, before: %+v", again, broken)
	}
	configure(t, h, port, server.Password)
	last := awaitHealth(t, h, shared.HealthHealthy, "")
	checkTold(t, told, last)
	if r := harness(t, "", "health", "--manifest", path); r.status != 0 || !strings.Contains(r.stdout, "State: healthy") {
		t.Errorf("%+v", r)
	}
	if r := harness(t, "", "health", "--manifest", manifest(t, "webhook", "webhook-plugin")); r.status != 1 ||
		!strings.Contains(r.stderr, "does not watch whether its settings work") {
		t.Errorf("%+v", r)
	}
}

// checkTold holds that each transition up to the last one was told once, in order.
func checkTold(t *testing.T, told <-chan shared.Health, last shared.Health) {
	t.Helper()
	var states []shared.HealthState
	seen := map[string]bool{}
	for number := int64(0); number < last.Number; {
		select {
		case now := <-told:
			if now.Number <= number && now.Number > 0 || seen[now.ID] {
				t.Errorf("after the transition %d: %+v", number, now)
			}
			number, seen[now.ID] = now.Number, true
			states = append(states, now.State)
		case <-time.After(time.Minute):
			t.Fatalf("told so far: %v", states)
		}
	}
	if !slices.Contains(states, shared.HealthBroken) || states[len(states)-1] != shared.HealthHealthy {
		t.Errorf("told: %v", states)
	}
}

// checkBroken looks from everywhere at settings that do not work any more.
func checkBroken(t *testing.T, h *host.Host, path string) {
	t.Helper()
	code, document := getHealth(h)
	if code != http.StatusServiceUnavailable || document["state"] != "broken" ||
		document["cause"] != "wrong_credentials" ||
		document["since"] == nil || document["checked_at"] == nil || document["waiting"] != 0.0 || len(document) != 5 {
		t.Errorf("%d: %v", code, document)
	}
	metrics := httptest.NewRecorder()
	h.MetricsHandler().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`settings_health_state{plugin="smtp",state="broken"} 1`, `settings_health_state{plugin="smtp",state="healthy"} 0`,
		`settings_check_success{plugin="smtp"} 0`, `settings_check_timestamp_seconds{plugin="smtp"} 1`,
	} {
		if !strings.Contains(metrics.Body.String(), want) {
			t.Errorf("the metrics do not hold %s:\n%s", want, metrics.Body.String())
		}
	}
	summaries := map[string]bool{}
	for _, language := range []string{"en", "de", "fr", "es", "pt", "ru", "ja", "zh"} {
		now, err := h.Health(t.Context(), language)
		if err != nil || now.Cause == nil {
			t.Fatal(err)
		}
		summaries[now.Cause.Summary] = true
	}
	if len(summaries) != 8 {
		t.Errorf("the cause in eight languages: %v", summaries)
	}
	r := harness(t, "", "health", "--manifest", path, "--json")
	var now shared.Health
	if err := json.Unmarshal([]byte(r.stdout), &now); err != nil || r.status != 1 || now.State != shared.HealthBroken ||
		now.Cause == nil || now.CheckPassed || strings.Contains(r.stdout, canaryPassword) {
		t.Errorf("%v: %+v", err, r)
	}
}

// getHealth asks as a monitor does.
func getHealth(h *host.Host) (code int, document map[string]any) {
	w := httptest.NewRecorder()
	h.HealthHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/health", nil))
	_ = json.Unmarshal(w.Body.Bytes(), &document)
	return w.Code, document
}
