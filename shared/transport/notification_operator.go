package transport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// notificationOperatorClient operates the notification service of a plugin.
type notificationOperatorClient struct {
	*client
	rpc settingsv1.NotificationOperatorServiceClient
}

func connectNotificationOperator(c *client) shared.NotificationOperator {
	return &notificationOperatorClient{c, settingsv1.NewNotificationOperatorServiceClient(c.conn)}
}

func (c *notificationOperatorClient) Show(
	ctx context.Context, request shared.ShowRequest,
) (shared.NotificationDetail, error) {
	reply, err := c.rpc.Show(ctx, &settingsv1.ShowRequest{Locale: validUTF8(request.Locale), Id: validUTF8(request.ID)})
	switch {
	case err != nil:
		return shared.NotificationDetail{}, c.fromStatus(ctx, err)
	case reply.GetEntry() == nil:
		return shared.NotificationDetail{}, shared.ErrNoNotification
	}
	detail, look := detailFromProto(reply), c.inspect()
	if look.detail(&detail); detail.ID != request.ID {
		look.refuse("the notification %q instead of %q", detail.ID, request.ID)
	}
	return checked(look, detail)
}

func (c *notificationOperatorClient) Operate(
	ctx context.Context, request shared.OperateRequest,
) (shared.OperateReport, error) {
	if err := request.Check(); err != nil {
		return shared.OperateReport{}, err
	}
	report, err := ask(ctx, c.client, c.rpc.Operate, operateRequestToProto(request),
		reading(operateReportFromProto, (*inspection).operateReport))
	return report, invalidRequest(err)
}

func (c *notificationOperatorClient) Statistics(
	ctx context.Context, request shared.StatisticsRequest,
) ([]shared.StatisticsBucket, error) {
	buckets, err := ask(ctx, c.client, c.rpc.Statistics, statisticsRequestToProto(request),
		reading(bucketsFromProto, func(a *inspection, list *[]shared.StatisticsBucket) { a.buckets(request, list) }))
	return buckets, invalidRequest(err)
}

// invalidRequest gives a refusal of a request its own error.
func invalidRequest(err error) error {
	if said, ok := status.FromError(err); ok && said.Code() == codes.InvalidArgument {
		return fmt.Errorf("%w: %s", shared.ErrInvalidRequest, said.Message())
	}
	return err
}

// maxBuckets is how many a day by the minute has, and more than 90 days by the hour do.
const maxBuckets = 2200

func (a *inspection) detail(d *shared.NotificationDetail) {
	a.entry(&d.NotificationEntry)
	a.line(&d.Operator)
	a.time("the time of an operation", d.Operated)
	d.Attempts = firstOf(d.Attempts, maxSteps)
	for i := range d.Attempts {
		one := &d.Attempts[i]
		a.count("the number of an attempt", int64(one.Number))
		a.time("the time of an attempt", one.Ended)
		a.line(&one.Node, &one.Server, &one.Reply)
		a.count("a revision", one.Revision)
		a.elapsed(&one.Duration)
		a.oneDiagnostic(one.Failure)
		one.Transcript = firstOf(one.Transcript, maxSteps)
		for j := range one.Transcript {
			a.line(&one.Transcript[j])
		}
	}
	d.Operations = firstOf(d.Operations, shared.MaxShownOperations)
	for i := range d.Operations {
		one := &d.Operations[i]
		a.name("name of an operation", string(one.Operation))
		a.line(&one.Operator)
		a.time("the time of an operation", one.At)
	}
}

func (a *inspection) operateReport(r *shared.OperateReport) {
	a.count("a count of notifications", r.Matched)
	a.count("a count of notifications", r.Changed)
	if r.Changed > r.Matched {
		a.refuse("%d notifications were changed of %d", r.Changed, r.Matched)
	}
}

