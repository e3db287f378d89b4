package smtpconn

import (
	"context"
	"errors"
	"strings"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"
)

// Envelope is the sender and the recipient of one message.
type Envelope struct {
	Sender    string
	Recipient string
	// ID comes back in a bounce (ENVID, RFC 3461 section 4.4) where the server offers DSN. It has at most 100 characters
	// of printable ASCII; empty asks for bounces as the server makes them, as does any other.
	ID string
}

// onWire returns the form of an address that goes into MAIL or RCPT: the domain in ASCII (RFC 5891) unless the local
// part needs SMTPUTF8 (RFC 6531), which the second result tells. A domain that is ASCII already goes as it is: what
// IDNA would refuse, such as an underscore, is common inside companies, and the server is the judge of it.
func onWire(address string) (text string, needsUTF8 bool, err error) {
	if strings.ContainsAny(address, "\r\n\x00<> ") {
		return "", false, errors.New("the address contains a blank, an angle bracket or a control character")
	}
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, false, nil
	}
	local, domain := address[:at], address[at+1:]
	if isASCII(local) {
		if domain, err = ASCIIDomain(domain); err != nil {
			return "", false, err
		}
	}
	return local + "@" + domain, !isASCII(local), nil
}

// ASCIIDomain returns the form in which the domain of an address goes on the wire (RFC 5891). One that is ASCII stays
// as it is.
func ASCIIDomain(domain string) (string, error) {
	if isASCII(domain) {
		return domain, nil
	}
	return idna.Lookup.ToASCII(domain)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// wireEnvelope is an envelope in the form that goes on the wire.
type wireEnvelope struct {
	sender, recipient string
	options           *smtp.MailOptions
	toRecipient       *smtp.RcptOptions // nil where none are needed
}

func (c *Conn) prepare(envelope Envelope) (wireEnvelope, *Error) {
	sender, senderUTF8, err := onWire(envelope.Sender)
	if err != nil {
		return wireEnvelope{}, &Error{Step: StepSender, Kind: KindInternal, Err: err}
	}
	recipient, recipientUTF8, err := onWire(envelope.Recipient)
	if err != nil {
		return wireEnvelope{}, &Error{Step: StepRecipient, Kind: KindInternal, Err: err}
	}
	c.session.secrets.public(envelope.Sender, sender, envelope.Recipient, recipient)
	prepared := wireEnvelope{sender: sender, recipient: recipient, options: &smtp.MailOptions{}}
	if senderUTF8 || recipientUTF8 {
		if !c.session.Offers("SMTPUTF8") {
			step := StepSender
			if !senderUTF8 {
				step = StepRecipient
			}
			return wireEnvelope{}, &Error{Step: step, Kind: KindNoSMTPUTF8}
		}
		prepared.options.UTF8 = true
	}
	if c.notified = c.asksForNotices(envelope.ID); c.notified {
		prepared.options.Return, prepared.options.EnvelopeID = smtp.DSNReturnHeaders, envelope.ID
		prepared.toRecipient = &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyFailure}}
	}
	return prepared, nil
}

// Check gives sender and recipient to the server and leaves, so that no message is sent. Where PIPELINING is offered
// both go out together. The QUIT goes out alone, when both replies are there, and its answer is not waited for: a
// server that tears the connection down at QUIT would else take the replies before it along. Check returns the first
// refusal as an *Error; the connection is of no further use.
func (c *Conn) Check(ctx context.Context, envelope Envelope) error {
	defer c.Close()
	_, err := c.begin(ctx, envelope, "")
	c.leave(ctx)
	return err
}

// begin runs the steps sender and recipient. Where PIPELINING is offered it sends them together, and with them the last
// command unless it is empty, whose reply is then the next one to come; otherwise it does not send the last command.
func (c *Conn) begin(ctx context.Context, envelope Envelope, last string) (grouped bool, err error) {
	prepared, failure := c.prepare(envelope)
	if failure != nil {
		return false, c.trace.run(failure.Step, func() (Result, Detail, error) { return Failed, nil, failure })
	}
	mail := func() error { return c.client.Mail(prepared.sender, prepared.options) }
	rcpt := func() error { return c.client.Rcpt(prepared.recipient, prepared.toRecipient) }
	unlessUnasked := func(command func() error) func() error {
		return func() error {
			if err := command(); err != nil {
				return err
			}
			return c.wire.refuseUnasked()
		}
	}
	if !c.session.Offers("PIPELINING") {
		if err := c.step(ctx, StepSender, c.limits.Command, mail); err != nil {
			return false, err
		}
		return false, c.step(ctx, StepRecipient, c.limits.Command, unlessUnasked(rcpt))
	}
	err = c.step(ctx, StepSender, c.limits.Command, func() error {
		if err := errors.Join(c.hold(prepared), c.wire.sendGroup(last)); err != nil {
			return err
		}
		return c.positive()
	})
	if err != nil {
		return true, err
	}
	return true, c.step(ctx, StepRecipient, c.limits.Command, unlessUnasked(c.positive))
}

// hold keeps MAIL and RCPT back, to leave with the command that ends their group.
func (c *Conn) hold(prepared wireEnvelope) error {
	c.wire.holding = true
	return errors.Join(c.client.Mail(prepared.sender, prepared.options),
		c.client.Rcpt(prepared.recipient, prepared.toRecipient))
}
