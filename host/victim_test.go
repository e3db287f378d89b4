package host

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// victim is a host whose plugin lies, and everything that a Console does with it.
type victim struct {
	*Host
	t        *testing.T
	plugin   *hostile.Plugin
	manifest string
	handlers map[string]http.Handler
	spans    *tracetest.InMemoryExporter
}

func newVictim(t *testing.T) *victim {
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
	v := &victim{t: t, plugin: plugin, manifest: path, spans: tracetest.NewInMemoryExporter()}
	if v.Host, err = v.attach(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	v.handlers = map[string]http.Handler{
		"settings": v.Handler(), "notifications": v.NotificationsHandler(), "metrics": v.MetricsHandler(),
		// Made anew for each request: it keeps an answer for a while, which may be one to the lie before.
		"health": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.HealthHandler().ServeHTTP(w, r) }),
	}
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(v.spans)).Tracer("test")
	v.page.tracing = newTracing(tracer, hclog.NewNullLogger())
	if _, err := v.supervisor.running(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

// attach opens a host for the plugin.
func (v *victim) attach(ctx context.Context) (*Host, error) {
	return Open(ctx, v.manifest, WithAttached(v.plugin.Address), WithTestLimit(TestLimit{}),
		WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
}

// posted is the form as a browser posts it.
const posted = "revision=3&present=server&value.server=a.example&present=safe&present=token&secret.token=s3cret" +
	"&number=2&preset=known&what=deliver&agreed=" + hostile.Action + "&confirmed." + hostile.Action + "=Sure%3F" +
	"&id=" + hostile.NotificationID

// request is one of a browser, to one of the handlers of a victim.
type request struct{ handler, method, path, accept string }

// requests are those in which the answer to a call of the plugin plays a part.
var requests = map[string][]request{
	"Schema": {
		{"settings", "GET", "/", ""}, {"settings", "GET", "/state", ""}, {"settings", "GET", "/history", ""},
		{"settings", "POST", "/apply", ""}, {"settings", "POST", "/save", ""},
	},
	"Load":      {{"settings", "GET", "/", ""}, {"settings", "GET", "/history", ""}},
	"Validate":  {{"settings", "GET", "/", ""}, {"settings", "POST", "/validate", ""}},
	"Save":      {{"settings", "POST", "/save", ""}, {"settings", "POST", "/save", "application/json"}},
	"Test":      {{"settings", "POST", "/test", ""}, {"settings", "POST", "/test", "application/x-ndjson"}},
	"Revisions": {{"settings", "GET", "/history", ""}, {"settings", "GET", "/history?before=9", ""}},
	"Restore":   {{"settings", "POST", "/restore", ""}},
	"RunAction": {{"settings", "POST", "/action", ""}, {"settings", "POST", "/action", "application/x-ndjson"}},
	"Status": {
		{"settings", "GET", "/", ""}, {"notifications", "GET", "/", ""}, {"notifications", "GET", "/state", ""},
		{"metrics", "GET", "/", ""},
	},
	"Health": {{"health", "GET", "/", ""}, {"metrics", "GET", "/", ""}},
	"List":   {{"notifications", "GET", "/", ""}, {"notifications", "GET", "/?state=dead&before=9", ""}},
	"Retry":  {{"notifications", "POST", "/retry", ""}},
	"Cancel": {{"notifications", "POST", "/cancel", ""}},
	"Show": {
		{"notifications", "GET", "/notification?id=" + hostile.NotificationID, ""},
		{"notifications", "GET", "/notification?id=" + hostile.NotificationID, "application/json"},
	},
	"ReleaseHeld": {{"notifications", "POST", "/held", ""}},
	"LookNow":     {{"notifications", "POST", "/look", ""}},
}

// send makes a request and returns the answer.
func (v *victim) send(ctx context.Context, one request, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, one.method, one.path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", one.accept)
	w := httptest.NewRecorder()
	v.handlers[one.handler].ServeHTTP(w, r)
	return w
}

// calls are all that a program can call, with what it gets.
var calls = map[string]func(context.Context, *victim) (any, error){
	"Info":      func(ctx context.Context, v *victim) (any, error) { return v.page.Info(ctx) },
	"Schema":    called((*page).Schema, shared.SchemaRequest{}),
	"Load":      called((*page).Load, shared.LoadRequest{}),
	"Validate":  called((*page).Validate, shared.ValidateRequest{}),
	"Save":      called((*page).Save, shared.SaveRequest{}),
	"Revisions": called((*page).Revisions, shared.RevisionsRequest{}),
	"Restore":   called((*page).Restore, shared.RestoreRequest{}),
	"Purge":     called((*page).Purge, shared.PurgeRequest{}),
	"RunAction": func(ctx context.Context, v *victim) (any, error) {
		var told []shared.TestEvent
		err := v.page.RunAction(ctx, shared.ActionRequest{Action: hostile.Action}, func(event shared.TestEvent) error {
			told = append(told, event)
			return nil
		})
		return told, err
	},
	"Rekey": called((*page).Rekey, shared.RekeyRequest{}),
	"Migrate": func(ctx context.Context, v *victim) (any, error) {
		var told []shared.MigrateProgress
		result, err := v.page.Migrate(ctx, shared.MigrateRequest{}, func(progress shared.MigrateProgress) {
			told = append(told, progress)
		})
		return []any{result, told}, err
	},
	"ReleaseHeld": func(ctx context.Context, v *victim) (any, error) {
		return v.HeldReleaser().ReleaseHeld(ctx, shared.ReleaseHeldRequest{})
	},
	"LookNow": func(ctx context.Context, v *victim) (any, error) {
		return v.ServerLooker().LookNow(ctx, shared.LookNowRequest{})
	},
	"Notify": func(ctx context.Context, v *victim) (any, error) {
		alarm := shared.Notification{To: "ops@a.example", Subject: "Alarm", Text: "The disk is full."}
		all := slices.Repeat([]shared.Notification{alarm}, hostile.Notifications)
		return v.Notifier().Notify(ctx, shared.NotifyRequest{Notifications: all})
	},
	"Status": notifies(shared.Notifier.Status, shared.StatusRequest{}),
	"List":   notifies(shared.Notifier.List, shared.ListRequest{}),
	"Retry":  notifies(shared.Notifier.Retry, shared.NotificationRequest{ID: hostile.NotificationID}),
	"Cancel": notifies(shared.Notifier.Cancel, shared.NotificationRequest{ID: hostile.NotificationID}),
	"Show":   operates(shared.NotificationOperator.Show, shared.ShowRequest{ID: hostile.NotificationID}),
	"Operate": operates(shared.NotificationOperator.Operate,
		shared.OperateRequest{Operation: shared.OperationRetry, All: true}),
	"Statistics": operates(shared.NotificationOperator.Statistics, shared.StatisticsRequest{}),
	"Test": func(ctx context.Context, v *victim) (any, error) {
		var events []shared.TestEvent
		err := v.page.Test(ctx, shared.TestRequest{}, func(event shared.TestEvent) error {
			events = append(events, event)
			return nil
		})
		return events, err
	},
	"Health": func(ctx context.Context, v *victim) (any, error) {
		now, err := v.Health(ctx, "")
		return now, err
	},
	"Deliveries": func(ctx context.Context, v *victim) (any, error) { return v.deliveries(ctx) },
	"Drain":      func(ctx context.Context, v *victim) (any, error) { return v.drain(ctx) },
}

// called is a call to the page.
func called[Request, Reply any](
	method func(*page, context.Context, Request) (Reply, error), request Request,
) func(context.Context, *victim) (any, error) {
	return func(ctx context.Context, v *victim) (any, error) { return method(v.page, ctx, request) }
}

// notifies is a call to the notification service.
func notifies[Request, Reply any](
	method func(shared.Notifier, context.Context, Request) (Reply, error), request Request,
) func(context.Context, *victim) (any, error) {
	return func(ctx context.Context, v *victim) (any, error) { return method(v.Notifier(), ctx, request) }
}

func operates[Request, Reply any](
	method func(shared.NotificationOperator, context.Context, Request) (Reply, error), request Request,
) func(context.Context, *victim) (any, error) {
	return func(ctx context.Context, v *victim) (any, error) { return method(notifier{v.page}, ctx, request) }
}

// drain asks the plugin to end its work, as the supervisor does, and returns what it waits for.
func (v *victim) drain(ctx context.Context) (waited string, err error) {
	now, err := v.supervisor.running(ctx)
	if err != nil {
		return "", err
	}
	drainer, err := transport.Companion[shared.Drainer](now)
	if err != nil {
		return "", err
	}
	err = drainer.Drain(ctx, func(what string) { waited = what })
	checkShown(v.t, "Drain", waited)
	return waited, err
}

// deliveries makes spans of what the plugin tells, and returns how many.
func (v *victim) deliveries(ctx context.Context) (int, error) {
	v.spans.Reset()
	now, err := v.supervisor.running(ctx)
	if err != nil {
		return 0, err
	}
	err = listenForDeliveries(ctx, now, func(d shared.Delivery) { v.page.tracing.record(ctx, d) })
	const most = 25 * time.Hour
	spans := v.spans.GetSpans()
	for _, span := range spans {
		took, ago := span.EndTime.Sub(span.StartTime), time.Since(span.StartTime).Abs()
		if took < 0 || took > most || ago > most {
			return len(spans), fmt.Errorf("a span from %s to %s", span.StartTime, span.EndTime)
		}
	}
	return len(spans), err
}
