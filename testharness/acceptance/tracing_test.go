package acceptance

import (
	"fmt"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSpans makes sure that calls become spans, and that nothing secret is in them.
func TestSpans(t *testing.T) {
	recorded := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(recorded))
	h := supervised(t, manifest(t, "smtp", "smtp-plugin"), host.WithTracerProvider(provider))
	result, err := h.Page().Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values:  shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(1), "login": shared.Text("a@b.example")},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(canaryPassword)},
	}})
	if err != nil || !result.Saved {
		t.Fatal(err, result.Diagnostics)
	}
	notify(t, h, shared.Notification{To: "a@b.example", Text: canaryToken})
	names := map[string]bool{}
	for _, span := range recorded.GetSpans() {
		names[span.Name] = true
		for _, leak := range leaks(fmt.Sprintf("%+v", span), canaryPassword, canaryToken) {
			t.Errorf("a secret is in a span: %s", leak)
		}
	}
	for _, want := range []string{"settings.v1.SettingsPageService/Save", "settings.v1.NotifierService/Notify"} {
		if !names[want] {
			t.Errorf("there is no span %s: %v", want, names)
		}
	}
}
