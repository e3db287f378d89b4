package smtpconn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Open connects to the target and logs in, reporting each step to the trace, which may be nil. The error is an *Error.
// When ctx ends, the conversation is cut off at once.
func Open(ctx context.Context, target Target, trace *Trace) (*Conn, error) {
	secrets := redactionOf(target)
	o := &opening{
		ctx: ctx, target: target, trace: trace, secrets: secrets,
		conn: &Conn{
			session: &Session{Encryption: NoEncryption, secrets: secrets}, limits: target.Limits.withDefaults(), trace: trace,
			way: target.route(),
		},
	}
	if trace.recorded() {
		o.conn.session.transcript = &Transcript{redaction: secrets}
	}
	err := o.run()
	o.conn.session.redact()
	if err != nil {
		o.conn.Close()
		failure := asError(inContext(ctx, err))
		failure.Err = secrets.hideError(failure.Err)
		failure.Session = o.conn.session
		return nil, failure
	}
	return o.conn, nil
}

// opening is the state of one Open.
type opening struct {
	ctx    context.Context
	target Target
	trace  *Trace
	conn   *Conn
	host   string // ASCII form of the target's host
	// fetched means that the access token was asked for on this way.
	fetched bool
	// secrets keeps what a server says about our credentials from being shown; it learns what is sent.
	secrets *redaction
}

// run opens the connection. A login that was refused for a token from before is tried once more, over another
// connection.
func (o *opening) run() error {
	err := o.converse(shared.SecretText{})
	if refused := o.outlived(err); !refused.IsEmpty() {
		return o.again(refused)
	}
	return err
}

// converse goes through the steps, with another access token than the refused one.
func (o *opening) converse(refused shared.SecretText) error {
	if err := o.fetchToken(refused); err != nil {
		return err
	}
	if err := o.resolve(); err != nil {
		return err
	}
	if err := o.connect(); err != nil {
		return err
	}
	if o.target.Encrypt && !plainByCustom(o.target.Port) {
		if err := o.implicitTLS(); err != nil {
			return err
		}
	}
	if err := o.greeting(); err != nil {
		return err
	}
	if err := o.hello(); err != nil {
		return err
	}
	if o.conn.session.Encryption == NoEncryption {
		if err := o.startTLS(); err != nil {
			return err
		}
	}
	return o.login()
}

// plainByCustom reports whether servers greet in plain text on this port (RFC 8314 section 3.3, and 2525 which relays
// offer beside them). On other ports an encrypted connection begins with TLS. Either guess is corrected by what the
// server says; it only saves the detour.
func plainByCustom(port int) bool { return port == 25 || port == 587 || port == 2525 }

func (o *opening) resolve() error {
	session := o.conn.session
	return o.trace.run(StepResolve, func() (Result, Detail, error) {
		host, err := ASCIIHost(o.target.Host)
		if err != nil {
			return Failed, nil, &Error{Kind: KindNameInvalid, Err: err}
		}
		o.host = host
		ctx, cancel := context.WithTimeout(o.ctx, o.conn.limits.Resolve)
		defer cancel()
		session.Addresses, err = resolve(ctx, o.dialledHost())
		switch {
		case err != nil && o.target.Proxy != nil && o.ctx.Err() == nil:
			return Failed, nil, &Error{Kind: KindProxyUnreachable, Err: err}
		case err != nil:
			return Failed, nil, inContext(o.ctx, err)
		}
		return Passed, Resolved{session.Addresses}, nil
	})
}

func (o *opening) connect() error {
	session := o.conn.session
	return o.trace.run(StepConnect, func() (Result, Detail, error) {
		tcp, attempts, err := o.dialPermitted()
		session.Attempts = attempts
		switch {
		case err != nil && attempts == nil:
			return Failed, nil, inContext(o.ctx, err)
		case err != nil:
			return Failed, Tried{attempts}, inContext(o.ctx, err)
		}
		session.Remote = tcp.RemoteAddr().(*net.TCPAddr).AddrPort()
		o.adopt(tcp)
		return Passed, Tried{attempts}, nil
	})
}

