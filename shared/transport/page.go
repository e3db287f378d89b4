package transport

import (
	"context"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// pageClient asks a plugin for its page.
type pageClient struct {
	*client
	rpc settingsv1.SettingsPageServiceClient
}

func connectPage(c *client) shared.SettingsPage {
	return &pageClient{c, settingsv1.NewSettingsPageServiceClient(c.conn)}
}

func (c *pageClient) Info(ctx context.Context) (shared.Info, error) {
	return ask(ctx, c.client, c.rpc.Info, &settingsv1.InfoRequest{}, reading(infoFromProto, (*inspection).info))
}

func (c *pageClient) Schema(ctx context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	look := func(a *inspection, schema *shared.Schema) {
		if err := schema.Check(); err != nil {
			a.err = contractError{err}
			return
		}
		a.schema(schema)
		c.form.Store(newDeclaredForm(*schema))
	}
	request.Host = shared.HostKnowledge{Kinds: shared.Kinds(), Features: features}
	return ask(ctx, c.client, c.rpc.Schema, schemaRequestToProto(request), reading(schemaReplyFromProto, look))
}

// features are what hosts of this version can do.
var features = []string{shared.FeatureActions, shared.FeatureComputed, shared.FeatureConfirm}

func (c *pageClient) Load(ctx context.Context, request shared.LoadRequest) (shared.Snapshot, error) {
	read := func(look *inspection, reply *settingsv1.LoadResponse) shared.Snapshot {
		if reply.GetSnapshot() == nil {
			look.refuse("nothing is in force")
		}
		snapshot := snapshotFromProto(reply.GetSnapshot())
		look.snapshot(&snapshot)
		return snapshot
	}
	return ask(ctx, c.client, c.rpc.Load, loadRequestToProto(request), read)
}

func (c *pageClient) Validate(ctx context.Context, request shared.ValidateRequest) (shared.Validation, error) {
	read := reading(validationFromProto, (*inspection).validation)
	return ask(ctx, c.client, c.rpc.Validate, validateRequestToProto(request), read)
}

func (c *pageClient) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	return ask(ctx, c.client, c.rpc.Save, saveRequestToProto(request), readSaveResult)
}

func readSaveResult(look *inspection, reply *settingsv1.SaveResponse) shared.SaveResult {
	if reply.GetSnapshot() == nil {
		look.refuse("a save does not say what is in force")
	}
	result := saveResultFromProto(reply)
	look.saveResult(&result)
	return result
}

func (c *pageClient) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	events := testStream{inspection: *c.inspect()}
	take := func(reply *settingsv1.TestResponse) error {
		event, err := events.take(testEventFromProto(reply))
		if err != nil || event == nil { // A later minor version may send events that this host does not know.
			return err
		}
		return send(event)
	}
	if err := listen(ctx, c.client, c.rpc.Test, testRequestToProto(request), take); err != nil {
		return err
	}
	return events.end()
}

// pageServer translates calls of protocol version 1 to the page.
type pageServer struct {
	settingsv1.UnimplementedSettingsPageServiceServer
	page    shared.SettingsPage
	offered []string // names of capabilities
}

func (s *pageServer) Info(ctx context.Context, _ *settingsv1.InfoRequest) (*settingsv1.InfoResponse, error) {
	info, err := s.page.Info(ctx)
	if err != nil {
		return nil, toStatus(err)
	}
	info.Capabilities = s.offered
	return infoToProto(info), nil
}

func (s *pageServer) Schema(
	ctx context.Context, request *settingsv1.SchemaRequest,
) (*settingsv1.SchemaResponse, error) {
	return respond(ctx, s.page.Schema, schemaRequestFromProto(request), schemaReplyToProto)
}

func (s *pageServer) Load(ctx context.Context, request *settingsv1.LoadRequest) (*settingsv1.LoadResponse, error) {
	return respond(ctx, s.page.Load, loadRequestFromProto(request), loadReplyToProto)
}

func (s *pageServer) Validate(
	ctx context.Context, request *settingsv1.ValidateRequest,
) (*settingsv1.ValidateResponse, error) {
	return respond(ctx, s.page.Validate, validateRequestFromProto(request), validationToProto)
}

func (s *pageServer) Save(ctx context.Context, request *settingsv1.SaveRequest) (*settingsv1.SaveResponse, error) {
	return respond(ctx, s.page.Save, saveRequestFromProto(request), saveResultToProto)
}

func (s *pageServer) Test(
	request *settingsv1.TestRequest, stream grpc.ServerStreamingServer[settingsv1.TestResponse],
) error {
	send := func(event shared.TestEvent) error { return stream.Send(testEventToProto(event)) }
	return toStatus(s.page.Test(stream.Context(), testRequestFromProto(request), send))
}
