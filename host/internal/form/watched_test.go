package form_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestHealthInStrip holds that the strip says beside the settings in force whether they work and when they were last
// tried, when the page is opened and while it is open.
func TestHealthInStrip(t *testing.T) {
	cause := &shared.Diagnostic{Severity: shared.SeverityError, Code: "away", Summary: "It is away."}
	checked := time.Now().Add(-16*time.Minute - time.Second)
	since := time.Date(2026, 11, 27, 3, 12, 0, 0, time.UTC)
	for _, c := range []struct {
		health     shared.Health
		want, sign string
	}{
		{shared.Health{State: shared.HealthUnknown}, "", ""},
		{
			shared.Health{State: shared.HealthHealthy, CheckedAt: checked, CheckPassed: true},
			"They work. Last tried 16 minutes ago.", "passed",
		},
		{
			shared.Health{State: shared.HealthSuspect, Cause: cause, CheckedAt: checked},
			"They may not work any more. Last tried 16 minutes ago.", "warning",
		},
		{
			shared.Health{State: shared.HealthSuspect, Cause: cause, CheckedAt: checked, CheckPassed: true},
			"They work, but something ends soon. Last tried 16 minutes ago.", "warning",
		},
		{
			shared.Health{State: shared.HealthBroken, Cause: cause, CheckedAt: checked, Since: since},
			"They do not work since 03:12 UTC. Last tried 16 minutes ago.", "failed",
		},
	} {
		told, service := tellingPage{now: c.health}, shared.ServiceStatus{State: shared.ServiceRunning}
		_, strip, _ := strings.Cut(string(openedWith(t, told, service, "/")), `<div id="health">`)
		opened, _, _ := strings.Cut(strip, "</div>")
		var state map[string]any
		if err := json.Unmarshal(openedWith(t, told, service, "/state"), &state); err != nil {
			t.Fatal(err)
		}
		live, _ := state["in-force"].(string)
		words := strings.TrimSpace(regexp.MustCompile("<[^>]*>").ReplaceAllString(opened, ""))
		followed := strings.Contains(live, `<div id="health">`+opened+"</div>")
		signed := c.sign == "" || strings.Contains(opened, "icon "+c.sign)
		if words != c.want || !followed || !signed {
			t.Errorf("%s: opened %s\nlive %s\nwant %s", c.health.State, opened, live, c.want)
		}
	}
}

// TestWatchedIsShown holds that what a plugin watches beside its settings stands on the page with all that is said of
// it, and in the strip where it is wrong.
func TestWatchedIsShown(t *testing.T) {
	card := shared.Card{
		Title: "Domain: <b>", Glance: "1 fault", Status: shared.StatusFailed,
		Facts: []shared.Fact{{
			Label: "SPF", Value: "Wrong", Status: shared.StatusFailed, Detail: "It is <i>broken</i>.", Records: []shared.Record{
				{Label: "As found", Text: "v=spf1 <u>"}, {Label: "To publish", Text: "v=spf1 -all", Copy: true},
			},
		}, {Label: "DKIM", Value: "Cannot know"}},
	}
	told := tellingPage{now: shared.Health{State: shared.HealthHealthy, Watched: []shared.Watched{
		{Name: "domain", At: time.Now().Add(-3 * time.Hour), Card: card},
	}}}
	opened := string(openedWith(t, told, shared.ServiceStatus{State: shared.ServiceRunning}, "/"))
	for _, want := range []string{
		`<a href="#watched-domain">Domain: &lt;b&gt;</a>: 1 fault`, `id="watched-domain"`, "Looked at 3 hours ago.",
		`<div class="tell failed">`, "It is &lt;i&gt;broken&lt;/i&gt;.",
		`id="watched-domain-0-0" dir="ltr">v=spf1 &lt;u&gt;<`,
		`data-copy="watched-domain-0-1"`, `<div class="tell ">`, `<svg class="icon info"`,
	} {
		if !strings.Contains(opened, want) {
			t.Errorf("%s is not on the page:\n%s", want, opened)
		}
	}
	if strings.Contains(opened, `data-copy="watched-domain-0-0"`) || strings.Contains(opened, "<u>") {
		t.Error("what was found is to be copied, or is HTML")
	}
}
