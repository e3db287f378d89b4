package transport

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// deliveryReportClient listens to what a plugin tells of its attempts to deliver.
type deliveryReportClient struct {
	*client
	rpc settingsv1.DeliveryReportServiceClient
}

func connectDeliveryReporter(c *client) shared.DeliveryReporter {
	return &deliveryReportClient{c, settingsv1.NewDeliveryReportServiceClient(c.conn)}
}

func (c *deliveryReportClient) Deliveries(ctx context.Context, send func(shared.Delivery) error) error {
	take := func(reply *settingsv1.DeliveriesResponse) error {
		delivery, look := deliveryFromProto(reply), c.inspect()
		if look.delivery(&delivery, time.Now()); look.err != nil {
			return look.err
		}
		return send(delivery)
	}
	return listen(
		ctx, c.client, c.rpc.Deliveries, &settingsv1.DeliveriesRequest{}, take,
		grpc.MaxCallRecvMsgSize(maxDeliverySize),
	)
}

// deliveryReportServer has the page's notifier tell of its attempts to deliver.
type deliveryReportServer struct {
	settingsv1.UnimplementedDeliveryReportServiceServer
	reporter shared.DeliveryReporter
}

func serveDeliveryReporter(reporter shared.DeliveryReporter) settingsv1.DeliveryReportServiceServer {
	return &deliveryReportServer{reporter: reporter}
}

func (s *deliveryReportServer) Deliveries(
	_ *settingsv1.DeliveriesRequest, stream grpc.ServerStreamingServer[settingsv1.DeliveriesResponse],
) error {
	send := func(d shared.Delivery) error { return stream.Send(deliveryToProto(d)) }
	return toStatus(s.reporter.Deliveries(stream.Context(), send))
}

func deliveryToProto(d shared.Delivery) *settingsv1.DeliveriesResponse {
	return &settingsv1.DeliveriesResponse{
		Id: validUTF8(d.ID), Attempt: int32(d.Attempt), TraceParent: validUTF8(d.TraceParent), //nolint:gosec // few
		Started: timeToProto(d.Started), Finished: timeToProto(d.Finished), Failure: validUTF8(d.Failure),
		Steps: each(d.Steps, func(s shared.DeliveryStep) *settingsv1.DeliveryStep {
			return &settingsv1.DeliveryStep{
				Id: validUTF8(s.ID), Started: timeToProto(s.Started), Finished: timeToProto(s.Finished),
				Status: statusToProto[s.Status],
			}
		}),
	}
}

func deliveryFromProto(d *settingsv1.DeliveriesResponse) shared.Delivery {
	return shared.Delivery{
		ID: d.GetId(), Attempt: int(d.GetAttempt()), TraceParent: d.GetTraceParent(),
		Started: timeFromProto(d.GetStarted()), Finished: timeFromProto(d.GetFinished()), Failure: d.GetFailure(),
		Steps: each(d.GetSteps(), func(s *settingsv1.DeliveryStep) shared.DeliveryStep {
			return shared.DeliveryStep{
				ID: s.GetId(), Started: timeFromProto(s.GetStarted()), Finished: timeFromProto(s.GetFinished()),
				Status: fromProto(statusToProto, s.GetStatus()),
			}
		}),
	}
}
