package shared

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// Notify checks the notifications before they are sent: one that the connection cannot carry must not fail the others.
func (c notifierClient) Notify(ctx context.Context, request NotifyRequest) ([]Receipt, error) {
	receipts, good := request.Check()
	for i := range receipts {
		receipts[i].Diagnostics = receipts[i].Diagnostics.In(Catalogue().Language(request.Locale))
	}
	if len(good) == 0 {
		return receipts, nil
	}
	all := request.Notifications
	request.Notifications = each(good, func(i int) Notification { return all[i] })
	reply, err := c.rpc().Notify(ctx, notifyRequestToProto(request))
	if err != nil {
		return nil, c.fromStatus(ctx, err)
	}
	given, look := each(reply.GetReceipts(), receiptFromProto), c.inspect()
	if look.receipts(request, given); look.err != nil {
		return nil, look.err
	}
	for n, i := range good {
		receipts[i] = given[n]
	}
	return receipts, nil
}

func (c notifierClient) Status(ctx context.Context, request StatusRequest) (ServiceStatus, error) {
	reply, err := c.rpc().Status(ctx, &settingsv1.StatusRequest{Locale: validUTF8(request.Locale)})
	if err != nil {
		return ServiceStatus{}, c.fromStatus(ctx, err)
	}
	service, look := serviceStatusFromProto(reply), c.inspect()
	look.serviceStatus(&service)
	return checked(look, service)
}

func (c notifierClient) List(ctx context.Context, request ListRequest) (NotificationList, error) {
	reply, err := c.rpc().List(ctx, listRequestToProto(request))
	if err != nil {
		err = c.fromStatus(ctx, err)
		if said, ok := status.FromError(err); ok && said.Code() == codes.InvalidArgument {
			err = fmt.Errorf("%w: %s", ErrInvalidRequest, said.Message())
		}
		return NotificationList{}, err
	}
	list, look := notificationListFromProto(reply), c.inspect()
	look.notifications(request, &list)
	return checked(look, list)
}

func (c notifierClient) Retry(ctx context.Context, request NotificationRequest) (NotificationEntry, error) {
	reply, err := c.rpc().Retry(ctx, &settingsv1.RetryRequest{Actor: Printable(request.Actor), Id: validUTF8(request.ID)})
	return c.entry(ctx, request, reply.GetEntry(), err)
}

func (c notifierClient) Cancel(ctx context.Context, request NotificationRequest) (NotificationEntry, error) {
	reply, err := c.rpc().Cancel(ctx, &settingsv1.CancelRequest{Actor: Printable(request.Actor), Id: validUTF8(request.ID)})
	return c.entry(ctx, request, reply.GetEntry(), err)
}

func (c notifierClient) entry(ctx context.Context, request NotificationRequest, reply *settingsv1.NotificationEntry, err error) (NotificationEntry, error) {
	switch {
	case err != nil:
		return NotificationEntry{}, c.fromStatus(ctx, err)
	case reply == nil:
		return NotificationEntry{}, ErrNoNotification
	}
	entry, look := entryFromProto(reply), c.inspect()
	if look.entry(&entry); entry.ID != request.ID {
		look.refuse("the notification %q instead of %q", entry.ID, request.ID)
	}
	return checked(look, entry)
}

func (c notifierClient) Deliveries(ctx context.Context, send func(Delivery) error) error {
	ctx, cancel := context.WithCancel(ctx) // Whatever way leads out of here, the stream ends.
	defer cancel()
	stream, err := c.rpc().Deliveries(ctx, &settingsv1.DeliveriesRequest{}, grpc.MaxCallRecvMsgSize(maxDeliverySize))
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
		delivery, look := deliveryFromProto(reply), c.inspect()
		look.delivery(&delivery, time.Now())
		if look.err != nil {
			return look.err
		}
		if err := send(delivery); err != nil {
			return err
		}
	}
}