func (a *inspection) buckets(request shared.StatisticsRequest, list *[]shared.StatisticsBucket) {
	*list = firstOf(*list, maxBuckets)
	var last time.Time
	for i, one := range *list {
		a.time("the time of statistics", one.Began)
		if i > 0 && !one.Began.After(last) {
			a.refuse("statistics of %s after those of %s", one.Began, last)
		}
		if one.Began.Before(request.From) || !request.Until.IsZero() && !one.Began.Before(request.Until) {
			a.refuse("statistics of %s, which were not asked for", one.Began)
		}
		last = one.Began
		for _, count := range []int64{one.Accepted, one.Delivered, one.FailedAttempts, one.Dead} {
			a.count("a count of statistics", count)
		}
	}
}

// notificationOperatorServer translates calls to the page's notification service.
type notificationOperatorServer struct {
	settingsv1.UnimplementedNotificationOperatorServiceServer
	operator shared.NotificationOperator
}

func serveNotificationOperator(operator shared.NotificationOperator) settingsv1.NotificationOperatorServiceServer {
	return &notificationOperatorServer{operator: operator}
}

func (s *notificationOperatorServer) Show(
	ctx context.Context, request *settingsv1.ShowRequest,
) (*settingsv1.ShowResponse, error) {
	detail, err := s.operator.Show(ctx, shared.ShowRequest{Locale: request.GetLocale(), ID: request.GetId()})
	switch {
	case errors.Is(err, shared.ErrNoNotification):
		return &settingsv1.ShowResponse{}, nil
	case err != nil:
		return nil, toStatus(err)
	}
	return detailToProto(detail), nil
}

func (s *notificationOperatorServer) Operate(
	ctx context.Context, request *settingsv1.OperateRequest,
) (*settingsv1.OperateResponse, error) {
	return respond(ctx, s.operator.Operate, operateRequestFromProto(request), operateReportToProto)
}

func (s *notificationOperatorServer) Statistics(
	ctx context.Context, request *settingsv1.StatisticsRequest,
) (*settingsv1.StatisticsResponse, error) {
	return respond(ctx, s.operator.Statistics, statisticsRequestFromProto(request), bucketsToProto)
}

func detailToProto(d shared.NotificationDetail) *settingsv1.ShowResponse {
	return &settingsv1.ShowResponse{
		Entry: entryToProto(d.NotificationEntry), Operator: validUTF8(d.Operator), Operated: timeToProto(d.Operated),
		Attempts: each(d.Attempts, attemptToProto),
		Operations: each(d.Operations, func(o shared.OperationRecord) *settingsv1.OperationRecord {
			return &settingsv1.OperationRecord{
				Operation: validUTF8(string(o.Operation)), Operator: validUTF8(o.Operator), At: timeToProto(o.At),
			}
		}),
	}
}

func attemptToProto(a shared.NotificationAttempt) *settingsv1.NotificationAttempt {
	sent := &settingsv1.NotificationAttempt{
		Number: int32(a.Number), //nolint:gosec // few
		Ended:  timeToProto(a.Ended), Failure: oneDiagnosticToProto(a.Failure), Node: validUTF8(a.Node),
		Server: validUTF8(a.Server), Revision: a.Revision, Uncounted: a.Uncounted, Reply: validUTF8(a.Reply),
		Transcript: each(a.Transcript, validUTF8),
	}
	if a.Duration != 0 {
		sent.Duration = durationpb.New(time.Duration(a.Duration))
	}
	return sent
}

