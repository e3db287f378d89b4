package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared"
)

// client is what the host's sides of all services share: the connection, and what answers are compared with.
type client struct {
	alive context.Context // ends with the plugin's process
	conn  *grpc.ClientConn
	form  atomic.Pointer[declaredForm] // nil before the first call of Schema
}

// inspect begins to look at an answer; see [inspection].
func (c *client) inspect() *inspection { return &inspection{form: c.form.Load()} }

// ask makes a call that has one answer, and returns it when nothing is wrong with it.
func ask[Request, Reply, Answer any](
	ctx context.Context, c *client, call func(context.Context, Request, ...grpc.CallOption) (Reply, error),
	request Request,
	read func(*inspection, Reply) Answer,
) (Answer, error) {
	reply, err := call(ctx, request)
	if err != nil {
		var none Answer
		return none, c.fromStatus(ctx, err)
	}
	look := c.inspect()
	return checked(look, read(look, reply))
}

// reading converts an answer and looks at it.
func reading[Reply, Answer any](
	convert func(Reply) Answer, look func(*inspection, *Answer),
) func(*inspection, Reply) Answer {
	return func(a *inspection, reply Reply) Answer {
		answer := convert(reply)
		look(a, &answer)
		return answer
	}
}

// listen makes a call that has a stream of answers, until the plugin ends it or take fails.
func listen[Request, Reply any](
	ctx context.Context, c *client,
	call func(context.Context, Request, ...grpc.CallOption) (grpc.ServerStreamingClient[Reply], error), request Request,
	take func(*Reply) error, options ...grpc.CallOption,
) error {
	// The stream is cancelled on every way out: an abandoned one would block the plugin's next Send for ever.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := call(ctx, request, options...)
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
		if err := take(reply); err != nil {
			return err
		}
	}
}

// exitNotice is how long a call whose connection broke waits for the news that the process has ended, which arrives by
// another way.
const exitNotice = 2 * time.Second

// deadlineSlack is how much earlier than the caller the plugin may find that the caller's time is up.
const deadlineSlack = 100 * time.Millisecond

// fromStatus sorts a failed call: given up by the caller, answered with an error by the plugin, plugin gone, or a
// connection that broke although the plugin lives. The cause is kept.
func (c *client) fromStatus(ctx context.Context, err error) error {
	var answer *answeredError
	limit, limited := ctx.Deadline()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited && status.Code(err) == codes.DeadlineExceeded && time.Until(limit) < deadlineSlack:
		<-ctx.Done() // The plugin keeps the same limit by a clock of its own, and was the first to notice.
		return ctx.Err()
	case status.Code(err) == codes.Unimplemented:
		return fmt.Errorf("%w: %w", shared.ErrUnsupported, err)
	case errors.As(err, &answer):
		return answer.status
	}
	// A connection that is closed because the process has ended cancels the calls that are under way.
	if code := status.Code(err); code != codes.Unavailable && code != codes.Canceled {
		return err
	}
	select {
	case <-c.alive.Done():
		return fmt.Errorf("%w: its process ended: %w", shared.ErrPluginUnavailable, err)
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(exitNotice):
	}
	if c.conn.GetState() == connectivity.Shutdown {
		return fmt.Errorf("%w: the host has left it: %w", shared.ErrPluginUnavailable, err)
	}
	return err
}
