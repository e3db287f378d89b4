package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// patience is only so that a call that never ends fails the test.
const patience = time.Minute

// openHostile attaches a host to the plugin.
func openHostile(ctx context.Context, plugin *hostile.Plugin, path string) (*Host, error) {
	return Open(ctx, path, WithAttached(plugin.Address), WithTestLimit(TestLimit{}),
		WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
}

// victim is a host whose plugin lies, and everything that a Console does with it.
type victim struct {
	*Host
	t                                *testing.T
	settings, notifications, metrics http.Handler
	spans                            *tracetest.InMemoryExporter
	// thorough has the pages rendered for an answer that is refused, too: they look much the same for all of them.
	thorough bool
}

func newVictim(t *testing.T) (*hostile.Plugin, *victim, string) {
	t.Helper()
	plugin, err := hostile.Serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plugin.Close)
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	if err := os.WriteFile(path, []byte("plugin \"collector\" {\n  binary = \"/nowhere\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := openHostile(t.Context(), plugin, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	if _, err := h.supervisor.running(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := &victim{Host: h, t: t, settings: h.Handler(), notifications: h.NotificationsHandler(), metrics: h.MetricsHandler(), spans: tracetest.NewInMemoryExporter()}
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(v.spans)).Tracer("test")
	h.page.tracing = newTracing(tracer, hclog.NewNullLogger())
	return plugin, v, path
}

// posted is the form as a browser posts it.
const posted = "revision=3&present=server&value.server=a.example&present=safe&present=token&secret.token=s3cret&number=2&preset=known&id=" + hostile.NotificationID

type request struct {
	handler              http.Handler
	method, path, accept string
}

// requests are those in which the answer to a call of the plugin plays a part.
func (v *victim) requests(method string) []request {
	s, n := v.settings, v.notifications
	shown := request{s, "GET", "/", ""}
	switch method {
	case "Schema":
		return []request{shown, {s, "GET", "/state", ""}, {s, "GET", "/history", ""}, {s, "POST", "/apply", ""}, {s, "POST", "/save", ""}}
	case "Load":
		return []request{shown, {s, "GET", "/history", ""}}
	case "Validate":
		return []request{shown, {s, "POST", "/validate", ""}}
	case "Save":
		return []request{{s, "POST", "/save", ""}}
	case "Test":
		return []request{{s, "POST", "/test", ""}, {s, "POST", "/test", "application/x-ndjson"}}
	case "Revisions":
		return []request{{s, "GET", "/history", ""}, {s, "GET", "/history?before=9", ""}}
	case "Restore":
		return []request{{s, "POST", "/restore", ""}}
	case "Suggest":
		return []request{{s, "POST", "/suggest", ""}, {s, "POST", "/suggest", "application/json"}}
	case "Status":
		return []request{shown, {n, "GET", "/", ""}, {n, "GET", "/state", ""}, {v.metrics, "GET", "/", ""}}
	case "List":
		return []request{{n, "GET", "/", ""}, {n, "GET", "/?state=dead&before=9", ""}}
	case "Retry":
		return []request{{n, "POST", "/retry", ""}}
	case "Cancel":
		return []request{{n, "POST", "/cancel", ""}}
	default:
		return nil
	}
}

// call makes the call itself and returns what a program gets.
func (v *victim) call(ctx context.Context, method string) (any, error) {
	page := v.page
	one := shared.NotificationRequest{ID: hostile.NotificationID}
	switch method {
	case "Info":
		return page.Info(ctx)
	case "Schema":
		return page.Schema(ctx, shared.SchemaRequest{})
	case "Load":
		return page.Load(ctx, shared.LoadRequest{})
	case "Validate":
		return page.Validate(ctx, shared.ValidateRequest{})
	case "Save":
		return page.Save(ctx, shared.SaveRequest{})
	case "Test":
		var events []shared.TestEvent
		err := page.Test(ctx, shared.TestRequest{}, func(event shared.TestEvent) error { events = append(events, event); return nil })
		return events, err
	case "Revisions":
		return page.Revisions(ctx, shared.RevisionsRequest{})
	case "Restore":
		return page.Restore(ctx, shared.RestoreRequest{})
	case "Purge":
		return page.Purge(ctx, shared.PurgeRequest{})
	case "Suggest":
		return page.Suggest(ctx, shared.SuggestRequest{})
	case "Rekey":
		return page.Rekey(ctx, shared.RekeyRequest{})
	case "Migrate":
		return page.Migrate(ctx, shared.MigrateRequest{})
	case "Notify":
		alarm := shared.Notification{To: "ops@a.example", Subject: "Alarm", Text: "The disk is full."}
		return v.Notifier().Notify(ctx, shared.NotifyRequest{Notifications: slices.Repeat([]shared.Notification{alarm}, hostile.Notifications)})
	case "Status":
		return v.Notifier().Status(ctx, shared.StatusRequest{})
	case "List":
		return v.Notifier().List(ctx, shared.ListRequest{})
	case "Retry":
		return v.Notifier().Retry(ctx, one)
	case "Cancel":
		return v.Notifier().Cancel(ctx, one)
	case "Deliveries":
		return v.deliveries(ctx)
	case "Drain":
		now, err := v.supervisor.running(ctx)
		if err != nil {
			return nil, err
		}
		waited := ""
		drainer, err := transport.Companion[shared.Drainer](now)
		if err != nil {
			return nil, err
		}
		err = drainer.Drain(ctx, func(what string) { waited = what })
		checkShown(v.t, "Drain", waited)
		return waited, err
	}
	return nil, fmt.Errorf("no way to call %s", method)
}

// deliveries makes spans of what the plugin tells.
func (v *victim) deliveries(ctx context.Context) (any, error) {
	v.spans.Reset()
	now, err := v.supervisor.running(ctx)
	if err != nil {
		return nil, err
	}
	err = listenForDeliveries(ctx, now, func(d shared.Delivery) { v.page.tracing.record(ctx, d) })
	spans := v.spans.GetSpans()
	for _, span := range spans {
		if took := span.EndTime.Sub(span.StartTime); took < 0 || took > 25*time.Hour || time.Since(span.StartTime).Abs() > 25*time.Hour {
			return spans, fmt.Errorf("a span from %s to %s", span.StartTime, span.EndTime)
		}
	}
	return len(spans), err
}

// TestHostilePlugin lies about every field of every answer. Nothing that a Console does panics, hangs or shows what
// could do harm: each call fails as one of a plugin that breaks the contract, or its result is one that can be
// used.
func TestHostilePlugin(t *testing.T) {
	plugin, v, path := newVictim(t)
	for _, method := range hostile.Methods() { // The truth is told first and last, or nothing below would mean anything.
		v.suffer(t, path, plugin, hostile.Lie{Method: method, Name: "truth"}, true)
	}
	lies := hostile.Lies()
	for i, lie := range lies {
		v.thorough = i%4 == 0 || os.Getenv("SOAK") == "1"
		v.suffer(t, path, plugin, lie, false)
	}
	for _, method := range hostile.Methods() {
		v.suffer(t, path, plugin, hostile.Lie{Method: method, Name: "truth"}, true)
		if !slices.ContainsFunc(lies, func(lie hostile.Lie) bool { return lie.Method == method }) {
			t.Errorf("nothing is lied about %s", method)
		}
	}
	t.Logf("%d lies", len(lies))
}

// suffer does everything with one lie, or with the truth.
func (v *victim) suffer(t *testing.T, path string, plugin *hostile.Plugin, lie hostile.Lie, truth bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	where := lie.Method + ": " + lie.Name
	defer func() {
		if reason := recover(); reason != nil {
			t.Fatalf("%s: panic: %v", where, reason)
		}
	}()
	if plugin.Tell(lie); truth {
		plugin.Tell(hostile.Lie{})
	}
	defer plugin.Tell(hostile.Lie{})
	result, err := v.call(ctx, lie.Method)
	switch {
	case truth && err != nil:
		t.Errorf("%s: %v", where, err)
	case err != nil:
		checkShown(t, where+": the error", err.Error())
		if gone := strings.Contains(lie.Name, "fails with"); errors.Is(err, shared.ErrPluginUnavailable) && !gone || ctx.Err() != nil {
			t.Errorf("%s: %v", where, err)
		}
	default:
		if _, err := json.Marshal(result); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	if err != nil && !truth && !v.thorough {
		return
	}
	for _, one := range v.requests(lie.Method) {
		v.ask(t, ctx, where, one, truth)
	}
	if lie.Method == "Info" || lie.Method == "Schema" {
		v.admit(t, ctx, where, path, plugin, truth)
	}
}

// ask makes one request and looks at the answer.
func (v *victim) ask(t *testing.T, ctx context.Context, where string, one request, truth bool) {
	t.Helper()
	body := ""
	if one.method == http.MethodPost {
		body = posted
	}
	r := httptest.NewRequestWithContext(ctx, one.method, one.path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", one.accept)
	w := httptest.NewRecorder()
	one.handler.ServeHTTP(w, r)
	where += ": " + one.method + " " + one.path
	if w.Code >= 500 && w.Code != http.StatusBadGateway && w.Code != http.StatusServiceUnavailable || truth && w.Code >= 400 {
		t.Errorf("%s: status %d\n%.500s", where, w.Code, w.Body)
	}
	const most = 8 << 20
	if w.Body.Len() > most || ctx.Err() != nil {
		t.Errorf("%s: %d bytes, %v", where, w.Body.Len(), ctx.Err())
	}
	checkShown(t, where, w.Body.String())
	if page := !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain"); page && strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "could not be shown") {
		t.Errorf("%s: a text became a part of the page, or a template failed", where)
	}
	if location := w.Header().Get("Location"); location != "" {
		if _, err := url.Parse(location); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
}

// admit opens another host, which must refuse the plugin or accept it.
func (v *victim) admit(t *testing.T, ctx context.Context, where, path string, plugin *hostile.Plugin, truth bool) {
	t.Helper()
	another, err := openHostile(ctx, plugin, path)
	if err != nil {
		checkShown(t, where+": the start", err.Error())
		if truth || len(err.Error()) > 10_000 {
			t.Errorf("%s: the start fails: %.500s", where, err)
		}
		return
	}
	another.Close()
}

// checkShown looks for what must never be shown.
func checkShown(t *testing.T, where, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s: not UTF-8", where)
	}
	if at := strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202e'
	}); at >= 0 {
		t.Errorf("%s: control characters: %.100q", where, text[at:])
	}
}
