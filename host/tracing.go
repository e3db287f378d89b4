package host

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/smtp-settings/smtp-settings/host/internal/throttle"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// traceParent is the header of W3C Trace Context that names a span to another process.
const traceParent = "traceparent"

// tracing makes spans of notifications and of their deliveries. A nil one makes none.
type tracing struct {
	tracer trace.Tracer
	logger hclog.Logger
	flow   *throttle.Throttle // of the deliveries
	stop   context.CancelFunc
	done   sync.WaitGroup
}

func newTracing(tracer trace.Tracer, logger hclog.Logger) *tracing {
	return &tracing{tracer: tracer, logger: logger, flow: throttle.New(deliveryRate, deliveryBurst), stop: func() {}}
}

// startNotify begins the span of handing notifications over, and names it to the plugin, so that the deliveries
// find it.
func (t *tracing) startNotify(ctx context.Context, request *shared.NotifyRequest) (context.Context, trace.Span) {
	if t == nil {
		return ctx, noop.Span{}
	}
	ctx, span := t.tracer.Start(ctx, "notify", trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.Int("messaging.batch.message_count", len(request.Notifications))))
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	request.TraceParent = carrier.Get(traceParent)
	return ctx, span
}

// endSpan ends a span. What the error says stays out of it: it may hold what was typed.
func endSpan(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// How much of what a plugin tells of its attempts becomes spans: bytes in a second, and at once. An attempt costs
// deliveryCost, and as much for each step: a few thousand attempts in a second.
const (
	deliveryRate  = 8 << 20
	deliveryBurst = 32 << 20
	deliveryCost  = 256
)

// follow makes spans of what the plugin tells of its attempts to deliver, one process of the plugin after the
// other, until the supervisor or the tracing is closed.
func (t *tracing) follow(s *supervisor) {
	ctx, stop := context.WithCancel(context.Background())
	t.stop = stop
	t.done.Go(func() {
		for {
			now, err := s.await(ctx)
			if err != nil {
				return
			}
			if s.offers(shared.CapabilityDeliveryReports) {
				t.listen(ctx, now.Connection())
			}
			select { // This process has nothing more to tell.
			case <-now.Gone():
			case <-ctx.Done():
			}
		}
	})
}

// listen makes the spans of one process.
func (t *tracing) listen(ctx context.Context, now *transport.Connection) {
	err := listenForDeliveries(ctx, now, func(delivery shared.Delivery) { t.take(ctx, delivery) })
	level := hclog.Debug
	if errors.Is(err, shared.ErrContractBroken) {
		level = hclog.Warn
	}
	t.logger.Log(level, "deliveries are not traced any more", "reason", err)
}

// listenForDeliveries calls tell for each attempt that a process tells of.
func listenForDeliveries(ctx context.Context, now *transport.Connection, tell func(shared.Delivery)) error {
	reporter, err := transport.Companion[shared.DeliveryReporter](now)
	if err != nil {
		return err
	}
	return reporter.Deliveries(ctx, func(delivery shared.Delivery) error {
		tell(delivery)
		return nil
	})
}

// close ends what follow has begun.
func (t *tracing) close() {
	if t != nil {
		t.stop()
		t.done.Wait()
	}
}

// take makes the spans of one attempt, unless there were too many.
func (t *tracing) take(ctx context.Context, delivery shared.Delivery) {
	allowed, before := t.flow.Allow(deliveryCost * (1 + len(delivery.Steps)))
	switch {
	case !allowed && before == 0:
		t.logger.Warn("the plugin tells of more attempts than are traced; some are left out")
	case allowed && before > 0:
		t.logger.Warn("attempts that were not traced", "count", before)
	}
	if allowed {
		t.record(ctx, delivery)
	}
}

// record makes the spans of one attempt.
func (t *tracing) record(ctx context.Context, delivery shared.Delivery) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceParent: delivery.TraceParent})
	ctx, span := t.tracer.Start(ctx, "deliver",
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(delivery.Started), trace.WithAttributes(
			attribute.String("messaging.message.id", delivery.ID),
			attribute.Int("notification.attempt", delivery.Attempt)))
	for _, step := range delivery.Steps {
		_, part := t.tracer.Start(ctx, "smtp "+step.ID,
			trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(step.Started))
		if step.Status == shared.StatusFailed {
			part.SetStatus(codes.Error, "")
		}
		part.End(trace.WithTimestamp(step.Finished))
	}
	if delivery.Failure != "" {
		span.SetAttributes(attribute.String("error.type", delivery.Failure))
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(delivery.Finished))
}
