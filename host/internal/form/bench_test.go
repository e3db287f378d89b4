package form_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// BenchmarkRender is the page's HTML, with the plugin in the same process so that no call lies between.
func BenchmarkRender(b *testing.B) {
	page, err := plugin.New(b.Context(), plugin.Configuration{DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer page.Close()
	handler := form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} },
		Restart:     func() {},
		Logger:      hclog.NewNullLogger(),
	})
	calls := func() error {
		ctx := context.Background()
		if _, err := page.Schema(ctx, shared.SchemaRequest{}); err != nil {
			return err
		}
		if _, err := page.Load(ctx, shared.LoadRequest{}); err != nil {
			return err
		}
		_, err := page.Validate(ctx, shared.ValidateRequest{})
		return err
	}
	for range b.N {
		medians := measure.SideBySide(b, 500,
			measure.Contestant{Name: "calls", Once: func() time.Duration { return measure.Took(b, calls) }},
			measure.Contestant{Name: "page", Once: func() time.Duration {
				return measure.Took(b, func() error {
					recorder := httptest.NewRecorder()
					handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
					if recorder.Code != http.StatusOK {
						return fmt.Errorf("status %d", recorder.Code)
					}
					return nil
				})
			}})
		if most := 50 * time.Millisecond; medians[1] > most {
			b.Errorf("the page takes %v, at most %v are allowed", medians[1], most)
		}
		rendering := medians[1] - medians[0]
		b.ReportMetric(float64(rendering.Microseconds())/1000, "ms-render")
		measure.Table(b, "the page, median of 500 in turns (bar: 2 ms beside the calls)",
			[]string{"the three calls", medians[0].String()}, []string{"the whole page", medians[1].String()},
			[]string{"rendering alone", rendering.String()})
	}
}
