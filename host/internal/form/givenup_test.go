package form_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// brokenPage has calls that fail as those of a plugin do: what the caller has given up, with the caller's own error.
type brokenPage struct{ *kindsPage }

func (p brokenPage) Validate(ctx context.Context, _ shared.ValidateRequest) (shared.Validation, error) {
	return shared.Validation{}, errors.Join(ctx.Err(), errors.New("no answer"))
}

func (p brokenPage) Save(ctx context.Context, _ shared.SaveRequest) (shared.SaveResult, error) {
	return shared.SaveResult{}, errors.Join(ctx.Err(), errors.New("no answer"))
}

func (p brokenPage) Test(ctx context.Context, _ shared.TestRequest, _ func(shared.TestEvent) error) error {
	return errors.Join(ctx.Err(), errors.New("no answer"))
}

// TestWhatWasGivenUpIsNoFault logs the calls that failed as errors, except those that the browser has left, as it
// does when Cancel is pressed or the page is closed.
func TestWhatWasGivenUpIsNoFault(t *testing.T) {
	for _, route := range []string{"/validate", "/save", "/test"} {
		for _, left := range []bool{false, true} {
			var log bytes.Buffer
			page := brokenPage{newKinds(t)}
			handler := form.New(page, form.Options{
				Authorize:   func(*http.Request) (string, error) { return "anna", nil },
				PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
				Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: &log}),
			})
			ctx, leave := context.WithCancel(t.Context())
			if left {
				leave()
			}
			request := httptest.NewRequestWithContext(ctx, http.MethodPost, route,
				strings.NewReader(url.Values{"present": {"name"}}.Encode()))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Accept", "application/x-ndjson")
			handler.ServeHTTP(httptest.NewRecorder(), request)
			leave()
			level := map[bool]string{false: "[ERROR]", true: "[DEBUG]"}[left]
			if strings.Count(log.String(), "a call of the plugin failed") != 1 || !strings.Contains(log.String(), level) {
				t.Errorf("%s, left %t: logged %s", route, left, log.String())
			}
		}
	}
}
