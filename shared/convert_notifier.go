package shared

import "github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"

func notifyRequestToProto(r NotifyRequest) *settingsv1.NotifyRequest {
	return &settingsv1.NotifyRequest{
		Locale: validUTF8(r.Locale), Actor: Printable(r.Actor), TraceParent: Printable(r.TraceParent),
		Notifications: each(r.Notifications, func(n Notification) *settingsv1.Notification {
			return &settingsv1.Notification{
				Key: validUTF8(n.Key), To: validUTF8(n.To), Subject: validUTF8(n.Subject), Text: validUTF8(n.Text), Html: validUTF8(n.HTML),
			}
		}),
	}
}

func notifyRequestFromProto(r *settingsv1.NotifyRequest) NotifyRequest {
	return NotifyRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), TraceParent: r.GetTraceParent(),
		Notifications: each(r.GetNotifications(), func(n *settingsv1.Notification) Notification {
			return Notification{Key: n.GetKey(), To: n.GetTo(), Subject: n.GetSubject(), Text: n.GetText(), HTML: n.GetHtml()}
		}),
	}
}

func receiptToProto(r Receipt) *settingsv1.Receipt {
	return &settingsv1.Receipt{Id: validUTF8(r.ID), Duplicate: r.Duplicate, Diagnostics: diagnosticsToProto(r.Diagnostics)}
}

func receiptFromProto(r *settingsv1.Receipt) Receipt {
	return Receipt{ID: r.GetId(), Duplicate: r.GetDuplicate(), Diagnostics: diagnosticsFromProto(r.GetDiagnostics())}
}

var serviceStateToProto = map[ServiceState]settingsv1.ServiceState{
	ServiceNotConfigured: settingsv1.ServiceState_SERVICE_STATE_NOT_CONFIGURED,
	ServiceRunning:       settingsv1.ServiceState_SERVICE_STATE_RUNNING,
	ServiceDegraded:      settingsv1.ServiceState_SERVICE_STATE_DEGRADED,
	ServiceStopped:       settingsv1.ServiceState_SERVICE_STATE_STOPPED,
}

// oneDiagnosticToProto carries a finding that may be absent.
func oneDiagnosticToProto(d *Diagnostic) *settingsv1.Diagnostic {
	if d == nil {
		return nil
	}
	return diagnosticsToProto(Diagnostics{*d})[0]
}

func oneDiagnosticFromProto(d *settingsv1.Diagnostic) *Diagnostic {
	if d == nil {
		return nil
	}
	return &diagnosticsFromProto([]*settingsv1.Diagnostic{d})[0]
}

func serviceStatusToProto(s ServiceStatus) *settingsv1.StatusResponse {
	reply := &settingsv1.StatusResponse{
		State: serviceStateToProto[s.State], Since: timeToProto(s.Since), Reason: oneDiagnosticToProto(s.Reason),
		NextAttempt: timeToProto(s.NextAttempt), DeliveredLastMinute: s.DeliveredLastMinute,
		DeliveredTotal: s.DeliveredTotal, FailedAttemptsTotal: s.FailedAttemptsTotal,
		DeliveredBy: each(s.DeliveredBy, func(d Deliverer) *settingsv1.Deliverer {
			return &settingsv1.Deliverer{Host: validUTF8(d.Host), Pid: int64(d.PID), Since: timeToProto(d.Since), Self: d.Self}
		}),
	}
	if len(s.Counts) > 0 {
		reply.Counts = map[string]int64{}
	}
	for state, count := range s.Counts {
		reply.Counts[validUTF8(string(state))] = count
	}
	return reply
}

func serviceStatusFromProto(s *settingsv1.StatusResponse) ServiceStatus {
	status := ServiceStatus{
		State: fromProto(serviceStateToProto, s.GetState()), Since: timeFromProto(s.GetSince()), Reason: oneDiagnosticFromProto(s.GetReason()),
		NextAttempt: timeFromProto(s.GetNextAttempt()), DeliveredLastMinute: s.GetDeliveredLastMinute(),
		DeliveredTotal: s.GetDeliveredTotal(), FailedAttemptsTotal: s.GetFailedAttemptsTotal(),
		DeliveredBy: each(s.GetDeliveredBy(), func(d *settingsv1.Deliverer) Deliverer {
			return Deliverer{Host: d.GetHost(), PID: int(d.GetPid()), Since: timeFromProto(d.GetSince()), Self: d.GetSelf()}
		}),
	}
	if len(s.GetCounts()) > 0 {
		status.Counts = map[NotificationState]int64{}
	}
	for state, count := range s.GetCounts() {
		status.Counts[NotificationState(state)] = count
	}
	return status
}

