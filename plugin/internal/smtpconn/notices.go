package smtpconn

import (
	"errors"
	"strings"
	"time"
)

// Where DSN is offered (RFC 3461), a bounce is asked for that has our id and the header fields, and nothing is sent
// back to say that a message has arrived or is late.

// maxEnvelopeID bounds ENVID, in characters (RFC 3461 section 4.4).
const maxEnvelopeID = 100

// unnoticed are the ways to servers that offer DSN and refuse its parameters.
var unnoticed = routes{until: map[route]time.Time{}}

// IsEnvelopeID reports whether an id can be that of an [Envelope].
func IsEnvelopeID(id string) bool {
	printable := !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
	return id != "" && printable && len(id) <= maxEnvelopeID
}

// asksForNotices reports whether a message with the id goes out with the parameters of DSN.
func (c *Conn) asksForNotices(id string) bool {
	return c.session.Offers("DSN") && IsEnvelopeID(id) && !unnoticed.needed(c.way)
}

// forgoNotices has messages go without the parameters of DSN where the server has refused them.
func (c *Conn) forgoNotices(err error) {
	var failure *Error
	if !errors.As(err, &failure) || failure.Reply == nil || failure.Step != StepSender && failure.Step != StepRecipient {
		return
	}
	switch reply := failure.Reply; {
	case reply.Code == 555, reply.Code == 504, reply.EnhancedCode == "5.5.2", reply.EnhancedCode == "5.5.4",
		reply.Code == 501 && reply.EnhancedCode == "":
		unnoticed.remember(c.way)
		failure.Again = true
	}
}
