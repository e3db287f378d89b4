package transport

import (
	"context"
	"errors"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/translations"
)

// notifierClient hands notifications to a plugin.
type notifierClient struct {
	*client
	rpc settingsv1.NotifierServiceClient
}

func connectNotifier(c *client) shared.Notifier {
	return &notifierClient{c, settingsv1.NewNotifierServiceClient(c.conn)}
}

// Notify checks the notifications before they are sent: one that the connection cannot carry must not fail the others.
func (c *notifierClient) Notify(ctx context.Context, request shared.NotifyRequest) ([]shared.Receipt, error) {
	receipts, good := request.Check(translations.Catalog.Language(request.Locale))
	if len(good) == 0 {
		return receipts, nil
	}
	all := request.Notifications
	request.Notifications = each(good, func(i int) shared.Notification { return all[i].WithShortSubject() })
	look := func(a *inspection, given *[]shared.Receipt) { a.receipts(request, *given) }
	given, err := ask(ctx, c.client, c.rpc.Notify, notifyRequestToProto(request), reading(receiptsFromProto, look))
	if err != nil {
		return nil, err
	}
	for n, i := range good {
		receipts[i] = given[n]
	}
	return receipts, nil
}

func (c *notifierClient) Status(ctx context.Context, request shared.StatusRequest) (shared.ServiceStatus, error) {
	return ask(
		ctx, c.client, c.rpc.Status, statusRequestToProto(request),
		reading(serviceStatusFromProto, (*inspection).serviceStatus),
	)
}

func (c *notifierClient) List(ctx context.Context, request shared.ListRequest) (shared.NotificationList, error) {
	look := func(a *inspection, list *shared.NotificationList) { a.notifications(request, list) }
	list, err := ask(ctx, c.client, c.rpc.List, listRequestToProto(request), reading(notificationListFromProto, look))
	return list, invalidRequest(err)
}

func (c *notifierClient) Retry(
	ctx context.Context, request shared.NotificationRequest,
) (shared.NotificationEntry, error) {
	sent := &settingsv1.RetryRequest{Actor: printable.Line(request.Actor), Id: validUTF8(request.ID)}
	reply, err := c.rpc.Retry(ctx, sent)
	return c.entry(ctx, request, reply.GetEntry(), err)
}

func (c *notifierClient) Cancel(
	ctx context.Context, request shared.NotificationRequest,
) (shared.NotificationEntry, error) {
	sent := &settingsv1.CancelRequest{Actor: printable.Line(request.Actor), Id: validUTF8(request.ID)}
	reply, err := c.rpc.Cancel(ctx, sent)
	return c.entry(ctx, request, reply.GetEntry(), err)
}

// entry takes the answer about one notification.
func (c *notifierClient) entry(
	ctx context.Context, request shared.NotificationRequest, reply *settingsv1.NotificationEntry, err error,
) (shared.NotificationEntry, error) {
	switch {
	case err != nil:
		return shared.NotificationEntry{}, c.fromStatus(ctx, err)
	case reply == nil:
		return shared.NotificationEntry{}, shared.ErrNoNotification
	}
	entry, look := entryFromProto(reply), c.inspect()
	if look.entry(&entry); entry.ID != request.ID {
		look.refuse("the notification %q instead of %q", entry.ID, request.ID)
	}
	return checked(look, entry)
}

// notifierServer translates calls of the notification service to the page.
type notifierServer struct {
	settingsv1.UnimplementedNotifierServiceServer
	notifier shared.Notifier
}

func serveNotifier(notifier shared.Notifier) settingsv1.NotifierServiceServer {
	return &notifierServer{notifier: notifier}
}

func (s *notifierServer) Notify(
	ctx context.Context, request *settingsv1.NotifyRequest,
) (*settingsv1.NotifyResponse, error) {
	return respond(ctx, s.notifier.Notify, notifyRequestFromProto(request), receiptsToProto)
}

func (s *notifierServer) Status(
	ctx context.Context, request *settingsv1.StatusRequest,
) (*settingsv1.StatusResponse, error) {
	return respond(ctx, s.notifier.Status, statusRequestFromProto(request), serviceStatusToProto)
}

func (s *notifierServer) List(ctx context.Context, request *settingsv1.ListRequest) (*settingsv1.ListResponse, error) {
	return respond(ctx, s.notifier.List, listRequestFromProto(request), notificationListToProto)
}

func (s *notifierServer) Retry(
	ctx context.Context, request *settingsv1.RetryRequest,
) (*settingsv1.RetryResponse, error) {
	entry, err := found(
		s.notifier.Retry(ctx, shared.NotificationRequest{Actor: request.GetActor(), ID: request.GetId()}),
	)
	return &settingsv1.RetryResponse{Entry: entry}, err
}

func (s *notifierServer) Cancel(
	ctx context.Context, request *settingsv1.CancelRequest,
) (*settingsv1.CancelResponse, error) {
	entry, err := found(
		s.notifier.Cancel(ctx, shared.NotificationRequest{Actor: request.GetActor(), ID: request.GetId()}),
	)
	return &settingsv1.CancelResponse{Entry: entry}, err
}