func listRequestToProto(r ListRequest) *settingsv1.ListRequest {
	return &settingsv1.ListRequest{
		Locale: validUTF8(r.Locale), State: validUTF8(string(r.State)), Search: validUTF8(r.Search), Before: validUTF8(r.Before),
		Limit: int32(max(0, min(r.Limit, maxPage))),
	}
}

func listRequestFromProto(r *settingsv1.ListRequest) ListRequest {
	return ListRequest{
		Locale: r.GetLocale(), State: NotificationState(r.GetState()), Search: r.GetSearch(), Before: r.GetBefore(), Limit: int(r.GetLimit()),
	}
}

func notificationListToProto(l NotificationList) *settingsv1.ListResponse {
	return &settingsv1.ListResponse{Entries: each(l.Entries, entryToProto), More: l.More}
}

func notificationListFromProto(l *settingsv1.ListResponse) NotificationList {
	return NotificationList{Entries: each(l.GetEntries(), entryFromProto), More: l.GetMore()}
}

func entryToProto(e NotificationEntry) *settingsv1.NotificationEntry {
	return &settingsv1.NotificationEntry{
		Id: validUTF8(e.ID), Key: validUTF8(e.Key), To: validUTF8(e.To), Subject: validUTF8(e.Subject), Actor: validUTF8(e.Actor),
		State: validUTF8(string(e.State)), Attempts: int32(e.Attempts), Created: timeToProto(e.Created), //nolint:gosec // few
		NextAttempt: timeToProto(e.NextAttempt), Finished: timeToProto(e.Finished), Failure: oneDiagnosticToProto(e.Failure),
	}
}

func entryFromProto(e *settingsv1.NotificationEntry) NotificationEntry {
	return NotificationEntry{
		ID: e.GetId(), Key: e.GetKey(), To: e.GetTo(), Subject: e.GetSubject(), Actor: e.GetActor(),
		State: NotificationState(e.GetState()), Attempts: int(e.GetAttempts()), Created: timeFromProto(e.GetCreated()),
		NextAttempt: timeFromProto(e.GetNextAttempt()), Finished: timeFromProto(e.GetFinished()), Failure: oneDiagnosticFromProto(e.GetFailure()),
	}
}

func deliveryToProto(d Delivery) *settingsv1.DeliveriesResponse {
	return &settingsv1.DeliveriesResponse{
		Id: validUTF8(d.ID), Attempt: int32(d.Attempt), TraceParent: validUTF8(d.TraceParent), //nolint:gosec // few
		Started: timeToProto(d.Started), Finished: timeToProto(d.Finished), Failure: validUTF8(d.Failure),
		Steps: each(d.Steps, func(s DeliveryStep) *settingsv1.DeliveryStep {
			return &settingsv1.DeliveryStep{
				Id: validUTF8(s.ID), Started: timeToProto(s.Started), Finished: timeToProto(s.Finished), Status: statusToProto[s.Status],
			}
		}),
	}
}

func deliveryFromProto(d *settingsv1.DeliveriesResponse) Delivery {
	return Delivery{
		ID: d.GetId(), Attempt: int(d.GetAttempt()), TraceParent: d.GetTraceParent(),
		Started: timeFromProto(d.GetStarted()), Finished: timeFromProto(d.GetFinished()), Failure: d.GetFailure(),
		Steps: each(d.GetSteps(), func(s *settingsv1.DeliveryStep) DeliveryStep {
			return DeliveryStep{
				ID: s.GetId(), Started: timeFromProto(s.GetStarted()), Finished: timeFromProto(s.GetFinished()), Status: fromProto(statusToProto, s.GetStatus()),
			}
		}),
	}
}