// dialPermitted connects to the addresses that were found, as far as they may be connected to.
func (o *opening) dialPermitted() (net.Conn, []Attempt, error) {
	addresses := o.conn.session.Addresses
	permitted := o.target.permitted(addresses, o.target.dialledPort())
	if len(permitted) == 0 && o.target.Proxy != nil {
		return nil, nil, &Error{Kind: KindProxyUnreachable, Err: o.target.refusal(addresses[0])}
	}
	if len(permitted) == 0 {
		return nil, nil, &Error{Kind: KindNotPermitted, Err: o.target.refusal(addresses[0])}
	}
	if err := o.refusedLiteral(); err != nil {
		return nil, nil, &Error{Kind: KindNotPermitted, Err: err}
	}
	return o.reach(permitted)
}

// reach connects to the target, directly or through its proxy.
func (o *opening) reach(permitted []netip.AddrPort) (net.Conn, []Attempt, error) {
	if o.target.Proxy != nil {
		return o.throughProxy(o.ctx)
	}
	if o.target.Dial != nil {
		conn, err := o.target.Dial(o.ctx)
		return conn, []Attempt{{Address: permitted[0]}}, err
	}
	return race(o.ctx, o.target.Permit, permitted, o.conn.limits.Connect)
}

// adopt makes tcp the connection that is talked over, keeping the transcript of the one before.
func (o *opening) adopt(tcp net.Conn) {
	next := newWire(tcp, o.secrets, o.conn.session.transcript)
	if before := o.conn.wire; before != nil {
		_ = before.Close()
	}
	o.conn.wire = next
	if o.target.Proxy != nil {
		next.transcript.event("connected by the proxy at " + tcp.RemoteAddr().String())
	} else {
		next.transcript.event("connected to " + tcp.RemoteAddr().String())
	}
}

// redial opens a second connection to the address that has answered before.
func (o *opening) redial(ctx context.Context) (net.Conn, error) {
	if o.target.Proxy != nil {
		tcp, _, err := o.throughProxy(ctx)
		return tcp, err
	}
	if o.target.Dial != nil {
		return o.target.Dial(ctx)
	}
	return dial(ctx, o.target.Permit, o.conn.session.Remote, o.conn.limits.Connect)
}

// implicitTLS speaks TLS first. A server that answers in plain text is called again and must then offer STARTTLS.
func (o *opening) implicitTLS() error {
	return o.trace.run(StepTLS, func() (Result, Detail, error) {
		err := o.secure(ImplicitTLS, func() error {
			tcp, err := o.redial(o.ctx)
			if err == nil {
				o.adopt(tcp)
			}
			return err
		})
		var failure *Error
		if errors.As(err, &failure) && failure.Kind == KindPlainInsteadOfTLS {
			tcp, again := o.redial(o.ctx)
			if again != nil {
				return Failed, nil, inContext(o.ctx, again)
			}
			o.conn.session.PlainAnswered = true
			o.conn.wire.transcript.event("the port answered in plain text")
			o.adopt(tcp)
			return Noted, PlainAnswered{}, nil
		}
		if err != nil {
			return Failed, nil, err
		}
		return Passed, o.conn.session.secured(), nil
	})
}

// shakeHands sets up TLS over the present connection, with the hello that the session names.
func (o *opening) shakeHands(how Encryption) error {
	session, wire := o.conn.session, o.conn.wire
	secured, state, unverified, err := o.handshake(o.ctx, wire.tcp, session.SmallHello, o.conn.limits.TLS)
	session.TLS, session.Unverified = state, o.secrets.hideError(unverified)
	if err != nil {
		return inContext(o.ctx, err)
	}
	session.Encryption = how
	wire.use(secured)
	wire.transcript.event("encrypted with " + tls.VersionName(state.Version))
	return nil
}

