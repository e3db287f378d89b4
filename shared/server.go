package shared

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// Serve serves the page to the host that started this process, and returns when the host says goodbye. It is the last
// call of a plugin's main. Nothing may be written to standard output before it: the handshake goes there.
//
// A panic in a call becomes an error of that call and a stack in the log; the process lives on. When the host dies
// without a goodbye, Serve ends the process.
func Serve(page SettingsPage, logger hclog.Logger) {
	go exitWithParent(logger)
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  Handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{ProtocolVersion: {pageName: &grpcPlugin{page: page}}},
		Logger:           logger,
		GRPCServer:       func(options []grpc.ServerOption) *grpc.Server { return newServer(logger, options...) },
	})
}

func newServer(logger hclog.Logger, options ...grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(options,
		grpc.MaxRecvMsgSize(maxRequestSize),
		grpc.ChainUnaryInterceptor(recoverUnary(logger)),
		grpc.ChainStreamInterceptor(recoverStream(logger)))...)
}

func recoverUnary(logger hclog.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (reply any, err error) {
		defer recoverCall(logger, info.FullMethod, &err)
		return handle(ctx, request)
	}
}

func recoverStream(logger hclog.Logger) grpc.StreamServerInterceptor {
	return func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
		defer recoverCall(logger, info.FullMethod, &err)
		return handle(server, stream)
	}
}

// recoverCall logs where the call panicked but not the panic's value, which may hold what the administrator typed.
func recoverCall(logger hclog.Logger, method string, err *error) {
	if recover() != nil {
		logger.Error("a call panicked", "method", method, "stack", string(debug.Stack()))
		*err = status.Error(codes.Internal, "the plugin has a defect: the call "+method+" panicked; its log has the stack")
	}
}

// server1 translates calls of protocol version 1 to the page.
type server1 struct {
	settingsv1.UnimplementedSettingsPageServiceServer
	page SettingsPage
}

func (s *server1) Info(ctx context.Context, _ *settingsv1.InfoRequest) (*settingsv1.InfoResponse, error) {
	info, err := s.page.Info(ctx)
	if err != nil {
		return nil, toStatus(err)
	}
	info.Capabilities = capabilities(s.page)
	return infoToProto(info), nil
}

func (s *server1) Schema(ctx context.Context, request *settingsv1.SchemaRequest) (*settingsv1.SchemaResponse, error) {
	schema, err := s.page.Schema(ctx, SchemaRequest{Locale: request.GetLocale()})
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.SchemaResponse{Schema: schemaToProto(schema)}, nil
}

func (s *server1) Load(ctx context.Context, request *settingsv1.LoadRequest) (*settingsv1.LoadResponse, error) {
	snapshot, err := s.page.Load(ctx, LoadRequest{Locale: request.GetLocale()})
	if err != nil {
		return nil, toStatus(err)
	}
	return &settingsv1.LoadResponse{Snapshot: snapshotToProto(snapshot)}, nil
}

func (s *server1) Validate(ctx context.Context, request *settingsv1.ValidateRequest) (*settingsv1.ValidateResponse, error) {
	validation, err := s.page.Validate(ctx, validateRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return validationToProto(validation), nil
}

func (s *server1) Save(ctx context.Context, request *settingsv1.SaveRequest) (*settingsv1.SaveResponse, error) {
	result, err := s.page.Save(ctx, saveRequestFromProto(request))
	if err != nil {
		return nil, toStatus(err)
	}
	return saveResultToProto(result), nil
}

func (s *server1) Test(request *settingsv1.TestRequest, stream grpc.ServerStreamingServer[settingsv1.TestResponse]) error {
	send := func(event TestEvent) error { return stream.Send(testEventToProto(event)) }
	return toStatus(s.page.Test(stream.Context(), testRequestFromProto(request), send))
}

// toStatus keeps a gRPC status as it is and gives a context's end its own code; all else is Internal. The words are kept.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	if already, ok := status.FromError(err); ok && already.Code() != codes.OK {
		return already.Err()
	}
	code := codes.Internal
	switch {
	case errors.Is(err, ErrInvalidRequest):
		return status.Error(codes.InvalidArgument, validUTF8(strings.TrimPrefix(err.Error(), ErrInvalidRequest.Error()+": ")))
	case errors.Is(err, context.Canceled):
		code = codes.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		code = codes.DeadlineExceeded
	}
	return status.Error(code, validUTF8(err.Error()))
}
