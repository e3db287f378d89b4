package smtpconn

import (
	"context"
)

// Deliver sends one message: MAIL, RCPT, DATA and the text. Where PIPELINING is offered the three commands go out
// together, which makes two round trips of four. It returns the server's final reply, or the first refusal as an *Error
// whose step says what was refused. After a refusal by reply the connection can be used again; after any other failure
// it cannot.
//
// Once the final dot is on its way the caller must not cancel ctx without reason: whether the message was accepted would
// remain unknown.
func (c *Conn) Deliver(ctx context.Context, envelope Envelope, message []byte) (Reply, error) {
	grouped, err := c.begin(ctx, envelope, "DATA")
	if err != nil {
		if grouped {
			c.endGroup(ctx)
		} else {
			c.reset(ctx)
		}
		return Reply{}, err
	}
	err = c.step(ctx, StepMessage, c.limits.Data, func() error {
		if grouped {
			if err := c.wire.receiveAhead(); err != nil {
				return err
			}
		}
		data, err := c.client.Data()
		if err != nil {
			return err
		}
		if _, err := data.Write(message); err != nil {
			return err
		}
		return data.Close()
	})
	if err != nil {
		return Reply{}, err
	}
	return c.wire.last, nil
}

// endGroup reads what the server still has to say to a group whose sender or recipient it refused. When it is ready for
// the message all the same, the message is ended empty (RFC 2920 section 3.1).
func (c *Conn) endGroup(ctx context.Context) {
	defer c.wire.limit(ctx, c.limits.Command)()
	for len(c.wire.asked) > 0 {
		if _, err := c.wire.receive(); err != nil {
			return
		}
	}
	if c.wire.last.Code == 354 {
		_, _ = c.wire.exchange(".")
	}
}

// reset forgets a sender whose recipient was refused (RFC 5321 section 4.1.1.5). The connection's own failure, if there
// was one, is kept.
func (c *Conn) reset(ctx context.Context) {
	defer c.wire.limit(ctx, c.limits.Command)()
	_, _ = c.wire.exchange("RSET")
}
