package smtpconn

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A message goes out by BDAT (RFC 3030) together with its envelope: one flight, three replies, one round trip. The next
// message follows when all three are there; servers that could not cope with more are known. The reply to BDAT is the
// message's.
//
// Nothing in the flight is waited for, as the 354 of DATA is, so the replies must not be mistaken for one another. A
// server that says something between them that nobody has asked for is found out with the first message of each
// connection; see proveStep.

// maxFlight bounds what is sent without knowing that the recipient is accepted, in bytes: all of it is in vain where he
// is not. Larger messages go by DATA.
const maxFlight = 256 << 10

// proofLimit is how long a server may take to answer NOOP. Where it is the message that the server takes long to
// answer, more would not help.
const proofLimit = time.Minute

// unchunked are the ways to servers that offer CHUNKING and do not carry BDAT out.
var unchunked = routes{until: map[route]time.Time{}}

// takesChunk reports whether a message of that many bytes goes out by BDAT.
func (c *Conn) takesChunk(size int) bool {
	return size <= maxFlight && c.session.Offers("CHUNKING") && c.session.Offers("PIPELINING") && !unchunked.needed(c.way)
}

// deliverChunk sends one message in one flight with its envelope.
func (c *Conn) deliverChunk(
	ctx context.Context, envelope Envelope, text []byte, lastByte func() error,
) (final Reply, err error) {
	if err = c.wire.refuseWaiting(); err != nil { // What BDAT is worth here it does not tell.
		return Reply{}, c.trace.run(StepSender, func() (Result, Detail, error) {
			return Failed, nil, inContext(ctx, err)
		})
	}
	first := !c.chunked
	final, err = c.fly(ctx, envelope, text, lastByte)
	var failure *Error
	switch {
	case err == nil:
		c.chunked = true
	case !errors.As(err, &failure):
	case failure.Reply != nil && failure.Step == StepMessage && slices.Contains(notCarriedOut, failure.Reply.Code):
		c.adrift, failure.Again = true, true // What it takes the message for is anybody's guess.
		unchunked.remember(c.way)
	case first && failure.Reply == nil && failure.lost():
		unchunked.remember(c.way)
	}
	return final, err
}

// notCarriedOut are the replies to BDAT that mean the command, not the message.
var notCarriedOut = []int{500, 501, 502, 503, 504, 555}

// lost reports whether the connection, or what the server says, cannot be made sense of any more.
func (e *Error) lost() bool {
	return slices.Contains([]Kind{KindClosed, KindReset, KindTimeout, KindNetwork, KindMalformedReply, KindNotSMTP},
		e.Kind)
}

// fly runs the steps of a flight. The first waits as long as for the last: a server may keep its replies back until it
// has answered the message.
func (c *Conn) fly(ctx context.Context, envelope Envelope, text []byte, lastByte func() error) (Reply, error) {
	prepared, failure := c.prepare(envelope)
	if failure != nil {
		return Reply{}, c.trace.run(failure.Step, func() (Result, Detail, error) { return Failed, nil, failure })
	}
	err := c.step(ctx, StepSender, c.limits.Data, func() error {
		if err := c.hold(prepared); err != nil {
			return err
		}
		if err := c.wire.sendChunk(text, lastByte); err != nil {
			return err
		}
		defer c.wire.limit(ctx, c.limits.FinalReply)()
		return maybeAccepted(c.positive())
	})
	if err == nil {
		err = c.step(ctx, StepRecipient, c.limits.FinalReply, func() error { return maybeAccepted(c.positive()) })
	}
	if err != nil {
		c.endChunk(ctx)
		return Reply{}, err
	}
	var final Reply
	err = c.step(ctx, StepMessage, c.limits.FinalReply, func() error {
		if err := maybeAccepted(c.positive()); err != nil {
			return err
		}
		final = c.wire.last
		err := c.proveStep(ctx)
		c.wire.last = final // The step reports what was said of the message.
		return err
	})
	if err != nil && !c.inStep {
		c.adrift = true // It may have answered RCPT.
	}
	return final, err
}

// endChunk reads what the server still has to say to a flight whose sender or recipient it refused. It swallows the
// message; one that takes it for commands says more than it was asked.
func (c *Conn) endChunk(ctx context.Context) {
	defer c.wire.limit(ctx, c.limits.Command)()
	for len(c.wire.asked) > 0 {
		if _, err := c.wire.receive(); err != nil {
			return
		}
	}
	c.adrift, c.inStep = !c.wire.last.refuses(), false
	c.reset(ctx)
}

// proveStep makes sure that a yes is the answer to the message, and not that to its recipient behind a reply that
// nobody asked for: then what comes next is not the answer to another command, but the one to the message. Once a
// connection is enough. Without a proof it is unknown whether the message was accepted, unless the server hangs up
// after its yes.
func (c *Conn) proveStep(ctx context.Context) error {
	if c.inStep {
		return nil
	}
	defer c.wire.limit(ctx, min(proofLimit, c.limits.Command))()
	reply, err := c.wire.exchange("NOOP")
	if err == nil && slices.Contains(notCarriedOut, reply.Code) {
		reply, err = c.proveUnknown(reply)
	}
	switch {
	case err == nil && (reply.Code/100 == 2 || slices.Contains(notCarriedOut, reply.Code)):
		c.inStep = true
		return nil
	case err != nil && slices.Contains([]Kind{KindClosed, KindReset}, asError(err).Kind):
		return nil // It has said yes, and no more.
	case err != nil:
		unchunked.remember(c.way)
		return maybeAccepted(err)
	default:
		unchunked.remember(c.way)
		return maybeAccepted(c.wire.fail(&Error{Kind: KindMalformedReply}))
	}
}

// proveUnknown asks again where NOOP seems to be unknown: the same may have been said of BDAT, and then the next reply
// is another one.
func (c *Conn) proveUnknown(first Reply) (Reply, error) {
	second, err := c.wire.exchange("NOOP")
	if err == nil && second.String() != first.String() {
		err = c.wire.fail(&Error{Kind: KindMalformedReply})
	}
	return second, err
}
