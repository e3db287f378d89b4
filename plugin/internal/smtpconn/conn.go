package smtpconn

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-smtp"
)

// Conn is a connection to a mail server that has been greeted and, when the target asks for it, logged in to. It serves
// one goroutine at a time.
type Conn struct {
	session *Session
	wire    *wire
	client  *smtp.Client
	limits  Limits
	trace   *Trace
	// adrift means that the replies to a group of commands may be one behind.
	adrift bool
	way    route
	// chunked means that the server has taken a message by BDAT, and inStep that its replies to one were in step.
	chunked, inStep bool
	// notified means that the envelope that was sent last has the parameters of DSN.
	notified bool
}

// Session returns what was learned about the server.
func (c *Conn) Session() *Session { return c.session }

// Observe has the steps that follow reported to another trace, which may be nil.
func (c *Conn) Observe(trace *Trace) { c.trace = trace }

// failure turns what go-smtp returned into the failure behind it: the wire's own, or the server's last reply, or a
// defect of the exchange that go-smtp noticed itself.
func (c *Conn) failure(err error) *Error {
	var refused *smtp.SMTPError
	switch {
	case c.wire.failure != nil:
		return c.wire.failure
	case errors.As(err, &refused):
		reply := c.wire.last
		return &Error{Kind: KindRefusedByReply, Reply: &reply}
	default:
		return asError(err)
	}
}

// Close ends the connection without a word; see Leave for the polite way. It may be called more than once.
func (c *Conn) Close() {
	if c.wire != nil {
		_ = c.wire.Close()
	}
}

// positive reads the next reply, which must mean yes.
func (c *Conn) positive() error {
	reply, err := c.wire.receive()
	if err == nil && reply.Code/100 != 2 {
		err = &Error{Kind: KindRefusedByReply, Reply: &reply}
	}
	return err
}

// step runs one command as a step.
func (c *Conn) step(ctx context.Context, step Step, limit time.Duration, command func() error) error {
	return c.trace.run(step, func() (Result, Detail, error) {
		defer c.wire.limit(ctx, limit)()
		if err := command(); err != nil {
			failure := asError(inContext(ctx, c.failure(err)))
			failure.Err = c.session.secrets.hideError(failure.Err)
			return Failed, nil, failure
		}
		if !c.trace.verbose() {
			return Passed, nil, nil
		}
		return Passed, Answered{c.wire.last}, nil
	})
}

// leave says QUIT without waiting for the answer.
func (c *Conn) leave(ctx context.Context) {
	defer c.wire.limit(ctx, c.limits.Quit)()
	_ = c.wire.send("QUIT\r\n")
}

// Leave says QUIT without waiting for the answer, and closes the connection.
func (c *Conn) Leave(ctx context.Context) {
	c.leave(ctx)
	c.Close()
}

// Usable reports whether another message can be sent over the connection after err, which Deliver returned. A refusal
// that says neither 4 nor 5 answers another command, or leaves the server waiting for what does not come. One that
// seems to answer the DATA of a group may answer its RCPT, behind a reply that nobody asked for, and the server waits
// for the message.
func (c *Conn) Usable(err error) bool {
	var failure *Error
	if c.adrift || c.wire.failure != nil || c.wire.reader.Buffered() > 0 {
		return false
	}
	return err == nil ||
		errors.As(err, &failure) && failure.Kind == KindRefusedByReply && failure.Reply.refuses() && !failure.Sent
}
