package smtpconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestKindOf sorts errors that the system and the standard library have really made.
func TestKindOf(t *testing.T) {
	read := func(before func(client, server net.Conn)) error {
		client, server := connected(t)
		before(client, server)
		_, err := client.Read(make([]byte, 1))
		return err
	}
	_, refused := net.Dial("tcp", closedPort(t).String())
	_, cancelled := (&net.Dialer{}).DialContext(ended(t), "tcp", "127.0.0.1:1")
	_, unknown := net.DefaultResolver.LookupNetIP(t.Context(), "ip", "no-such-name.invalid")
	for name, c := range map[string]struct {
		err  error
		want Kind
	}{
		"refused":   {refused, KindConnectionRefused},
		"cancelled": {cancelled, KindCancelled},
		"no route":  {os.NewSyscallError("connect", syscall.EHOSTUNREACH), KindUnreachable},
		"no net":    {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}, KindUnreachable},
		"no name":   {&net.DNSError{Err: "no such host", IsNotFound: true}, KindNameNotFound},
		"no answer": {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, KindNameLookupFailed},
		"closed":    {read(func(_, server net.Conn) { _ = server.Close() }), KindClosed},
		"our close": {read(func(client, _ net.Conn) { _ = client.Close() }), KindClosed},
		"reset": {read(func(_, server net.Conn) {
			_ = server.(*net.TCPConn).SetLinger(0)
			_ = server.Close()
		}), KindReset},
		"deadline":      {read(func(client, _ net.Conn) { _ = client.SetReadDeadline(time.Unix(1, 0)) }), KindTimeout},
		"cut short":     {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), KindClosed},
		"broken pipe":   {os.NewSyscallError("write", syscall.EPIPE), KindReset},
		"anything else": {errors.New("something new"), KindNetwork},
	} {
		if got := kindOf(c.err); got != c.want {
			t.Errorf("%s: %v is %q, want %q", name, c.err, got, c.want)
		}
	}
	// Some machines have no name server.
	if got := kindOf(unknown); got != KindNameNotFound && got != KindNameLookupFailed {
		t.Errorf("%v is %q", unknown, got)
	}
}

func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// shakingHands is a server that begins with TLS, with a certificate as requested and what change makes of its
// configuration.
func shakingHands(
	t *testing.T, authority *mailserver.Authority, request mailserver.Request, change func(*tls.Config),
) func(net.Conn) {
	t.Helper()
	config, err := authority.Config(request)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(config)
	}
	return func(conn net.Conn) {
		secured := tls.Server(conn, config)
		_ = secured.Handshake()
		_, _ = io.Copy(io.Discard, secured)
	}
}

// TestHandshakeKinds fails in handshakes with a real server. The cause stays within reach.
func TestHandshakeKinds(t *testing.T) {
	authority := authorityFor(t)
	stranger := authorityFor(t)
	serve := func(request mailserver.Request, change func(*tls.Config)) func(net.Conn) {
		return shakingHands(t, authority, request, change)
	}
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, c := range map[string]struct {
		serve func(net.Conn)
		want  Kind
		cause func(error) bool
	}{
		"expired": {serve(mailserver.Request{Until: time.Now().Add(-time.Minute)}, nil), KindCertificate,
			func(err error) bool {
				var invalid x509.CertificateInvalidError
				return errors.As(err, &invalid) && invalid.Reason == x509.Expired
			}},
		"another name": {serve(mailserver.Request{Names: []string{"other.example"}}, nil), KindCertificate,
			func(err error) bool {
				var name x509.HostnameError
				return errors.As(err, &name) && name.Certificate != nil
			}},
		"unknown issuer": {func(conn net.Conn) {
			config, _ := stranger.Config(mailserver.Request{})
			_ = tls.Server(conn, config).Handshake()
		}, KindCertificate, func(err error) bool {
			var unknown x509.UnknownAuthorityError
			return errors.As(err, &unknown)
		}},
		"no method in common": {serve(mailserver.Request{}, func(config *tls.Config) {
			config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
		}), KindTLSHandshake, func(err error) bool { return remoteAlert(err) == "tls: handshake failure" }},
		"an old version": {serve(mailserver.Request{}, func(config *tls.Config) {
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}), KindTLSVersion, func(err error) bool { return err != nil }},
		"plain text": {func(conn net.Conn) { _, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n") },
			KindPlainInsteadOfTLS, func(err error) bool {
				var record tls.RecordHeaderError
				return errors.As(err, &record)
			}},
		"closed": {func(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) }, KindClosed, is(io.EOF)},
		"silent": {func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, KindTimeout, is(context.DeadlineExceeded)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", proxyThat(t, c.serve))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			o := &opening{host: "127.0.0.1", target: Target{Encrypt: true,
				AdditionalCA: []*x509.Certificate{authority.Certificate}}, conn: &Conn{}}
			_, _, _, err = o.handshake(t.Context(), conn, true, 500*time.Millisecond)
			if got := asError(err).Kind; got != c.want || !c.cause(err) {
				t.Errorf("%v is %q, want %q with its cause", err, got, c.want)
			}
		})
	}
}