// found carries a notification, nil when there is none of the id.
func found(entry shared.NotificationEntry, err error) (*settingsv1.NotificationEntry, error) {
	switch {
	case errors.Is(err, shared.ErrNoNotification):
		return nil, nil
	case err != nil:
		return nil, toStatus(err)
	}
	return entryToProto(entry), nil
}

func notifyRequestToProto(r shared.NotifyRequest) *settingsv1.NotifyRequest {
	return &settingsv1.NotifyRequest{
		Locale: validUTF8(r.Locale), Actor: printable.Line(r.Actor), TraceParent: printable.Line(r.TraceParent),
		Notifications: each(r.Notifications, notificationToProto),
	}
}

func notifyRequestFromProto(r *settingsv1.NotifyRequest) shared.NotifyRequest {
	return shared.NotifyRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), TraceParent: r.GetTraceParent(),
		Notifications: each(r.GetNotifications(), notificationFromProto),
	}
}

func receiptsToProto(list []shared.Receipt) *settingsv1.NotifyResponse {
	return &settingsv1.NotifyResponse{Receipts: each(list, receiptToProto)}
}

func receiptsFromProto(r *settingsv1.NotifyResponse) []shared.Receipt {
	return each(r.GetReceipts(), receiptFromProto)
}

func receiptToProto(r shared.Receipt) *settingsv1.Receipt {
	return &settingsv1.Receipt{
		Id: validUTF8(r.ID), Duplicate: r.Duplicate, Differs: r.Differs, Diagnostics: diagnosticsToProto(r.Diagnostics),
	}
}

func receiptFromProto(r *settingsv1.Receipt) shared.Receipt {
	return shared.Receipt{
		ID: r.GetId(), Duplicate: r.GetDuplicate(), Differs: r.GetDiffers(),
		Diagnostics: diagnosticsFromProto(r.GetDiagnostics()),
	}
}

func statusRequestToProto(r shared.StatusRequest) *settingsv1.StatusRequest {
	return &settingsv1.StatusRequest{Locale: validUTF8(r.Locale)}
}

func statusRequestFromProto(r *settingsv1.StatusRequest) shared.StatusRequest {
	return shared.StatusRequest{Locale: r.GetLocale()}
}

var serviceStateToProto = map[shared.ServiceState]settingsv1.ServiceState{
	shared.ServiceNotConfigured: settingsv1.ServiceState_SERVICE_STATE_NOT_CONFIGURED,
	shared.ServiceRunning:       settingsv1.ServiceState_SERVICE_STATE_RUNNING,
	shared.ServiceDegraded:      settingsv1.ServiceState_SERVICE_STATE_DEGRADED,
	shared.ServiceStopped:       settingsv1.ServiceState_SERVICE_STATE_STOPPED,
}

// oneDiagnosticToProto carries a finding that may be absent.
func oneDiagnosticToProto(d *shared.Diagnostic) *settingsv1.Diagnostic {
	if d == nil {
		return nil
	}
	return diagnosticsToProto(shared.Diagnostics{*d})[0]
}

func oneDiagnosticFromProto(d *settingsv1.Diagnostic) *shared.Diagnostic {
	if d == nil {
		return nil
	}
	return &diagnosticsFromProto([]*settingsv1.Diagnostic{d})[0]
}

func serviceStatusToProto(s shared.ServiceStatus) *settingsv1.StatusResponse {
	reply := &settingsv1.StatusResponse{
		State: serviceStateToProto[s.State], Since: timeToProto(s.Since), Reason: oneDiagnosticToProto(s.Reason),
		NextAttempt: timeToProto(s.NextAttempt), DeliveredLastMinute: s.DeliveredLastMinute,
		DeliveredTotal: s.DeliveredTotal, FailedAttemptsTotal: s.FailedAttemptsTotal, Held: heldToProto(s.Held),
		OldestWaiting: timeToProto(s.OldestWaiting),
		DeliveredBy: each(s.DeliveredBy, func(d shared.Deliverer) *settingsv1.Deliverer {
			return &settingsv1.Deliverer{
				Host: validUTF8(d.Host), Pid: int64(d.PID), Since: timeToProto(d.Since), Self: d.Self,
				DeliveredLastHour: d.DeliveredLastHour, FailedAttemptsLastHour: d.FailedAttemptsLastHour,
			}
		}),
		Purges:         each(s.Purges, purgeToProto),
		SecretExpiries: each(s.SecretExpiries, secretExpiryToProto), AskedLook: askedLookToProto(s.AskedLook),
	}
	if len(s.Counts) > 0 {
		reply.Counts = map[string]int64{}
	}
	for state, count := range s.Counts {
		reply.Counts[validUTF8(string(state))] = count
	}
	return reply
}

