package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// plannedPage announces the steps of its test.
type plannedPage struct{ *kindsPage }

func (p plannedPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	schema, err := p.kindsPage.Schema(ctx, request)
	schema.Test.Plan = []shared.PlannedStep{
		{ID: "dial", Label: "Dial <it>", Detail: "whether it rings"}, {ID: "talk", Label: "Talk"},
	}
	return schema, err
}

// TestPlanIsShown says before the first test what it will tell; beside a verdict it only serves the next test.
func TestPlanIsShown(t *testing.T) {
	page := newKinds(t)
	page.handler = form.New(plannedPage{page}, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Logger: hclog.NewNullLogger(),
	})
	const title, planned = "What the test will tell you", `<div class="part planned" `
	shown := page.get(t)
	for _, want := range []string{planned + ">", title, `<li class="step todo" data-step="dial">`, "Dial &lt;it&gt;",
		"whether it rings", `data-step="talk"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("before a test the page does not say %q", want)
		}
	}
	_, tested := page.post(t, "/test", "", filledIn(t, shown))
	if !strings.Contains(tested, planned+"hidden>") {
		t.Errorf("beside the verdict stands what a test will tell:\n%s", tested)
	}
	if none := newKinds(t).get(t); strings.Contains(none, title) {
		t.Error("a page that announces nothing says what a test will tell")
	}
}

// TestWhatStaysIsCounted has the history say how many fields going back leaves as they are, and which; a secret is not
// shown.
func TestWhatStaysIsCounted(t *testing.T) {
	counting, _ := newCounting(t)
	page := datedPage{counting}
	handler := form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		History: func() shared.SettingsHistory { return datedTrail{} }, Logger: hclog.NewNullLogger(),
	})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/history?show=1", nil))
	schema, err := page.Schema(t.Context(), shared.SchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, said, _ := strings.Cut(answer.Body.String(), `<details class="same">`)
	said, _, _ = strings.Cut(said, "</details>")
	stays := 0
	for field := range schema.Fields() {
		if field.Name == "address" || field.ReadOnly {
			continue
		}
		stays++
		if !strings.Contains(said, "<dt>"+field.Label+"</dt>") {
			t.Errorf("it is not said that %s stays: %s", field.Label, said)
		}
	}
	if strings.Count(said, "<dt>") != stays || strings.Contains(said, "<dt>Address</dt>") ||
		!strings.Contains(said, "fields stay as they are") || !strings.Contains(said, "stored; not shown") {
		t.Errorf("of %d fields that stay it is said %s", stays, said)
	}
}
