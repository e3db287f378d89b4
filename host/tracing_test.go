package host

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/smtp-settings/smtp-settings/host/internal/throttle"
	"github.com/smtp-settings/smtp-settings/shared"
)

// traced returns a tracing, the spans that it makes and what it logs.
func traced() (*tracing, *tracetest.InMemoryExporter, *bytes.Buffer) {
	spans, log := tracetest.NewInMemoryExporter(), &bytes.Buffer{}
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("test")
	return newTracing(tracer, hclog.New(&hclog.LoggerOptions{Output: log, DisableTime: true})), spans, log
}

// TestDeliveriesFlood has a plugin tell of attempts without end: what becomes spans has a bound, and what is left
// out is told once, and counted when there is a pause.
func TestDeliveriesFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracing, spans, log := traced()
		delivery := shared.Delivery{ID: "7", Attempt: 1, Steps: make([]shared.DeliveryStep, 1)}
		const most, told = 100, 1000
		tracing.flow = throttle.New(10*deliveryCost, 2*most*deliveryCost)
		for range told {
			tracing.take(t.Context(), delivery)
		}
		if n := len(spans.GetSpans()); n != 2*most { // the attempt and its step
			t.Errorf("%d attempts became %d spans, not %d", told, n, 2*most)
		}
		if n := strings.Count(log.String(), "some are left out"); n != 1 {
			t.Errorf("the flood is told %d times:\n%s", n, log)
		}
		time.Sleep(time.Second)
		tracing.take(t.Context(), delivery)
		if !strings.Contains(log.String(), "attempts that were not traced: count=900") {
			t.Errorf("what was left out is not counted:\n%s", log)
		}
	})
}

// reportingPage tells of one attempt, and then nothing more.
type reportingPage struct {
	shared.SettingsPage
	calls atomic.Int64
	err   error
}

func (p *reportingPage) Deliveries(_ context.Context, send func(shared.Delivery) error) error {
	p.calls.Add(1)
	return errors.Join(send(shared.Delivery{ID: "7", Attempt: 1}), p.err)
}

// TestFollow holds that each process is listened to once, until the host closes, and what is logged when it stops
// telling.
func TestFollow(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"nothing more to tell", nil, ""},
		{"the contract is broken", shared.ErrContractBroken, "[WARN]  deliveries are not traced any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tracing, spans, log := traced()
				page := &reportingPage{err: c.err}
				s := newStage(t)
				s.page = page
				tracing.follow(s.supervisor)
				if err := s.open(t.Context(), false); err != nil {
					t.Fatal(err)
				}
				for _, process := range []int64{1, 2, 3} {
					time.Sleep(time.Hour)
					made := int64(len(spans.GetSpans()))
					if calls := page.calls.Load(); calls != process || made != process {
						t.Errorf("%d calls and %d spans of %d processes", calls, made, process)
					}
					s.crash()
				}
				s.close()
				tracing.close()
				if !strings.Contains(log.String(), c.want) || c.want == "" && log.Len() > 0 {
					t.Errorf("the log is %s", log)
				}
			})
		})
	}
}

// TestSpanOfDelivery holds what a span of an attempt says.
func TestSpanOfDelivery(t *testing.T) {
	tracing, spans, _ := traced()
	began := time.Now()
	tracing.record(t.Context(), shared.Delivery{
		ID: "7", Attempt: 2, Failure: "recipient_refused", Started: began, Finished: began.Add(3 * time.Second),
		TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		Steps: []shared.DeliveryStep{
			{ID: "connect", Status: shared.StatusPassed, Started: began, Finished: began.Add(time.Second)},
			{ID: "message", Status: shared.StatusFailed, Started: began, Finished: began.Add(2 * time.Second)},
		},
	})
	var got []string
	for _, span := range spans.GetSpans() {
		got = append(got, strings.Join([]string{
			span.Name, span.SpanKind.String(), span.Status.Code.String(), span.EndTime.Sub(span.StartTime).String(),
			span.SpanContext.TraceID().String(),
		}, " "))
		for _, attribute := range span.Attributes {
			got = append(got, "  "+string(attribute.Key)+"="+attribute.Value.String())
		}
	}
	const trace = " 0af7651916cd43dd8448eb211c80319c"
	want := []string{
		"smtp connect client Unset 1s" + trace,
		"smtp message client Error 2s" + trace,
		"deliver consumer Error 3s" + trace,
		"  messaging.message.id=7", "  notification.attempt=2", "  error.type=recipient_refused",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the spans are\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNotifyIsTraced holds that the plugin is told of the span, and that nothing is told without a tracer.
func TestNotifyIsTraced(t *testing.T) {
	tracing, spans, _ := traced()
	request := shared.NotifyRequest{Notifications: make([]shared.Notification, 2)}
	_, span := tracing.startNotify(t.Context(), &request)
	endSpan(span, errAway)
	made := spans.GetSpans()
	if len(made) != 1 || made[0].Name != "notify" || made[0].Status.Description != "" {
		t.Fatalf("%+v", made)
	}
	if !strings.Contains(request.TraceParent, made[0].SpanContext.SpanID().String()) {
		t.Errorf("the plugin is told %q", request.TraceParent)
	}
	request.TraceParent = ""
	tracing = nil
	_, span = tracing.startNotify(t.Context(), &request)
	endSpan(span, nil)
	if tracing.close(); request.TraceParent != "" {
		t.Errorf("without a tracer the plugin is told %q", request.TraceParent)
	}
}
