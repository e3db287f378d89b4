package smtpconn

import (
	"context"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
)

// login logs in with the best mechanism that both sides have and that works.
func (o *opening) login() error {
	session := o.conn.session
	if !o.target.WantsLogin() {
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
		common := inCommon(o.target, session, offered)
		if len(common) == 0 {
			return Failed, nil, &Error{Kind: KindNoCommonMechanism, Offered: shownOffer(session, offered)}
		}
		if err := o.authenticateBy(common); err != nil {
			return Failed, nil, err
		}
		session.Login = LoginDone
		if len(session.Unworkable) > 0 {
			return Noted, LoggedIn{session.Mechanism, session.Unworkable}, nil
		}
		return Passed, LoggedIn{Mechanism: session.Mechanism}, nil
	})
}

// authenticateBy tries the mechanisms in turn as long as the server does not carry them out. A refusal of the login
// itself is final: the server counts it.
func (o *opening) authenticateBy(common []*mechanism) error {
	session := o.conn.session
	ctx, cancel := context.WithTimeout(o.ctx, o.conn.limits.Auth)
	defer cancel()
	var err error
	for i, next := range common {
		if i > 0 && !o.mayFollow(common[i-1], next) {
			break
		}
		session.Mechanism = next.name
		if !o.mayLogIn() {
			return &Error{Kind: KindPasswordNeedsTLS, Mechanism: next.name}
		}
		if err = o.conn.authenticate(ctx, o, next); err == nil || !o.conn.unworkable(err) {
			return err
		}
		session.Unworkable = append(session.Unworkable, next.name)
		o.conn.wire.transcript.event("the server does not carry out " + next.name)
	}
	return err
}

// mayFollow reports whether a mechanism may be tried after one that the server has not carried out. Who is not proven
// to be the server is not shown a password for having refused to do without it.
func (o *opening) mayFollow(before, next *mechanism) bool {
	session := o.conn.session
	return next.hides || !before.hides || session.Encryption != NoEncryption && session.Unverified == nil
}

// unworkable reports whether a login failed because of its mechanism, and the connection has outlived it.
func (c *Conn) unworkable(err error) bool {
	var failure *Error
	switch {
	case c.wire.failure != nil || c.wire.last.Code == 421 || !errors.As(err, &failure):
		return false
	case failure.Kind == KindBadChallenge:
		return errors.Is(failure, ReasonSenselessChallenge) || errors.Is(failure, ReasonForbiddenCharacters)
	case failure.Kind != KindRefusedByReply:
		return false
	}
	switch failure.Reply.Code {
	case 500, 501, 502, 504:
		return true
	default:
		return failure.Reply.EnhancedCode == "5.5.4" || failure.Reply.EnhancedCode == "5.7.4"
	}
}

// maxOffered bounds how many mechanisms of a server are named.
const maxOffered = 20

// shownOffer is what a server offers, fit to be shown.
func shownOffer(session *Session, offered []string) []string {
	return session.PrintableList(offered[:min(len(offered), maxOffered)])
}

// authenticate logs in by one mechanism until ctx ends.
func (c *Conn) authenticate(ctx context.Context, o *opening, mechanism *mechanism) error {
	defer c.wire.limit(ctx, c.limits.Auth)() // It ends what waits; ctx itself ends what computes.
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
	if last := c.wire.last; failure.Kind == KindBadChallenge && last.Code == 334 && failure.Reply == nil {
		failure.Reply = &last // Some servers say in a challenge why they refuse.
	}
	if mechanism.oauth && failure.Kind == KindRefusedByReply {
		failure.Token = tokenError(exchange.challenge, c.session)
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
	challenge  []byte // the last one
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
	s.challenge = challenge
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
