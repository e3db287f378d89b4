package smtpconn

import (
	"bytes"
	"context"
)

// Deliver sends one message: MAIL, RCPT, DATA and the text. Where PIPELINING is offered the three commands go out
// together, which makes two round trips of four. It returns the server's final reply, or the first refusal as an *Error
// whose step says what was refused. After a refusal by reply the connection can be used again; after any other failure
// it cannot.
//
// lastByte is called right before the last byte of the message goes out, and its error ends the delivery, so that the
// server takes nothing; nil asks nobody. Any failure after it other than a refusal by reply leaves unknown whether the
// message was accepted, which Error.Sent tells. The caller must not cancel ctx then without reason.
func (c *Conn) Deliver(ctx context.Context, envelope Envelope, message []byte, lastByte func() error) (Reply, error) {
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
		if err := c.requestData(ctx, grouped); err != nil {
			return err
		}
		defer c.wire.limit(ctx, c.limits.Data)()
		text := dotStuffed(message)
		most := max(0, len(text)-maxEnding)
		if err := c.wire.write(text[:most]); err != nil {
			return err
		}
		if err := c.wire.refuseAcceptedAhead(); err != nil {
			return err
		}
		if lastByte != nil {
			if err := lastByte(); err != nil {
				return c.wire.fail(&Error{Kind: KindCancelled, Err: err})
			}
		}
		return c.endMessage(ctx, text[most:])
	})
	if err != nil {
		return Reply{}, err
	}
	return c.wire.last, nil
}

// maxEnding is how much of a message goes out with its last byte, in bytes.
const maxEnding = 4096

// dotStuffed is a message as it goes out after DATA (RFC 5321 section 4.5.2): each line ends with CRLF, a dot that
// begins one is doubled, and a dot alone ends the last one.
func dotStuffed(message []byte) []byte {
	text := make([]byte, 0, len(message)+len(message)/16+len("\r\n.\r\n"))
	for line := range bytes.Lines(message) {
		if line[0] == '.' {
			text = append(text, '.')
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		text = append(append(text, line...), "\r\n"...)
	}
	return append(text, ".\r\n"...)
}

// requestData reads the reply to the DATA that left with its group, or sends one, and fails unless the server awaits
// the message.
func (c *Conn) requestData(ctx context.Context, grouped bool) error {
	defer c.wire.limit(ctx, c.limits.DataReply)()
	if !grouped {
		if err := c.wire.send("DATA\r\n"); err != nil {
			return err
		}
	}
	reply, err := c.wire.receive()
	if err == nil && reply.Code != 354 {
		c.adrift = grouped
		err = &Error{Kind: KindRefusedByReply, Reply: &reply}
	}
	return err
}

// endMessage sends the ending, with the last byte, and reads the final reply. What it means is told by its first
// digit (RFC 5321 section 4.2.1): 2, accepted; 4 or 5, not accepted. Anything else, and no reply at all, leaves that
// unknown.
func (c *Conn) endMessage(ctx context.Context, ending []byte) error {
	defer c.wire.limit(ctx, c.limits.FinalReply)()
	err := c.wire.write(ending)
	if err == nil {
		err = c.positive()
	}
	if err == nil {
		return nil
	}
	failure := asError(err)
	failure.Sent = failure.Reply == nil || failure.Reply.positive()
	return failure
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
