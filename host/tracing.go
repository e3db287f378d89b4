package host

import (
	"context"
	"errors"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// traceParent is the header of W3C Trace Context that names a span to another process.
const traceParent = "traceparent"

// startNotify begins the span of handing notifications over, and names it to the plugin, so that the deliveries find it.
func (s *supervisor) startNotify(ctx context.Context, request *shared.NotifyRequest) (context.Context, trace.Span) {
	if s.options.tracer == nil {
		return ctx, noop.Span{}
	}
	ctx, span := s.options.tracer.Start(ctx, "notify", trace.WithSpanKind(trace.SpanKindProducer),
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

// How much of what a plugin tells of its attempts becomes spans: bytes in a second, and at once. An attempt costs deliveryCost, and
// as much for each step: a few thousand attempts in a second.
const (
	deliveryRate  = 8 << 20
	deliveryBurst = 32 << 20
	deliveryCost  = 256
)

// traceDeliveries makes spans of the attempts to deliver, of one process of the plugin after the other, until ctx ends.
func (s *supervisor) traceDeliveries(ctx context.Context) {
	flow := newThrottle(deliveryRate, deliveryBurst)
	for ctx.Err() == nil {
		now, err := s.running(ctx)
		if err != nil {
			s.awaitRevival(ctx)
			continue
		}
		if s.offers(shared.CapabilityDeliveryReports) {
			err := listenForDeliveries(ctx, now, func(delivery shared.Delivery) { s.traceBounded(ctx, &flow, delivery) })
			level := hclog.Debug
			if errors.Is(err, shared.ErrContractBroken) {
				level = hclog.Warn
			}
			s.options.logger.Log(level, "deliveries are not traced any more", "reason", err)
		}
		select { // This process has nothing more to tell.
		case <-now.Gone():
		case <-ctx.Done():
		}
	}
}

// listenForDeliveries calls tell for each attempt that a process tells of.
func listenForDeliveries(ctx context.Context, process *transport.Connection, tell func(shared.Delivery)) error {
	reporter, err := transport.Companion[shared.DeliveryReporter](process)
	if err != nil {
		return err
	}
	return reporter.Deliveries(ctx, func(delivery shared.Delivery) error {
		tell(delivery)
		return nil
	})
}

// traceBounded makes the spans of one attempt, unless there were too many.
func (s *supervisor) traceBounded(ctx context.Context, flow *throttle, delivery shared.Delivery) {
	allowed, before := flow.allow(deliveryCost * (1 + len(delivery.Steps)))
	switch {
	case !allowed && before == 0:
		s.options.logger.Warn("the plugin tells of more attempts than are traced; some are left out")
	case allowed && before > 0:
		s.options.logger.Warn("attempts that were not traced", "count", before)
	}
	if allowed {
		s.traceDelivery(ctx, delivery)
	}
}

// awaitRevival returns when the state of a plugin that does not run changes.
func (s *supervisor) awaitRevival(ctx context.Context) {
	s.mu.Lock()
	state, changed := s.state, s.changed
	s.mu.Unlock()
	if state == StateRunning {
		return
	}
	select {
	case <-changed:
	case <-ctx.Done():
	}
}

// traceDelivery makes the spans of one attempt.
func (s *supervisor) traceDelivery(ctx context.Context, delivery shared.Delivery) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceParent: delivery.TraceParent})
	ctx, span := s.options.tracer.Start(ctx, "deliver", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(delivery.Started),
		trace.WithAttributes(attribute.String("messaging.message.id", delivery.ID), attribute.Int("notification.attempt", delivery.Attempt)))
	for _, step := range delivery.Steps {
		_, part := s.options.tracer.Start(ctx, "smtp "+step.ID, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(step.Started))
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
