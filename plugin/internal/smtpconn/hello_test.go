package smtpconn

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestSmallHello meets servers that do not read a TLS hello in two segments: one more connection, without ML-KEM,
// said in the step; and the next connection begins with the small hello.
func TestSmallHello(t *testing.T) {
	authority := authorityFor(t)
	for name, step := range map[string]Step{
		"large-hello-close": StepTLS, "large-hello-reset": StepTLS, "large-hello-silent": StepTLS,
		"starttls-large-hello-close": StepStartTLS, "starttls-large-hello-reset": StepStartTLS,
		"starttls-large-hello-silent": StepStartTLS,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, target := practice(t, name, authority)
			target.Encrypt = step == StepTLS
			var detail Detail
			trace := &Trace{Verbose: true, StepFinished: func(finished Step, _ Result, _ time.Duration, found Detail) {
				if finished == step {
					detail = found
				}
			}}
			for opened, connections := range []int{2, 3} {
				conn, err := Open(t.Context(), target, trace)
				if err != nil {
					t.Fatal(err)
				}
				session := conn.Session()
				conn.Close()
				secured, _ := detail.(Secured)
				if !session.SmallHello || session.Encryption == NoEncryption || session.Login != LoginDone || !secured.SmallHello {
					t.Errorf("opened %d: %+v; the step says %+v", opened+1, session, detail)
				}
				if got := server.Connections(); got != connections {
					t.Errorf("opened %d: %d connections, want %d", opened+1, got, connections)
				}
			}
		})
	}
}

// TestAnsweredHelloIsFinal makes no second connection where the server has answered the hello, whatever the answer.
func TestAnsweredHelloIsFinal(t *testing.T) {
	authority := authorityFor(t)
	for name, connections := range map[string]int{
		"certificate-expired": 1, "certificate-self-signed": 1, "tls-old-version": 1, "tls-no-common-method": 1,
		"tls-no-certificate":    1,
		"tls-unrecognized-name": 1, "tls-garbage": 1, "tls-client-certificate-12": 1, "all-is-well-ssl": 1,
		"starttls-certificate-expired": 1,
		"starttls-injected-late":       1,
		// for comparison: nothing was answered
		"tls-closed": 2, "tls-reset": 2, "tls-silent": 2, "starttls-handshake-closed": 2,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, target := practice(t, name, authority)
			target.Encrypt = true
			// Port 587 would be called in plain text; here the kind of port is not known, and a STARTTLS server is called twice.
			if strings.HasPrefix(name, "starttls-") {
				connections++
			}
			if name == "tls-silent" {
				target.Limits.TLS = time.Second
			}
			if conn, err := Open(t.Context(), target, nil); err == nil {
				conn.Close()
			}
			if got := server.Connections(); got != connections {
				t.Errorf("%d connections, want %d", got, connections)
			}
		})
	}
}

// TestSilentHelloLeavesTime has the whole attempt limited: the second hello must have its share.
func TestSilentHelloLeavesTime(t *testing.T) {
	for _, c := range []struct{ limit, deadline, want time.Duration }{
		{10 * time.Second, 30 * time.Second, 10 * time.Second / 3},
		{10 * time.Second, 0, 10 * time.Second / 3},
		{time.Hour, time.Hour, longestFirstHello},
		{10 * time.Second, 3 * time.Second, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &opening{ctx: t.Context(), conn: &Conn{limits: Limits{TLS: c.limit}}}
			if c.deadline > 0 {
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				o.ctx = ctx
			}
			if got := o.firstHello(); got != c.want {
				t.Errorf("%+v: the first hello gets %s", c, got)
			}
		})
	}
}

// haltingConn sends the first bytes of an answer, and the rest after a while.
type haltingConn struct {
	net.Conn
	halt time.Duration
}

func (h *haltingConn) Write(p []byte) (int, error) {
	const first = 5
	if h.halt == 0 || len(p) <= first {
		return h.Conn.Write(p)
	}
	if n, err := h.Conn.Write(p[:first]); err != nil {
		return n, err
	}
	time.Sleep(h.halt)
	h.halt = 0
	n, err := h.Conn.Write(p[first:])
	return first + n, err
}

// TestSlowHandshake has a server answer the large hello at once, and need longer for its handshake than a silent one
// would be given: it has all the time of the handshake.
func TestSlowHandshake(t *testing.T) {
	config, err := authorityFor(t).Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for halt, fails := range map[time.Duration]bool{
		longestFirstHello + time.Second: false, 9 * time.Second: false, 11 * time.Second: true,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, far := net.Pipe()
			var ended sync.WaitGroup
			defer ended.Wait()
			defer client.Close()
			ended.Go(func() {
				server := tls.Server(&haltingConn{Conn: far, halt: halt}, config)
				_ = server.Handshake()
				_, _ = io.Copy(io.Discard, server)
			})
			target := Target{Host: halt.String()} // A way of its own, of which nothing is remembered.
			o := &opening{ctx: t.Context(), host: "127.0.0.1", target: target, secrets: redactionOf(target),
				conn: &Conn{limits: Limits{TLS: 10 * time.Second}, session: &Session{}}}
			o.conn.wire = newWire(client, o.secrets, &Transcript{redaction: o.secrets})
			called := 0
			err := o.secure(ImplicitTLS, func() error { called++; return errors.New("called again") })
			if (err != nil) != fails || called != 0 {
				t.Errorf("after %s: %v, called again %d times", halt, err, called)
			}
		})
	}
}

// TestRoutesAreForgotten bounds what is remembered, in time and number.
func TestRoutesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		remembered := routes{until: map[route]time.Time{}}
		way := Target{Host: "mail.example", Port: 465}.route()
		remembered.remember(way)
		if !remembered.needed(way) || remembered.needed(Target{Host: "mail.example", Port: 587}.route()) {
			t.Error("the way is not told from another one")
		}
		time.Sleep(routesMemory)
		if remembered.needed(way) {
			t.Errorf("it is still remembered after %s", routesMemory)
		}
		for port := range 3 * maxRoutes {
			remembered.remember(Target{Host: "mail.example", Port: port}.route())
		}
		if got := len(remembered.until); got > maxRoutes {
			t.Errorf("%d ways are remembered", got)
		}
		remembered.forget(Target{Host: "mail.example", Port: 3*maxRoutes - 1}.route())
		if remembered.needed(Target{Host: "mail.example", Port: 3*maxRoutes - 1}.route()) {
			t.Error("what was forgotten is remembered")
		}
	})
}

// TestSmallHelloFitsOneSegment measures both hellos against the payload of a segment (1,500 bytes of Ethernet).
func TestSmallHelloFitsOneSegment(t *testing.T) {
	const segment = 1440
	for small, fits := range map[bool]bool{true: true, false: false} {
		size := make(chan int, 1)
		client, server := net.Pipe()
		go func() {
			n, _ := server.Read(make([]byte, 4096))
			size <- n
			_ = server.Close()
		}()
		o := &opening{ctx: t.Context(), host: strings.Repeat("long.", 20) + "mail.example", conn: &Conn{}}
		if _, _, _, err := o.handshake(t.Context(), client, small, time.Minute); !helloUnanswered(err) {
			t.Errorf("failed with %v", err)
		}
		if n := <-size; (n <= segment) != fits {
			t.Errorf("small %t: the hello has %d bytes", small, n)
		}
	}
}
