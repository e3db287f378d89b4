package transport

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

	"github.com/smtp-settings/smtp-settings/shared"
)

// Serve serves the page to the host that started this process, and returns when the host says goodbye. It is the last
// call of a plugin's main. Nothing may be written to standard output before it: the handshake goes there.
//
// A panic in a call becomes an error of that call and a stack in the log; the process lives on. When the host dies
// without a goodbye, Serve ends the process.
func Serve(page shared.SettingsPage, logger hclog.Logger) {
	serveOpened(func() shared.SettingsPage { return page }, logger)
}

// serveOpened asks for the page when all else is ready: meanwhile the certificate of the connection is made, which
// takes as long as it takes to open a page.
func serveOpened(page func() shared.SettingsPage, logger hclog.Logger) {
	go exitWithParent(logger)
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: Handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{
			ProtocolVersion: {pageName: &grpcPlugin{page: page, capabilities: capabilities}},
		},
		Logger:     logger,
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server { return newServer(logger, options...) },
	})
}

// streamWorkers is how many goroutines wait for calls. A goroutine of its own for each call would have its stack grow
// anew each time, which takes longer than what most calls do. When all are busy gRPC takes further ones.
const streamWorkers = 4

func newServer(logger hclog.Logger, options ...grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(options,
		grpc.MaxRecvMsgSize(maxRequestSize),
		grpc.StaticStreamWindowSize(streamWindow), grpc.StaticConnWindowSize(connectionWindow),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.ChainUnaryInterceptor(recoverUnary(logger)),
		grpc.ChainStreamInterceptor(recoverStream(logger)))...)
}

func recoverUnary(logger hclog.Logger) grpc.UnaryServerInterceptor {
	return func(
		ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler,
	) (reply any, err error) {
		defer recoverCall(logger, info.FullMethod, &err)
		return handle(ctx, request)
	}
}

func recoverStream(logger hclog.Logger) grpc.StreamServerInterceptor {
	return func(
		server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler,
	) (err error) {
		defer recoverCall(logger, info.FullMethod, &err)
		return handle(server, stream)
	}
}

// recoverCall logs where the call panicked but not the panic's value, which may hold what the administrator typed.
func recoverCall(logger hclog.Logger, method string, err *error) {
	if recover() != nil {
		logger.Error("a call panicked", "method", method, "stack", string(debug.Stack()))
		*err = status.Error(
			codes.Internal, "the plugin has a defect: the call "+method+" panicked; its log has the stack",
		)
	}
}

// respond has the page answer a call.
func respond[Request, Answer, Reply any](
	ctx context.Context, call func(context.Context, Request) (Answer, error), request Request,
	convert func(Answer) *Reply,
) (*Reply, error) {
	answer, err := call(ctx, request)
	if err != nil {
		return nil, toStatus(err)
	}
	return convert(answer), nil
}

// toStatus keeps a gRPC status as it is and gives a context's end its own code; all else is Internal. The words are
// kept.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	if already, ok := status.FromError(err); ok && already.Code() != codes.OK {
		return already.Err()
	}
	code := codes.Internal
	switch {
	case errors.Is(err, shared.ErrInvalidRequest):
		return status.Error(
			codes.InvalidArgument, validUTF8(strings.TrimPrefix(err.Error(), shared.ErrInvalidRequest.Error()+": ")),
		)
	case errors.Is(err, context.Canceled):
		code = codes.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		code = codes.DeadlineExceeded
	}
	return status.Error(code, validUTF8(err.Error()))
}