func serviceStatusFromProto(s *settingsv1.StatusResponse) shared.ServiceStatus {
	status := shared.ServiceStatus{
		State: fromProto(serviceStateToProto, s.GetState()), Since: timeFromProto(s.GetSince()),
		Reason:      oneDiagnosticFromProto(s.GetReason()),
		NextAttempt: timeFromProto(s.GetNextAttempt()), DeliveredLastMinute: s.GetDeliveredLastMinute(),
		DeliveredTotal: s.GetDeliveredTotal(), FailedAttemptsTotal: s.GetFailedAttemptsTotal(),
		Held: heldFromProto(s.GetHeld()), OldestWaiting: timeFromProto(s.GetOldestWaiting()),
		DeliveredBy: each(s.GetDeliveredBy(), func(d *settingsv1.Deliverer) shared.Deliverer {
			return shared.Deliverer{
				Host: d.GetHost(), PID: int(d.GetPid()), Since: timeFromProto(d.GetSince()), Self: d.GetSelf(),
				DeliveredLastHour: d.GetDeliveredLastHour(), FailedAttemptsLastHour: d.GetFailedAttemptsLastHour(),
			}
		}),
		Purges:         each(s.GetPurges(), purgeFromProto),
		SecretExpiries: each(s.GetSecretExpiries(), secretExpiryFromProto), AskedLook: askedLookFromProto(s.GetAskedLook()),
	}
	if len(s.GetCounts()) > 0 {
		status.Counts = map[shared.NotificationState]int64{}
	}
	for state, count := range s.GetCounts() {
		status.Counts[shared.NotificationState(state)] = count
	}
	return status
}

func listRequestToProto(r shared.ListRequest) *settingsv1.ListRequest {
	return &settingsv1.ListRequest{
		Locale: validUTF8(r.Locale), State: validUTF8(string(r.State)), Search: validUTF8(r.Search),
		Before: validUTF8(r.Before),
		Limit:  limitToProto(r.Limit),
		Ids:    each(r.IDs, validUTF8), Cause: validUTF8(r.Cause), Category: validUTF8(r.Category),
		Recipient: validUTF8(r.Recipient), From: timeToProto(r.From), Until: timeToProto(r.Until),
		Unseen: r.Unseen,
	}
}

func listRequestFromProto(r *settingsv1.ListRequest) shared.ListRequest {
	return shared.ListRequest{
		Locale: r.GetLocale(), State: shared.NotificationState(r.GetState()), Search: r.GetSearch(),
		Before: r.GetBefore(), Limit: int(r.GetLimit()),
		NotificationFilter: shared.NotificationFilter{
			IDs: r.GetIds(), Cause: r.GetCause(), Category: r.GetCategory(), Recipient: r.GetRecipient(),
			From: timeFromProto(r.GetFrom()), Until: timeFromProto(r.GetUntil()), Unseen: r.GetUnseen(),
		},
	}
}

func notificationListToProto(l shared.NotificationList) *settingsv1.ListResponse {
	return &settingsv1.ListResponse{Entries: each(l.Entries, entryToProto), More: l.More}
}

func notificationListFromProto(l *settingsv1.ListResponse) shared.NotificationList {
	return shared.NotificationList{Entries: each(l.GetEntries(), entryFromProto), More: l.GetMore()}
}

func entryToProto(e shared.NotificationEntry) *settingsv1.NotificationEntry {
	return &settingsv1.NotificationEntry{
		Id: validUTF8(e.ID), Key: validUTF8(e.Key), To: validUTF8(e.To), Subject: validUTF8(e.Subject),
		Actor: validUTF8(e.Actor),
		State: validUTF8(string(e.State)), Created: timeToProto(e.Created),
		Attempts:    int32(e.Attempts), //nolint:gosec // few
		NextAttempt: timeToProto(e.NextAttempt), Finished: timeToProto(e.Finished),
		Failure: oneDiagnosticToProto(e.Failure),
		Thread:  validUTF8(e.Thread), Expires: timeToProto(e.Expires), Priority: validUTF8(string(e.Priority)),
		Category: validUTF8(e.Category), Reply: validUTF8(e.Reply),
		PausedBy: validUTF8(e.PausedBy), SetAsideAt: timeToProto(e.SetAsideAt),
		PutAwayBy: printable.Line(e.PutAwayBy),
	}
}

func entryFromProto(e *settingsv1.NotificationEntry) shared.NotificationEntry {
	return shared.NotificationEntry{
		ID: e.GetId(), Key: e.GetKey(), To: e.GetTo(), Subject: e.GetSubject(), Actor: e.GetActor(),
		State: shared.NotificationState(e.GetState()), Attempts: int(e.GetAttempts()),
		Created:     timeFromProto(e.GetCreated()),
		NextAttempt: timeFromProto(e.GetNextAttempt()), Finished: timeFromProto(e.GetFinished()),
		Failure: oneDiagnosticFromProto(e.GetFailure()),
		Thread:  e.GetThread(), Expires: timeFromProto(e.GetExpires()), Priority: shared.Priority(e.GetPriority()),
		Category: e.GetCategory(), Reply: e.GetReply(),
		PausedBy: e.GetPausedBy(), SetAsideAt: timeFromProto(e.GetSetAsideAt()),
		PutAwayBy: e.GetPutAwayBy(),
	}
}
