package transport

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// answeredError is a status that the plugin itself sent: it lives. gRPC gives the same codes to a connection that
// broke.
type answeredError struct{ status error }

func (e *answeredError) Error() string { return e.status.Error() }
func (e *answeredError) Unwrap() error { return e.status }

// answer tells whether the other side ended a call with a status.
type answer struct{ given atomic.Bool }

type answerKey struct{}

// answerObserver notes the trailers of every call: gRPC's transport reports them, and only a server sends them.
type answerObserver struct{}

var _ stats.Handler = answerObserver{}

func (answerObserver) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (answerObserver) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (answerObserver) HandleConn(context.Context, stats.ConnStats)                       {}

func (answerObserver) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if _, ok := event.(*stats.InTrailer); !ok {
		return
	}
	if call, ok := ctx.Value(answerKey{}).(*answer); ok {
		call.given.Store(true)
	}
}

// mark turns the error of a call into an answeredError when the other side has sent it.
func (a *answer) mark(err error) error {
	if err == nil || errors.Is(err, io.EOF) || !a.given.Load() {
		return err
	}
	return &answeredError{status: err}
}

func markUnary(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
	options ...grpc.CallOption,
) error {
	call := &answer{}
	return call.mark(invoke(context.WithValue(ctx, answerKey{}, call), method, request, reply, conn, options...))
}

func markStream(
	ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer,
	options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	call := &answer{}
	stream, err := open(context.WithValue(ctx, answerKey{}, call), desc, conn, method, options...)
	if err != nil {
		return nil, call.mark(err)
	}
	return &markedStream{ClientStream: stream, call: call}, nil
}

// markedStream marks the error that ends a stream.
type markedStream struct {
	grpc.ClientStream
	call *answer
}

func (s *markedStream) RecvMsg(message any) error {
	return s.call.mark(s.ClientStream.RecvMsg(message))
}
