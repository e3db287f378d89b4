package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"
)

// maxReply is how large a reply may be, in bytes. The server is untrusted as long as it is being tested.
const maxReply = 8 << 20

func init() { ber.MaxPacketLengthBytes = maxReply }

// grace is how much longer than the server's time limit an answer is waited for, so that the server says it first.
const grace = 2 * time.Second

// session is a connection to one server.
type session struct {
	settings settings
	server   string
	host     string
	link     *link
	conn     *goldap.Conn
	// distrust is why the server's certificate was not accepted; nil when it was.
	distrust error
	state    tls.ConnectionState
	// answered is whether the server has said anything that is LDAP.
	answered bool
}

// link remembers why the connection ended, which the library tells in words only, and whether the server ever said
// anything.
type link struct {
	net.Conn
	mutex    sync.Mutex
	received bool
	err      error
}

func (l *link) Read(buffer []byte) (int, error) {
	n, err := l.Conn.Read(buffer)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.received = l.received || n > 0
	if l.err == nil {
		l.err = err
	}
	return n, err
}

// ended returns whether the server has said anything, and why the connection ended; nil when it did not.
func (l *link) ended() (received bool, err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.received, l.err
}

// lookUp returns the addresses of a host.
func lookUp(ctx context.Context, s settings, host string) ([]string, error) {
	if net.ParseIP(strings.Split(host, "%")[0]) != nil {
		return []string{host}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeLimit)
	defer cancel()
	return net.DefaultResolver.LookupHost(ctx, host)
}

// dial connects to the first of the addresses that lets it.
func dial(ctx context.Context, s settings, server string, addresses []string) (*session, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeLimit)
	defer cancel()
	var failures []error
	for i, address := range addresses {
		// What is left is shared, so that one that does not answer leaves time for the others.
		deadline, _ := ctx.Deadline()
		dialer := net.Dialer{Timeout: time.Until(deadline) / time.Duration(len(addresses)-i)}
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, port))
		if err == nil {
			return &session{settings: s, server: server, host: host, link: &link{Conn: conn}}, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}

// secure starts TLS as the settings say and has the library take over.
func (c *session) secure(ctx context.Context) error {
	defer c.limit()()
	switch c.settings.encryption {
	case encryptLDAPS:
		encrypted := tls.Client(c.link, c.tlsConfig())
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return errors.Join(c.distrust, err)
		}
		c.start(encrypted, true)
	case encryptStartTLS:
		c.start(c.link, false)
		if err := c.heard(c.conn.StartTLS(c.tlsConfig())); err != nil {
			return errors.Join(c.distrust, err)
		}
	default:
		c.start(c.link, false)
	}
	return nil
}

func (c *session) start(conn net.Conn, encrypted bool) {
	c.conn = goldap.NewConn(conn, encrypted)
	c.conn.Start()
}

func (c *session) tlsConfig() *tls.Config {
	return &tls.Config{
		ServerName: c.host, MinVersion: tls.VersionTLS12,
		// The library drops the cause when a handshake fails, so the certificate is judged here, as strictly.
		InsecureSkipVerify: true, //nolint:gosec // see VerifyConnection
		VerifyConnection: func(state tls.ConnectionState) error {
			c.state = state
			c.distrust = c.verify(state)
			return c.distrust
		},
	}
}

func (c *session) verify(state tls.ConnectionState) error {
	options := x509.VerifyOptions{DNSName: c.host, Intermediates: x509.NewCertPool()}
	if c.settings.ca != "" {
		options.Roots = x509.NewCertPool()
		options.Roots.AppendCertsFromPEM([]byte(c.settings.ca))
	}
	for _, certificate := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}

// bind signs in; an empty name is anonymous.
func (c *session) bind(name, password string) error {
	defer c.limit()()
	if name == "" {
		return c.heard(c.conn.UnauthenticatedBind(""))
	}
	return c.heard(c.conn.Bind(name, password))
}

// heard notes that an answer came, be it a refusal.
func (c *session) heard(err error) error {
	if _, refused := refusal(err); err == nil || refused {
		c.answered = true
	}
	return err
}

// refusal returns what the server answered when it refused something; the library's own errors are none.
func refusal(err error) (*goldap.Error, bool) {
	var answer *goldap.Error
	return answer, errors.As(err, &answer) && answer.ResultCode < goldap.ErrorNetwork
}

// search looks for entries with the limits of the settings. What was found before an error is returned with it.
func (c *session) search(base string, scope int, filter string, most int, attributes ...string) (
	*goldap.SearchResult, error,
) {
	defer c.limit()()
	found, err := c.conn.Search(goldap.NewSearchRequest(
		base, scope, goldap.NeverDerefAliases, most, int(c.settings.timeLimit.Seconds()), false, filter, attributes, nil))
	return found, c.heard(err)
}

// limit bounds how long an answer is waited for, until what it returns is called.
func (c *session) limit() func() {
	_ = c.link.SetDeadline(time.Now().Add(c.settings.timeLimit + grace))
	return func() { _ = c.link.SetDeadline(time.Time{}) }
}

// encrypted reports whether what is sent is.
func (c *session) encrypted() bool { return c.state.Version != 0 }

// close ends the connection.
func (c *session) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	_ = c.link.Close()
}