// greeting reads the server's first reply.
func (o *opening) greeting() error {
	session := o.conn.session
	err := o.trace.run(StepGreeting, func() (Result, Detail, error) {
		reply, err := o.awaitGreeting()
		if err != nil {
			return Failed, nil, inContext(o.ctx, err)
		}
		session.Greeting = reply
		if reply.Code != 220 {
			return Failed, nil, &Error{Kind: KindRefusedByReply, Reply: &reply}
		}
		if !o.trace.verbose() {
			return Passed, nil, nil
		}
		return Passed, Greeted{reply}, nil
	})
	var failure *Error
	if errors.As(err, &failure) && failure.Kind == KindTLSInsteadOfPlain && o.target.Encrypt && !session.PlainAnswered {
		return o.turnToTLS()
	}
	return err
}

// turnToTLS is the way out when a port that greets in plain text by custom turned out to expect TLS. One that has just
// answered TLS in plain text is not believed: it could go on like that without end.
func (o *opening) turnToTLS() error {
	tcp, err := o.redial(o.ctx)
	if err != nil {
		return &Error{Step: StepConnect, Kind: kindOf(err), Err: err}
	}
	o.conn.session.TLSAnswered = true
	o.adopt(tcp)
	if err := o.implicitTLS(); err != nil {
		return err
	}
	return o.greeting()
}

// awaitGreeting waits for the greeting. A plain connection that stays silent nearly always leads to a port that expects
// TLS: after a while that is tried on a second connection, while the first one goes on waiting.
func (o *opening) awaitGreeting() (Reply, error) {
	wire, limits := o.conn.wire, o.conn.limits
	defer wire.limit(o.ctx, limits.Greeting)()
	if o.conn.session.Encryption != NoEncryption || limits.Silence >= limits.Greeting {
		return wire.receive()
	}
	ctx, cancel := context.WithCancel(o.ctx)
	defer cancel()
	expectsTLS := make(chan bool, 1)
	silence := time.AfterFunc(limits.Silence, func() {
		second, err := o.redial(ctx)
		found := err == nil && o.speaksTLS(ctx, second)
		if found {
			_ = wire.tcp.SetReadDeadline(time.Unix(1, 0)) // Ends the wait below.
		}
		expectsTLS <- found
	})
	reply, err := wire.receive()
	if silence.Stop() {
		return reply, err // The greeting, or the end, came before the patience ended.
	}
	cancel()
	if found := <-expectsTLS; found && err != nil && o.ctx.Err() == nil {
		return Reply{}, &Error{Kind: KindTLSInsteadOfPlain, Err: err}
	}
	return reply, err
}

// hello says EHLO, or HELO to servers that do not know it.
func (o *opening) hello() error {
	return o.trace.run(StepHello, func() (Result, Detail, error) { return o.sayHello() })
}

func (o *opening) sayHello() (Result, Detail, error) {
	session, wire := o.conn.session, o.conn.wire
	defer wire.limit(o.ctx, o.conn.limits.Command)()
	o.conn.client = smtp.NewClient(wire)
	wire.answer("220 the greeting was read before") // go-smtp wants to read one itself.
	local := wire.LocalAddr().(*net.TCPAddr).AddrPort().Addr()
	session.HELOName = o.target.heloName(local)
	if err := o.conn.client.Hello(session.HELOName); err != nil {
		return Failed, nil, inContext(o.ctx, o.conn.failure(err))
	}
	session.Extensions = wire.extensions
	return Passed, o.introduced(), nil
}

// introduced is the detail of an EHLO or HELO. What the server offers is searched for our credentials here.
func (o *opening) introduced() Detail {
	session := o.conn.session
	if !o.trace.verbose() || session.Extensions == nil {
		return Introduced{HELO: session.Extensions == nil}
	}
	var shown []string
	for _, keyword := range []string{"STARTTLS", "AUTH", "PIPELINING", "SIZE", "SMTPUTF8"} {
		if parameters, ok := session.Extensions[keyword]; ok {
			shown = append(shown, strings.TrimSpace(keyword+" "+parameters))
		}
	}
	return Introduced{Extensions: session.PrintableList(shown)}
}
