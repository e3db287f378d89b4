package smtpconn

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestParseProxy(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"socks5://proxy.example:1080": "socks5://proxy.example:1080",
		"http://127.0.0.1:3128":       "http://127.0.0.1:3128",
		"http://[::1]:3128/":          "http://[::1]:3128",
		"http://bücher.example:8080":  "http://xn--bcher-kva.example:8080",
	} {
		got, err := ParseProxy(text)
		if err != nil || got == nil && want != "" || got != nil && got.String() != want {
			t.Errorf("%q is %v, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]Reason{
		"proxy.example:1080":                    ReasonProxyScheme,
		"https://proxy.example:443":             ReasonProxyScheme,
		"socks5://proxy.example":                ReasonProxyPortMissing,
		"socks5://proxy.example:0":              ReasonProxyPortMissing,
		"socks5://proxy.example:99999":          ReasonProxyPortMissing,
		"socks5://me:s3cret@proxy.example:1080": ReasonProxyLogin,
		"socks5://me:s3/cret@proxy.example:1":   ReasonNotAnAddress,
		"http://proxy.example:80/path":          ReasonBehindProxyPort,
		"http://proxy.example:80?x":             ReasonBehindProxyPort,
		"http://exa mple:80":                    ReasonNotAnAddress,
		"http://:80":                            ReasonProxyName,
		"http://-x-.example:80":                 ReasonProxyName,
	} {
		if got, err := ParseProxy(text); got != nil || !errors.Is(err, want) || strings.Contains(err.Error(), "s3") {
			t.Errorf("%q is %v, %v, want %q", text, got, err, want)
		}
	}
}

// proxyThat is a proxy on loopback that does one thing with each connection.
func proxyThat(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// says answers the first thing that it hears, and waits for the end.
func says(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1024))
		_, _ = io.WriteString(conn, text)
		_, _ = io.Copy(io.Discard, conn)
	}
}

// TestProxyThatFails meets proxies that go wrong. What they say is shown, but never taken for the mail server's words.
func TestProxyThatFails(t *testing.T) {
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	hangsUp := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1024)) }
	for name, c := range map[string]struct {
		proxy string
		kind  Kind
		says  string
	}{
		"not there":    {"socks5://" + closedPort(t).String(), KindProxyUnreachable, "connection refused"},
		"no such name": {"http://proxy.invalid:3128", KindProxyUnreachable, "name"},
		"http refuses": {"http://" + proxyThat(t, says("HTTP/1.1 403 Filtered\x1b[2J\r\n\r\n")),
			KindProxyRefused, "it answered"},
		"http wants a login": {"http://" + proxyThat(t,
			says("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")), KindProxyRefused, "407"},
		"http says nothing": {"http://" + proxyThat(t, silent), KindProxyRefused, "it did not answer in time"},
		"http hangs up":     {"http://" + proxyThat(t, hangsUp), KindProxyRefused, "it closed the connection"},
		"http talks nonsense": {"http://" + proxyThat(t, says("220 mail.example ESMTP\r\n\r\n")), KindProxyRefused,
			"its answer makes no sense"},
		"http talks on and on": {"http://" + proxyThat(t, says("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 20<<10))),
			KindProxyRefused, "its answer makes no sense"},
		"socks says nothing": {"socks5://" + proxyThat(t, silent), KindProxyRefused, "it did not answer in time"},
		"socks hangs up":     {"socks5://" + proxyThat(t, hangsUp), KindProxyRefused, "EOF"},
		"socks talks nonsense": {"socks5://" + proxyThat(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")),
			KindProxyRefused, "version"},
		"socks name cut short": {"socks5://" + proxyThat(t, says("\x05\x00\x05\x00\x00\x03\xffshort")), KindProxyRefused,
			"it did not answer in time"},
		"socks odd address": {"socks5://" + proxyThat(t, says("\x05\x00\x05\x00\x00\xff\xff")), KindProxyRefused,
			"address type"},
		"socks odd refusal": {"socks5://" + proxyThat(t, says("\x05\x00\x05\xff\x00\x01")), KindProxyRefused,
			"unknown code"},
		"socks wants a login": {"socks5://" + proxyThat(t, says("\x05\xff")), KindProxyRefused, "authentication"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := ParseProxy(c.proxy)
			if err != nil {
				t.Fatal(err)
			}
			limits := Limits{Connect: time.Minute, Resolve: time.Minute}
			if c.says == "it did not answer in time" {
				limits.Connect = 300 * time.Millisecond
			}
			_, err = Open(t.Context(), Target{Host: "mail.example", Port: 25, Proxy: parsed, Limits: limits}, nil)
			var failure *Error
			if !errors.As(err, &failure) || failure.Kind != c.kind || !strings.Contains(failure.Error(), c.says) {
				t.Errorf("failed with %v, want %s and %q", err, c.kind, c.says)
			}
			if failure != nil && strings.ContainsRune(failure.Error(), '\x1b') {
				t.Errorf("a control character is shown: %q", failure.Error())
			}
		})
	}
}

// TestProxyAndPolicy makes sure that a proxy is no way around the policy.
func TestProxyAndPolicy(t *testing.T) {
	asked := 0
	address := proxyThat(t, func(net.Conn) { asked++ })
	proxy, err := ParseProxy("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	deny := func(prefix string) func(netip.AddrPort) error {
		return func(at netip.AddrPort) error {
			if netip.MustParsePrefix(prefix).Contains(at.Addr()) {
				return errors.New("it is denied")
			}
			return nil
		}
	}
	for _, c := range []struct {
		host, denied string
		want         Kind
	}{
		{"mail.example", "127.0.0.0/8", KindProxyUnreachable}, // the proxy itself
		// what it is asked for, and forms of it that some proxies know
		{"169.254.169.254", "169.254.0.0/16", KindNotPermitted},
		{"2852039166", "169.254.0.0/16", KindNameInvalid}, {"0xa9fea9fe", "169.254.0.0/16", KindNameInvalid},
		{"169.254.43518", "169.254.0.0/16", KindNameInvalid},
	} {
		if _, err := Open(t.Context(), Target{Host: c.host, Port: 25, Proxy: proxy, Permit: deny(c.denied)},
			nil); asError(err).Kind != c.want {
			t.Errorf("%s: %v", c.host, err)
		}
	}
	if asked != 0 {
		t.Errorf("the proxy was asked %d times", asked)
	}
}

// TestProxyIsCancelled gives up while the proxy thinks.
func TestProxyIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := proxyThat(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1024))
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	})
	proxy, err := ParseProxy("socks5://" + address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Target{Host: "mail.example", Port: 25, Proxy: proxy, Limits: Limits{Connect: time.Hour}},
		nil); asError(err).Kind != KindCancelled {
		t.Errorf("%v", err)
	}
}

// TestProxyKeepsGreeting reads a greeting that came in one piece with the proxy's answer.
func TestProxyKeepsGreeting(t *testing.T) {
	address := proxyThat(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1024))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n220 mail.example ESMTP\r\n")
		_, _ = conn.Read(make([]byte, 1024))
		_, _ = io.WriteString(conn, "250 mail.example\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	proxy, err := ParseProxy("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := Open(t.Context(), Target{Host: "mail.example", Port: 25, Proxy: proxy}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if greeting := conn.Session().Greeting.Text(); greeting != "mail.example ESMTP" {
		t.Errorf("the greeting is %q", greeting)
	}
}
