package transport

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// ClientDialOptions is what a host puts into go-plugin's ClientConfig.GRPCDialOptions: replies are bounded, since a
// plugin is untrusted input, and so is what a failed call says; an error that the plugin answered is told from one of
// the connection.
func ClientDialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReplySize), grpc.MaxCallSendMsgSize(maxRequestSize)),
		grpc.WithMaxHeaderListSize(maxHeaderSize),
		grpc.WithStaticStreamWindowSize(streamWindow), grpc.WithStaticConnWindowSize(connectionWindow),
		grpc.WithStatsHandler(answerObserver{}),
		grpc.WithChainUnaryInterceptor(markUnary, printableFailure),
		grpc.WithChainStreamInterceptor(withoutBroker, markStream, printableStreamFailure),
	}
}

// brokerStream is where go-plugin's broker would tell of connections. This contract has none, and go-plugin keeps what
// it is told without bound.
const brokerStream = "/plugin.GRPCBroker/StartStream"

func withoutBroker(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer,
	options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	if method == brokerStream {
		return nil, status.Error(codes.Unimplemented, "this contract has no connections beside the one")
	}
	return open(ctx, description, conn, method, options...)
}

func printableFailure(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
	options ...grpc.CallOption,
) error {
	return printableStatus(invoke(ctx, method, request, reply, conn, options...))
}

func printableStreamFailure(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer,
	options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := open(ctx, description, conn, method, options...)
	if err != nil {
		return nil, printableStatus(err)
	}
	return printableStream{stream}, nil
}

type printableStream struct{ grpc.ClientStream }

func (s printableStream) RecvMsg(message any) error {
	return printableStatus(s.ClientStream.RecvMsg(message))
}

// printableStatus makes the text of a failed call safe to show. Errors without a status, such as the end of a stream,
// stay.
func printableStatus(err error) error {
	failure, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	text := printable.Shortened(printable.Line(failure.Message()), maxTextLength)
	if text == failure.Message() {
		return err
	}
	return status.Error(failure.Code(), text)
}
