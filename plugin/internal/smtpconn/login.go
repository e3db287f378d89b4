package smtpconn

import (
	"context"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
)

// login authenticates once, with the strongest mechanism that both sides have.
func (o *opening) login() error {
	session := o.conn.session
	if !o.target.wantsLogin() {
		o.trace.skip(StepAuth, LoginNotSet{})
		return nil
	}
	offered := strings.Fields(session.Extensions["AUTH"])
	if len(offered) == 0 && o.target.Authentication != AuthenticateOAuth2 {
		// Some ports need no login. Whether this one does shows when the sender is given.
		session.Login = LoginNotOffered
		o.trace.started(StepAuth)
		o.trace.finished(StepAuth, Noted, 0, LoginNotAskedFor{})
		return nil
	}
	return o.trace.run(StepAuth, func() (Result, Detail, error) {
		mechanism := choose(o.target, session, offered)
		if mechanism == nil {
			return Failed, nil, &Error{Kind: KindNoCommonMechanism, Offered: shownOffer(session, offered)}
		}
		session.Mechanism = mechanism.name
		if !o.mayLogIn() {
			return Failed, nil, &Error{Kind: KindPasswordNeedsTLS, Mechanism: mechanism.name}
		}
		if err := o.conn.authenticate(o, mechanism); err != nil {
			return Failed, nil, err
		}
		session.Login = LoginDone
		return Passed, LoggedIn{mechanism.name}, nil
	})
}

// maxOffered bounds how many mechanisms of a server are named.
const maxOffered = 20

// shownOffer is what a server offers, fit to be shown.
func shownOffer(session *Session, offered []string) []string {
	return session.PrintableList(offered[:min(len(offered), maxOffered)])
}

func (c *Conn) authenticate(o *opening, mechanism *mechanism) error {
	defer c.wire.limit(o.ctx, c.limits.Auth)()
	ctx, cancel := context.WithTimeout(o.ctx, c.limits.Auth) // The limit above ends what waits, this one what computes.
	defer cancel()
	exchange := &saslExchange{Client: mechanism.client(ctx, o.target, c.session), challenges: maxChallenges}
	err := c.client.Auth(exchange)
	if err == nil && c.wire.last.Code == 235 {
		if exchange.unfinished() {
			return &Error{Kind: KindServerUntrusted, Mechanism: mechanism.name}
		}
		return nil
	}
	var own *Error
	failure := c.failure(err)
	switch {
	case c.wire.failure != nil:
		// A broken connection explains everything that followed.
	case errors.As(exchange.err, &own):
		failure = own
	case ctx.Err() != nil && errors.Is(exchange.err, ctx.Err()):
		failure = asError(exchange.err)
	case exchange.err != nil:
		failure = &Error{Kind: KindBadChallenge, Err: exchange.err}
	case c.wire.last.positive() || err != nil && failure.Kind != KindRefusedByReply:
		failure = &Error{Kind: KindBadChallenge, Err: err}
	}
	failure.Mechanism = mechanism.name
	failure.Err = c.session.secrets.hideError(failure.Err)
	return inContext(o.ctx, failure)
}

// maxChallenges bounds one login. The longest known exchange has three.
const maxChallenges = 8

// saslExchange watches a mechanism on behalf of authenticate: it keeps the mechanism's own error, which go-smtp would
// replace by the server's answer to the cancellation, and it bounds the number of challenges.
type saslExchange struct {
	sasl.Client
	challenges int
	err        error
}

// maxCommandLine is how long an AUTH line may be without its CRLF (RFC 4954 section 4 allows 12,288 octets to later
// lines but 512 to a command line).
const maxCommandLine = 510

func (s *saslExchange) Start() (string, []byte, error) {
	name, response, err := s.Client.Start()
	if err != nil {
		s.err = err
		return name, nil, err
	}
	if len("AUTH "+name+" ")+(len(response)+2)/3*4 > maxCommandLine {
		s.Client = &delayedResponse{Client: s.Client, response: response}
		response = nil
	}
	return name, response, nil
}

func (s *saslExchange) Next(challenge []byte) ([]byte, error) {
	if s.err != nil {
		return nil, s.err // An exchange that has failed stays failed: SCRAM could otherwise be talked into a false proof.
	}
	if s.challenges--; s.challenges < 0 {
		s.err = ReasonTooManyChallenges
		return nil, s.err
	}
	response, err := s.Client.Next(challenge)
	if err == nil && response == nil {
		response = []byte{} // To go-smtp nil means that the exchange is over.
	}
	s.err = err
	return response, err
}

// unfinished reports whether the mechanism still waits for the server's proof.
func (s *saslExchange) unfinished() bool {
	mutual, ok := s.Client.(interface{ proven() bool })
	return ok && !mutual.proven()
}

// delayedResponse sends an initial response that does not fit into the AUTH line as the answer to an empty challenge.
type delayedResponse struct {
	sasl.Client
	response []byte
}

func (d *delayedResponse) Next(challenge []byte) ([]byte, error) {
	if response := d.response; response != nil {
		d.response = nil
		return response, nil
	}
	return d.Client.Next(challenge)
}