func detailFromProto(d *settingsv1.ShowResponse) shared.NotificationDetail {
	return shared.NotificationDetail{
		NotificationEntry: entryFromProto(d.GetEntry()), Operator: d.GetOperator(), Operated: timeFromProto(d.GetOperated()),
		Attempts: each(d.GetAttempts(), func(a *settingsv1.NotificationAttempt) shared.NotificationAttempt {
			return shared.NotificationAttempt{
				Number: int(a.GetNumber()), Ended: timeFromProto(a.GetEnded()), Failure: oneDiagnosticFromProto(a.GetFailure()),
				Duration: shared.Elapsed(a.GetDuration().AsDuration()), Node: a.GetNode(), Server: a.GetServer(),
				Revision: a.GetRevision(), Uncounted: a.GetUncounted(), Reply: a.GetReply(),
				Transcript: a.GetTranscript(),
			}
		}),
		Operations: each(d.GetOperations(), func(o *settingsv1.OperationRecord) shared.OperationRecord {
			return shared.OperationRecord{
				Operation: shared.Operation(o.GetOperation()), Operator: o.GetOperator(), At: timeFromProto(o.GetAt()),
			}
		}),
	}
}

func operateRequestToProto(r shared.OperateRequest) *settingsv1.OperateRequest {
	return &settingsv1.OperateRequest{
		Actor: printable.Line(r.Actor), Operation: validUTF8(string(r.Operation)), State: validUTF8(string(r.State)),
		Search: validUTF8(r.Search), Ids: each(r.IDs, validUTF8), Cause: validUTF8(r.Cause),
		Category: validUTF8(r.Category), Recipient: validUTF8(r.Recipient), From: timeToProto(r.From),
		Until: timeToProto(r.Until), All: r.All, Unseen: r.Unseen,
	}
}

func operateRequestFromProto(r *settingsv1.OperateRequest) shared.OperateRequest {
	return shared.OperateRequest{
		Actor: r.GetActor(), Operation: shared.Operation(r.GetOperation()),
		State: shared.NotificationState(r.GetState()), Search: r.GetSearch(), All: r.GetAll(),
		NotificationFilter: shared.NotificationFilter{
			IDs: r.GetIds(), Cause: r.GetCause(), Category: r.GetCategory(), Recipient: r.GetRecipient(),
			From: timeFromProto(r.GetFrom()), Until: timeFromProto(r.GetUntil()), Unseen: r.GetUnseen(),
		},
	}
}

func operateReportToProto(r shared.OperateReport) *settingsv1.OperateResponse {
	return &settingsv1.OperateResponse{Matched: r.Matched, Changed: r.Changed}
}

func operateReportFromProto(r *settingsv1.OperateResponse) shared.OperateReport {
	return shared.OperateReport{Matched: r.GetMatched(), Changed: r.GetChanged()}
}

func statisticsRequestToProto(r shared.StatisticsRequest) *settingsv1.StatisticsRequest {
	sent := &settingsv1.StatisticsRequest{From: timeToProto(r.From), Until: timeToProto(r.Until)}
	if r.Width != 0 {
		sent.Width = durationpb.New(r.Width)
	}
	return sent
}

func statisticsRequestFromProto(r *settingsv1.StatisticsRequest) shared.StatisticsRequest {
	return shared.StatisticsRequest{
		From: timeFromProto(r.GetFrom()), Until: timeFromProto(r.GetUntil()), Width: r.GetWidth().AsDuration(),
	}
}

func bucketsToProto(list []shared.StatisticsBucket) *settingsv1.StatisticsResponse {
	return &settingsv1.StatisticsResponse{
		Buckets: each(list, func(b shared.StatisticsBucket) *settingsv1.StatisticsBucket {
			return &settingsv1.StatisticsBucket{
				Began: timeToProto(b.Began), Accepted: b.Accepted, Delivered: b.Delivered, FailedAttempts: b.FailedAttempts,
				Dead: b.Dead,
			}
		}),
	}
}

func bucketsFromProto(r *settingsv1.StatisticsResponse) []shared.StatisticsBucket {
	return each(r.GetBuckets(), func(b *settingsv1.StatisticsBucket) shared.StatisticsBucket {
		return shared.StatisticsBucket{
			Began: timeFromProto(b.GetBegan()), Accepted: b.GetAccepted(), Delivered: b.GetDelivered(),
			FailedAttempts: b.GetFailedAttempts(), Dead: b.GetDead(),
		}
	})
}
