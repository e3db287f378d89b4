package shared

import (
	"context"
	"errors"
	"io"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// notifierClient is apart from client because of its method Status.
type notifierClient struct{ *client }

var (
	_ Notifier         = notifierClient{}
	_ DeliveryReporter = notifierClient{}
)

func (c notifierClient) rpc() settingsv1.NotifierServiceClient {
	return settingsv1.NewNotifierServiceClient(c.conn)
}

func (c notifierClient) Notify(ctx context.Context, request NotifyRequest) ([]Receipt, error) {
	reply, err := c.rpc().Notify(ctx, notifyRequestToProto(request))
	if err != nil {
		return nil, c.fromStatus(ctx, err)
	}
	return each(reply.GetReceipts(), receiptFromProto), nil
}

func (c notifierClient) Status(ctx context.Context, request StatusRequest) (ServiceStatus, error) {
	reply, err := c.rpc().Status(ctx, &settingsv1.StatusRequest{Locale: validUTF8(request.Locale)})
	if err != nil {
		return ServiceStatus{}, c.fromStatus(ctx, err)
	}
	return serviceStatusFromProto(reply), nil
}

func (c notifierClient) List(ctx context.Context, request ListRequest) (NotificationList, error) {
	reply, err := c.rpc().List(ctx, listRequestToProto(request))
	if err != nil {
		return NotificationList{}, c.fromStatus(ctx, err)
	}
	return notificationListFromProto(reply), nil
}

func (c notifierClient) Retry(ctx context.Context, request NotificationRequest) (NotificationEntry, error) {
	reply, err := c.rpc().Retry(ctx, &settingsv1.RetryRequest{Actor: validUTF8(request.Actor), Id: validUTF8(request.ID)})
	return c.entry(ctx, reply.GetEntry(), err)
}

func (c notifierClient) Cancel(ctx context.Context, request NotificationRequest) (NotificationEntry, error) {
	reply, err := c.rpc().Cancel(ctx, &settingsv1.CancelRequest{Actor: validUTF8(request.Actor), Id: validUTF8(request.ID)})
	return c.entry(ctx, reply.GetEntry(), err)
}

func (c notifierClient) entry(ctx context.Context, entry *settingsv1.NotificationEntry, err error) (NotificationEntry, error) {
	switch {
	case err != nil:
		return NotificationEntry{}, c.fromStatus(ctx, err)
	case entry == nil:
		return NotificationEntry{}, ErrNoNotification
	default:
		return entryFromProto(entry), nil
	}
}

func (c notifierClient) Deliveries(ctx context.Context, send func(Delivery) error) error {
	ctx, cancel := context.WithCancel(ctx) // Whatever way leads out of here, the stream ends.
	defer cancel()
	stream, err := c.rpc().Deliveries(ctx, &settingsv1.DeliveriesRequest{})
	if err != nil {
		return c.fromStatus(ctx, err)
	}
	for {
		reply, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return c.fromStatus(ctx, err)
		}
		if err := send(deliveryFromProto(reply)); err != nil {
			return err
		}
	}
}