// TestCausesAreKept looks through every error of several addresses, of a proxy and of a context for what the system
// said.
func TestCausesAreKept(t *testing.T) {
	refused, dead := closedPort(t), listening(t, "127.0.0.1:0")
	denied := errors.New("the operator denies it")
	permit := func(at netip.AddrPort) error {
		if at == dead {
			return denied
		}
		return nil
	}
	_, _, several := race(t.Context(), permit, []netip.AddrPort{dead, refused}, time.Second)
	proxy, err := ParseProxy("socks5://" + refused.String())
	if err != nil {
		t.Fatal(err)
	}
	_, behindProxy := Open(t.Context(), Target{Host: "mail.example", Port: 25, Proxy: proxy}, nil)
	hangingUp, err := ParseProxy("http://" + proxyThat(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1024)) }))
	if err != nil {
		t.Fatal(err)
	}
	_, hungUp := Open(t.Context(), Target{Host: "mail.example", Port: 25, Proxy: hangingUp}, nil)
	_, cancelled := Open(ended(t), Target{Host: "127.0.0.1", Port: int(refused.Port())}, nil)
	for name, c := range map[string]struct {
		err    error
		kind   Kind
		causes []error
	}{
		"several addresses": {several, KindConnectionRefused, []error{syscall.ECONNREFUSED, denied}},
		"a proxy":           {behindProxy, KindProxyUnreachable, []error{syscall.ECONNREFUSED}},
		"a proxy hangs up":  {hungUp, KindProxyRefused, []error{ReasonProxyClosed, io.EOF}},
		"a cancelled call":  {cancelled, KindCancelled, []error{context.Canceled}},
		"a deadline": {inContext(expired(t), &Error{Kind: KindTimeout, Err: os.ErrDeadlineExceeded}), KindOutOfTime,
			[]error{context.DeadlineExceeded, os.ErrDeadlineExceeded}},
		"cancelled while it failed": {inContext(ended(t), &Error{Kind: KindReset, Err: syscall.ECONNRESET}), KindCancelled,
			[]error{context.Canceled, syscall.ECONNRESET}},
	} {
		if got := asError(c.err).Kind; got != c.kind {
			t.Errorf("%s: %v is %q, want %q", name, c.err, got, c.kind)
		}
		for _, cause := range c.causes {
			if !errors.Is(c.err, cause) {
				t.Errorf("%s: %v has lost %v", name, c.err, cause)
			}
		}
		if said := c.err.Error(); strings.ContainsAny(said, "\n\x1f{") {
			t.Errorf("%s: the log reads %q", name, said)
		}
	}
}

func expired(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	t.Cleanup(cancel)
	return ctx
}

// TestErrorsAreEnglish has one line for each way in which a failure is written to a log.
func TestErrorsAreEnglish(t *testing.T) {
	reply := NewReply(535, "5.7.8", "No")
	for want, err := range map[string]error{
		"smtp connect: connection refused: dial tcp": &Error{Step: StepConnect, Kind: KindConnectionRefused,
			Err: errors.New("dial tcp")},
		"smtp auth: PLAIN refused: 535 5.7.8 No": &Error{Step: StepAuth, Kind: KindRefusedByReply,
			Mechanism: "PLAIN", Reply: &reply},
		"smtp sender: 535 5.7.8 No":             &Error{Step: StepSender, Kind: KindRefusedByReply, Reply: &reply},
		"smtp greeting: the server speaks HTTP": &Error{Step: StepGreeting, Kind: KindNotSMTP, Protocol: "HTTP"},
		"smtp connect: the proxy did not connect: it answered 403 Filtered": &Error{
			Step: StepConnect, Kind: KindProxyRefused, Err: &ProxyStatusError{Status: "403 Filtered"}},
		"smtp auth: login exchange not understood: the server demands more than 10 iterations": &Error{
			Step: StepAuth, Kind: KindBadChallenge, Err: &IterationsError{Demanded: 11, Limit: 10}},
		"smtp auth: login exchange not understood: the server demands fewer than 10 iterations, and the password " +
			"could be guessed from the answer": &Error{
			Step: StepAuth, Kind: KindBadChallenge, Err: &IterationsError{Demanded: 9, Limit: 10}},
		"smtp connect: connection refused: 192.0.2.1:25 connection refused (3 ms); " +
			"[2001:db8::1]:25 unreachable (0 ms)": &Error{
			Step: StepConnect, Kind: KindConnectionRefused, Err: attemptsError{
				{Address: netip.MustParseAddrPort("192.0.2.1:25"), Err: &Error{Kind: KindConnectionRefused},
					Took: 3 * time.Millisecond},
				{Address: netip.MustParseAddrPort("[2001:db8::1]:25"), Err: &Error{Kind: KindUnreachable}},
			}},
	} {
		if got := err.Error(); got != want {
			t.Errorf("it reads %q, want %q", got, want)
		}
	}
}
