package shared

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// notifierServer translates calls of the notification service to the page.
type notifierServer struct {
	settingsv1.UnimplementedNotifierServiceServer
	notifier Notifier
}

func (s *notifierServer) Notify(ctx context.Context, request *settingsv1.NotifyRequest) (*settingsv1.NotifyResponse, error) {
	receipts, err := s.notifier.Notify(ctx, notifyRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.NotifyResponse{Receipts: each(receipts, receiptToProto)}, nil
}

func (s *notifierServer) Status(ctx context.Context, request *settingsv1.StatusRequest) (*settingsv1.StatusResponse, error) {
	status, err := s.notifier.Status(ctx, StatusRequest{Locale: request.GetLocale()})
	if err != nil {
		return nil, toStatus(err)
	}
	return serviceStatusToProto(status), nil
}

func (s *notifierServer) List(ctx context.Context, request *settingsv1.ListRequest) (*settingsv1.ListResponse, error) {
	list, err := s.notifier.List(ctx, listRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return notificationListToProto(list), nil
}

func (s *notifierServer) Retry(ctx context.Context, request *settingsv1.RetryRequest) (*settingsv1.RetryResponse, error) {
	entry, err := s.notifier.Retry(ctx, NotificationRequest{Actor: request.GetActor(), ID: request.GetId()})
	switch {
	case errors.Is(err, ErrNoNotification):
		return &settingsv1.RetryResponse{}, nil
	case err != nil:
		return nil, toStatus(err)
	}
	return &settingsv1.RetryResponse{Entry: entryToProto(entry)}, nil
}

func (s *notifierServer) Cancel(ctx context.Context, request *settingsv1.CancelRequest) (*settingsv1.CancelResponse, error) {
	entry, err := s.notifier.Cancel(ctx, NotificationRequest{Actor: request.GetActor(), ID: request.GetId()})
	switch {
	case errors.Is(err, ErrNoNotification):
		return &settingsv1.CancelResponse{}, nil
	case err != nil:
		return nil, toStatus(err)
	}
	return &settingsv1.CancelResponse{Entry: entryToProto(entry)}, nil
}

func (s *notifierServer) Deliveries(_ *settingsv1.DeliveriesRequest, stream grpc.ServerStreamingServer[settingsv1.DeliveriesResponse]) error {
	watcher, ok := s.notifier.(DeliveryReporter)
	if !ok {
		return status.Error(codes.Unimplemented, "deliveries are not told")
	}
	return toStatus(watcher.Deliveries(stream.Context(), func(d Delivery) error { return stream.Send(deliveryToProto(d)) }))
}
