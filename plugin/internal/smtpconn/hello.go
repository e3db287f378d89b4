package smtpconn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A TLS hello with a share for ML-KEM (X25519MLKEM768, draft-ietf-tls-ecdhe-mlkem) has about 1,500 bytes and does not
// fit one TCP segment. Some servers and middleboxes drop what comes in two. A hello that nothing answers is therefore
// followed by a small one on a connection of its own. An answer of any kind, an alert too, shows that the hello was
// read.

// smallHelloCurves are the key exchanges whose shares fit one segment.
var smallHelloCurves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// longestFirstHello bounds how long the answer to the large hello is waited for, whatever the limit of the handshake.
const longestFirstHello = 4 * time.Second

// secure sets up TLS over the present connection. again makes a new one that has come as far as the present one had.
func (o *opening) secure(how Encryption, again func() error) error {
	session, route := o.conn.session, o.target.route()
	session.SmallHello = smallHellos.needed(route)
	if session.SmallHello {
		err := o.shakeHands(how)
		if helloUnanswered(err) {
			smallHellos.forget(route)
		}
		return err
	}
	_ = o.conn.wire.tcp.SetReadDeadline(time.Now().Add(o.firstHello())) // until it is answered
	err := o.shakeHands(how)
	if !helloUnanswered(err) || o.ctx.Err() != nil {
		return err
	}
	o.conn.wire.transcript.event("no answer to the TLS hello; once more without ML-KEM")
	if failed := again(); failed != nil {
		if o.ctx.Err() != nil {
			return inContext(o.ctx, failed)
		}
		failure := asError(err)
		failure.Err = fmt.Errorf("%w; once more: %w", failure.Err, failed)
		return failure
	}
	session.SmallHello = true
	if err = o.shakeHands(how); err == nil {
		smallHellos.remember(route)
	}
	return err
}

// firstHello is how long the first answer to the large hello is waited for.
func (o *opening) firstHello() time.Duration {
	share := min(o.conn.limits.TLS/3, longestFirstHello)
	if until, limited := o.ctx.Deadline(); limited {
		share = min(share, time.Until(until)/3)
	}
	return share
}

// helloUnanswered reports whether the handshake failed before the server said anything.
func helloUnanswered(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) || !failure.unanswered {
		return false
	}
	return failure.Kind == KindClosed || failure.Kind == KindReset || failure.Kind == KindTimeout
}

// secured is the detail of a finished handshake.
func (s *Session) secured() Secured {
	return Secured{
		Version: s.TLS.Version, CipherSuite: s.TLS.CipherSuite, SmallHello: s.SmallHello, Unverified: s.Unverified,
	}
}

// route is a way to a server; what lies on it may drop packets.
type route struct {
	host, proxy string
	port        int
}

func (t Target) route() route {
	way := route{host: t.Host, port: t.Port}
	if t.Proxy != nil {
		way.proxy = t.Proxy.String()
	}
	return way
}

// Bounds of what is remembered.
const (
	maxRoutes    = 100
	routesMemory = time.Hour
)

// routes remembers for a while on which ways only a small hello gets through, so that not every connection pays for the
// large one. It may be used concurrently.
type routes struct {
	mu    sync.Mutex
	until map[route]time.Time
}

// smallHellos is shared by all connections of the process.
var smallHellos = routes{until: map[route]time.Time{}}

func (r *routes) needed(way route) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.until[way])
}

func (r *routes) remember(way route) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, until := range r.until {
		if len(r.until) >= maxRoutes || !time.Now().Before(until) {
			delete(r.until, other) // Whichever it is: it costs that way one more hello.
		}
	}
	r.until[way] = time.Now().Add(routesMemory)
}

func (r *routes) forget(way route) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.until, way)
}
