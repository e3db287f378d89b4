package smtpconn

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"time"

	"golang.org/x/net/proxy"
)

// ParseProxy reads the address of a proxy: socks5://host:port (RFC 1928) or http://host:port (CONNECT, RFC 9110
// section 9.3.6). The port must be given, and a login cannot be: an address is shown, a login must not be. The empty
// text is no proxy, nil. The error holds a [Reason].
func ParseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, ReasonNotAnAddress // Its own text quotes the address, and with it a login.
	case parsed.Scheme != "socks5" && parsed.Scheme != "http":
		return nil, ReasonProxyScheme
	case parsed.User != nil:
		return nil, ReasonProxyLogin
	case parsed.Path != "" && parsed.Path != "/" || parsed.RawQuery != "" || parsed.Fragment != "":
		return nil, ReasonBehindProxyPort
	}
	if port, err := strconv.ParseUint(parsed.Port(), 10, 16); err != nil || port == 0 {
		return nil, ReasonProxyPortMissing
	}
	host, err := ASCIIHost(parsed.Hostname())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ReasonProxyName, err)
	}
	return &url.URL{Scheme: parsed.Scheme, Host: net.JoinHostPort(host, parsed.Port())}, nil
}

// throughProxy is a connection to the target that the proxy has made.
func (o *opening) throughProxy(ctx context.Context) (net.Conn, []Attempt, error) {
	permitted := o.target.permitted(o.conn.session.Addresses, o.target.dialledPort())
	tcp, attempts, err := race(ctx, o.target.Permit, permitted, o.conn.limits.Connect)
	if err != nil {
		if ctx.Err() != nil {
			return nil, attempts, err
		}
		return nil, attempts, &Error{Kind: KindProxyUnreachable, Err: err}
	}
	if err := o.tunnel(ctx, tcp); err != nil {
		_ = tcp.Close()
		return nil, attempts, err
	}
	return tcp, attempts, nil
}

// tunnel has the proxy connect to the target.
func (o *opening) tunnel(caller context.Context, tcp net.Conn) error {
	ctx, cancel := context.WithTimeout(caller, o.conn.limits.Connect)
	defer cancel()
	interrupt := context.AfterFunc(ctx, func() { _ = tcp.SetDeadline(time.Unix(1, 0)) })
	address := net.JoinHostPort(o.host, strconv.Itoa(o.target.Port))
	var err error
	if o.target.Proxy.Scheme == "http" {
		err = connectHTTP(tcp, address, o.conn.session)
	} else {
		err = connectSOCKS(ctx, tcp, address)
	}
	limit, _ := ctx.Deadline()
	own, limited := caller.Deadline()
	switch finished := interrupt(); {
	case limited && !own.After(limit) && errors.Is(err, os.ErrDeadlineExceeded):
		return inContext(caller, because(context.DeadlineExceeded, err))
	case caller.Err() != nil:
		return inContext(caller, because(caller.Err(), err))
	case !finished, errors.Is(err, os.ErrDeadlineExceeded):
		return &Error{Kind: KindProxyRefused, Err: because(ReasonProxySilent, err)}
	case err != nil:
		return &Error{Kind: KindProxyRefused, Err: err}
	}
	return tcp.SetDeadline(time.Time{})
}

// made is a dialer that gives out a connection that is made already.
type made struct{ conn net.Conn }

func (m made) Dial(string, string) (net.Conn, error) { return m.conn, nil }

// DialContext gives out the connection.
func (m made) DialContext(context.Context, string, string) (net.Conn, error) { return m.conn, nil }

func connectSOCKS(ctx context.Context, tcp net.Conn, address string) error {
	dialer, err := proxy.SOCKS5("tcp", "", nil, made{tcp})
	if err != nil {
		return err
	}
	_, err = dialer.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
	var failure *net.OpError
	if errors.As(err, &failure) {
		err = failure.Err // The rest repeats the addresses.
	}
	return err
}

// maxProxyReply bounds what a proxy may say before the tunnel begins, in bytes.
const maxProxyReply = 8 << 10

// connectHTTP asks for a tunnel. The reply is read byte by byte: what comes after it is the mail server's.
func connectHTTP(tcp net.Conn, address string, session *Session) error {
	if _, err := fmt.Fprintf(tcp, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address); err != nil {
		return fmt.Errorf("%w: %w", ReasonProxyClosed, err)
	}
	var head []byte
	for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); head = append(head, one[0]) {
		if len(head) == maxProxyReply {
			return ReasonProxyNonsense
		}
		if _, err := tcp.Read(one); err != nil {
			return fmt.Errorf("%w: %w", ReasonProxyClosed, err)
		}
	}
	reply, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return fmt.Errorf("%w: %w", ReasonProxyNonsense, err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode/100 != 2 {
		return &ProxyStatusError{Status: session.Printable(reply.Status)}
	}
	return nil
}

// dialledHost is whose addresses are looked up: the target's, or the proxy's, which looks up the target's itself.
func (o *opening) dialledHost() string {
	if o.target.Proxy != nil {
		return o.target.Proxy.Hostname()
	}
	return o.host
}

// dialledPort is the port of those addresses.
func (t Target) dialledPort() int {
	if t.Proxy == nil {
		return t.Port
	}
	port, _ := strconv.Atoi(t.Proxy.Port())
	return port
}

// refusedLiteral is why a target that is given as an address may not be connected to, not even by a proxy; nil for
// all others.
func (o *opening) refusedLiteral() error {
	address, err := netip.ParseAddr(o.host)
	if err != nil || o.target.Permit == nil {
		return nil
	}
	return o.target.refusal(address)
}
