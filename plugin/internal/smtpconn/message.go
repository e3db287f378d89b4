package smtpconn

import (
	"bytes"
	"context"
)

// Deliver sends one message. Where CHUNKING and PIPELINING are offered it goes out with its envelope in one flight,
// which takes one round trip; otherwise by DATA, which takes two of them where PIPELINING is offered, and four where it
// is not. It returns the server's final reply, or the first refusal as an *Error whose step says what was refused.
// After a refusal by reply the connection can be used again, see Usable; after any other failure it cannot.
//
// lastByte is called right before the last byte of the message goes out, and its error ends the delivery, so that the
// server takes nothing; nil asks nobody. Any failure after it other than a refusal by reply leaves unknown whether the
// message was accepted, which Error.Sent tells. The caller must not cancel ctx then without reason.
func (c *Conn) Deliver(ctx context.Context, envelope Envelope, message []byte, lastByte func() error) (Reply, error) {
	var reply Reply
	var err error
	c.notified = false
	if c.takesChunk(len(message)) {
		reply, err = c.deliverChunk(ctx, envelope, inLines(message), lastByte)
	} else {
		reply, err = c.deliverData(ctx, envelope, message, lastByte)
	}
	if c.notified {
		c.forgoNotices(err)
	}
	return reply, err
}

// deliverData sends one message by DATA. Where PIPELINING is offered the three commands go out together.
func (c *Conn) deliverData(
	ctx context.Context, envelope Envelope, message []byte, lastByte func() error,
) (Reply, error) {
	grouped, err := c.begin(ctx, envelope, "DATA")
	if err != nil {
		if grouped {
			c.endGroup(ctx)
		}
		c.reset(ctx)
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
		if err := c.wire.askFor(lastByte); err != nil {
			return err
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
		text = appendLine(text, line)
	}
	return append(text, ".\r\n"...)
}

// inLines is a message as it goes out after BDAT, which is what the server makes of it after DATA: each line ends with
// CRLF, the last one too.
func inLines(message []byte) []byte {
	text := make([]byte, 0, len(message)+len(message)/16+len("\r\n"))
	for line := range bytes.Lines(message) {
		text = appendLine(text, line)
	}
	return text
}

func appendLine(text, line []byte) []byte {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	return append(append(text, line...), "\r\n"...)
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
	return maybeAccepted(err)
}

// maybeAccepted notes in a failure after the last byte of a message that it may have been accepted, unless a reply has
// refused it.
func maybeAccepted(err error) error {
	if err == nil {
		return nil
	}
	failure := asError(err)
	if failure.Reply == nil || failure.Reply.positive() {
		failure.Sent, failure.Step = true, StepMessage
	}
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

// reset forgets a sender whose recipient was refused (RFC 5321 section 4.1.1.5): some servers refuse the next sender
// else, also after they have refused DATA or BDAT. The connection's own failure, if there was one, is kept.
func (c *Conn) reset(ctx context.Context) {
	if c.wire.failure != nil || c.wire.last.Code == 421 {
		return
	}
	defer c.wire.limit(ctx, c.limits.Command)()
	if reply, err := c.wire.exchange("RSET"); err == nil && reply.Code/100 != 2 {
		c.adrift = true
	}
}
