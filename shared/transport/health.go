package transport

import (
	"context"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// healthClient listens to what a plugin tells of the settings' health.
type healthClient struct {
	*client
	rpc settingsv1.HealthServiceClient
}

func connectHealthReporter(c *client) shared.HealthReporter {
	return &healthClient{c, settingsv1.NewHealthServiceClient(c.conn)}
}

func (c *healthClient) Health(
	ctx context.Context, request shared.HealthRequest, send func(shared.Health) error,
) error {
	take := func(reply *settingsv1.HealthResponse) error {
		health, look := healthFromProto(reply), c.inspect()
		if look.health(&health); look.err != nil {
			return look.err
		}
		return send(health)
	}
	return listen(
		ctx, c.client, c.rpc.Health, healthRequestToProto(request), take, grpc.MaxCallRecvMsgSize(maxDeliverySize),
	)
}

// healthServer has the page tell of the health.
type healthServer struct {
	settingsv1.UnimplementedHealthServiceServer
	reporter shared.HealthReporter
}

func serveHealthReporter(reporter shared.HealthReporter) settingsv1.HealthServiceServer {
	return &healthServer{reporter: reporter}
}

func (s *healthServer) Health(
	request *settingsv1.HealthRequest, stream grpc.ServerStreamingServer[settingsv1.HealthResponse],
) error {
	send := func(h shared.Health) error { return stream.Send(healthToProto(h)) }
	return toStatus(s.reporter.Health(stream.Context(), healthRequestFromProto(request), send))
}

func healthRequestToProto(r shared.HealthRequest) *settingsv1.HealthRequest {
	return &settingsv1.HealthRequest{Locale: validUTF8(r.Locale), After: r.After}
}

func healthRequestFromProto(r *settingsv1.HealthRequest) shared.HealthRequest {
	return shared.HealthRequest{Locale: r.GetLocale(), After: r.GetAfter()}
}

var healthStateToProto = map[shared.HealthState]settingsv1.HealthState{
	shared.HealthUnknown: settingsv1.HealthState_HEALTH_STATE_UNKNOWN,
	shared.HealthHealthy: settingsv1.HealthState_HEALTH_STATE_HEALTHY,
	shared.HealthSuspect: settingsv1.HealthState_HEALTH_STATE_SUSPECT,
	shared.HealthBroken:  settingsv1.HealthState_HEALTH_STATE_BROKEN,
}

func healthToProto(h shared.Health) *settingsv1.HealthResponse {
	return &settingsv1.HealthResponse{
		State: healthStateToProto[h.State], Since: timeToProto(h.Since), Cause: oneDiagnosticToProto(h.Cause),
		Waiting: h.Waiting, CheckedAt: timeToProto(h.CheckedAt), CheckPassed: h.CheckPassed, Number: h.Number,
		Id: validUTF8(h.ID), From: healthStateToProto[h.From],
		Endings: each(h.Endings, func(e shared.Ending) *settingsv1.Ending {
			return &settingsv1.Ending{What: validUTF8(e.What), Field: validUTF8(e.Field), At: timeToProto(e.At)}
		}),
		Watched: each(h.Watched, func(w shared.Watched) *settingsv1.Watched {
			return &settingsv1.Watched{
				Name: validUTF8(w.Name), Action: validUTF8(w.Action), At: timeToProto(w.At), Card: cardToProto(w.Card),
			}
		}),
	}
}

func healthFromProto(h *settingsv1.HealthResponse) shared.Health {
	return shared.Health{
		State: fromProto(healthStateToProto, h.GetState()), Since: timeFromProto(h.GetSince()),
		Cause: oneDiagnosticFromProto(h.GetCause()), Waiting: h.GetWaiting(), CheckedAt: timeFromProto(h.GetCheckedAt()),
		CheckPassed: h.GetCheckPassed(), Number: h.GetNumber(), ID: h.GetId(),
		From: fromProto(healthStateToProto, h.GetFrom()),
		Endings: each(h.GetEndings(), func(e *settingsv1.Ending) shared.Ending {
			return shared.Ending{What: e.GetWhat(), Field: e.GetField(), At: timeFromProto(e.GetAt())}
		}),
		Watched: each(h.GetWatched(), func(w *settingsv1.Watched) shared.Watched {
			return shared.Watched{
				Name: w.GetName(), Action: w.GetAction(), At: timeFromProto(w.GetAt()), Card: cardFromProto(w.GetCard()),
			}
		}),
	}
}

// maxEndings is how many things end by themselves that a host takes, maxWatched how many are watched.
const (
	maxEndings = 32
	maxWatched = 8
)

// health looks at how it is. A state that this version does not know is no answer.
func (a *inspection) health(h *shared.Health) {
	if h.State == "" {
		a.refuse("the health is in no known state")
	}
	if failing := h.State == shared.HealthSuspect || h.State == shared.HealthBroken; failing != (h.Cause != nil) {
		a.refuse("the health is %s, and its cause does not fit", h.State)
	}
	a.oneDiagnostic(h.Cause)
	a.time("the time of a transition", h.Since)
	a.time("the time of a check", h.CheckedAt)
	a.count("a count of notifications", h.Waiting)
	a.count("the number of a transition", h.Number)
	if a.name("id of a transition", h.ID); (h.ID == "") != (h.Number == 0) {
		a.refuse("the transition %d is called %q", h.Number, h.ID)
	}
	h.Endings = firstOf(h.Endings, maxEndings)
	for _, one := range h.Endings {
		a.required("name of what ends", one.What)
		a.name("field of what ends", one.Field)
		a.time("the time of an end", one.At)
	}
	h.Watched = firstOf(h.Watched, maxWatched)
	names := map[string]bool{}
	for i := range h.Watched {
		one := &h.Watched[i]
		if a.required("name of what is watched", one.Name); names[one.Name] {
			a.refuse("%q is watched twice", one.Name)
		}
		names[one.Name] = true
		a.name("action for what is watched", one.Action)
		a.time("the time of a look", one.At)
		a.card(&one.Card)
	}
}
