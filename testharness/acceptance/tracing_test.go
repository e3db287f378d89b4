package acceptance

import (
	"context"
	"fmt"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSpans follows one notification from the call that hands it over, through an attempt that fails, to its delivery
// by a plugin that was restarted meanwhile: all of it is one trace, and nothing secret is in it, nor who gets the
// message.
func TestSpans(t *testing.T) {
	t.Parallel()
	recorded := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(recorded))
	server := practiceMailServer(t)
	server.Password = canaryPassword
	startMailServer(t, server, 0)
	h := supervised(t, manifest(t, "smtp", "smtp-plugin", `retry_after = "100ms"`), host.WithTracerProvider(provider))
	configure(t, h, 1, canaryPassword)
	receipt := notify(t, h, shared.Notification{To: "recipient@b.example", Text: canaryToken})
	refused := func(span tracetest.SpanStub) bool { return attributeOf(span, "error.type") == "connection_refused" }
	awaitSpan(t, recorded, "deliver", refused)
	h.Restart()
	asked := time.Now()
	awaitSpan(t, recorded, "deliver", func(span tracetest.SpanStub) bool {
		now := h.Status()
		return refused(span) && now.State == host.StateRunning && now.Since.After(asked) && span.StartTime.After(now.Since)
	})
	configure(t, h, server.Port(), canaryPassword)
	delivered := awaitSpan(t, recorded, "deliver",
		func(span tracetest.SpanStub) bool { return attributeOf(span, "error.type") == "" })
	if got := attributeOf(delivered, "messaging.message.id"); got != receipt.ID {
		t.Errorf("the delivery is of notification %q, not %q", got, receipt.ID)
	}
	accepted := awaitSpan(t, recorded, "notify", nil)
	if delivered.Parent.SpanID() != accepted.SpanContext.SpanID() {
		t.Error("the delivery is not below the call that handed the notification over")
	}
	for _, step := range []string{"connect", "auth", "sender", "recipient", "message"} {
		awaitSpan(t, recorded, "smtp "+step, func(span tracetest.SpanStub) bool {
			return span.Parent.SpanID() == delivered.SpanContext.SpanID()
		})
	}
	awaitSpan(t, recorded, "settings.v1.SettingsPageService/Save", nil)
	awaitSpan(t, recorded, "settings.v1.NotifierService/Notify", func(span tracetest.SpanStub) bool {
		return span.Parent.SpanID() == accepted.SpanContext.SpanID()
	})
	for _, span := range recorded.GetSpans() {
		for _, leak := range leaks(fmt.Sprintf("%+v", span), canaryPassword, canaryToken, "recipient@b.example") {
			t.Errorf("span %s tells what it must not: %s", span.Name, leak)
		}
	}
}

// awaitSpan waits for a span of the name that fits; nil fits any.
func awaitSpan(
	t *testing.T, recorded *tracetest.InMemoryExporter, name string, fits func(tracetest.SpanStub) bool,
) tracetest.SpanStub {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		for _, span := range recorded.GetSpans() {
			if span.Name == name && (fits == nil || fits(span)) {
				return span
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("there is no such span %s in %v", name, recorded.GetSpans())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func attributeOf(span tracetest.SpanStub, key string) string {
	for _, one := range span.Attributes {
		if string(one.Key) == key {
			return one.Value.String()
		}
	}
	return ""
}
