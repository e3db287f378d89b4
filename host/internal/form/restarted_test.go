package form_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// endingPage is a page whose process ends during the next call of Schema, as at a restart.
type endingPage struct {
	shared.SettingsPage
	ending atomic.Bool
}

func (p *endingPage) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	if p.ending.CompareAndSwap(true, false) {
		return shared.Schema{}, fmt.Errorf("%w: its process ended", shared.ErrPluginUnavailable)
	}
	return p.SettingsPage.Schema(ctx, request)
}

// TestRestartLosesNothingTyped posts a form while the plugin is restarted: what was typed is used all the same.
func TestRestartLosesNothingTyped(t *testing.T) {
	opened, err := skeleton.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	page := &endingPage{SettingsPage: opened}
	schema, err := page.Schema(t.Context(), shared.SchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var field string
	for one := range schema.Fields() {
		if one.Kind == shared.KindText && !one.Sensitive {
			field = one.Name
			break
		}
	}
	handler := form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{} }, Restart: func() {}, Logger: hclog.NewNullLogger(),
	})
	posted := url.Values{"revision": {"0"}, "present": {field}, "value." + field: {"typed by anna"}}
	for _, route := range []string{"/test", "/save", "/apply"} {
		page.ending.Store(true)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, route, strings.NewReader(posted.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		kept := answer.Code == http.StatusSeeOther || strings.Contains(answer.Body.String(), "typed by anna")
		if answer.Code == http.StatusServiceUnavailable || !kept {
			t.Errorf("%s: status %d, and what was typed is lost", route, answer.Code)
		}
	}
}

// downPage is a page whose plugin does not run.
type downPage struct{ shared.SettingsPage }

func (downPage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return shared.Schema{}, fmt.Errorf("%w: it is <down>", shared.ErrPluginUnavailable)
}

// TestScriptIsToldInOneLine posts what the script posts while the plugin is down: it is told why in words that it can
// show, not in a page.
func TestScriptIsToldInOneLine(t *testing.T) {
	handler := form.New(downPage{}, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{} }, Restart: func() {}, Logger: hclog.NewNullLogger(),
	})
	for route, accept := range map[string]string{
		"/test": "application/x-ndjson", "/action": "application/x-ndjson", "/save": "application/json",
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, route, http.NoBody)
		request.Header.Set("Accept", accept)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		said := strings.TrimSpace(answer.Body.String())
		if answer.Code != http.StatusServiceUnavailable || strings.ContainsAny(said, "<\n") ||
			!strings.Contains(said, "The plugin is not running just now") {
			t.Errorf("%s: status %d, %s", route, answer.Code, said)
		}
	}
}
