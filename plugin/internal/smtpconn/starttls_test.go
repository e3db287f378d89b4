package smtpconn

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

const secretPassword = "c4nary-Pa55word"

func authorityFor(t *testing.T) *mailserver.Authority {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

// practice starts a fault and returns a target for it, with a login and without Encrypt.
func practice(t *testing.T, name string, authority *mailserver.Authority) (*mailserver.Running, Target) {
	t.Helper()
	fault, ok := mailserver.FaultNamed(name)
	if !ok {
		t.Fatalf("there is no fault %s", name)
	}
	server, err := fault.Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, Target{
		Host: "127.0.0.1", Port: server.Port(), Login: "me@practice.example", Password: shared.NewSecretText(secretPassword),
		AdditionalCA: []*x509.Certificate{authority.Certificate}, Limits: patientLimits,
	}
}

// attacker is a server whose conversation is written line by line: what it says when a line with the verb arrives. It
// keeps what it was told in plain text. After "TLS" it goes on encrypted; "TLS " and a text says that text right
// behind the handshake.
type attacker struct {
	// by verb; in the encrypted part by "tls " and the verb; "tls" comes right behind the handshake
	says   map[string]string
	behind string // sent in plain text a moment after the answer to STARTTLS
	config *tls.Config

	mu    sync.Mutex
	heard []string
}

func (a *attacker) serve(conn net.Conn) {
	_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
	prefix, reader := "", bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " ?")[0])
		if prefix == "" {
			a.mu.Lock()
			a.heard = append(a.heard, strings.TrimSpace(line))
			a.mu.Unlock()
		}
		_, _ = io.WriteString(conn, a.says[prefix+verb]+"\r\n")
		if verb != "STARTTLS" {
			continue
		}
		if a.behind != "" {
			time.Sleep(100 * time.Millisecond) // A packet of its own, when the answer has long been read.
			_, _ = io.WriteString(conn, a.behind)
		}
		secured := tls.Server(conn, a.config)
		if secured.Handshake() != nil {
			continue // Whoever goes on in plain text is listened to.
		}
		_, _ = io.WriteString(secured, a.says["tls"])
		conn, prefix, reader = secured, "tls ", bufio.NewReader(secured)
	}
}

func (a *attacker) inClear() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.heard, ", ")
}

const offerOfSTARTTLS = "250-mail.example\r\n250-AUTH PLAIN LOGIN CRAM-MD5\r\n250 STARTTLS"

// answersWithSTARTTLS are those of a server that keeps to the rules, but for the changes: a verb and its reply each.
func answersWithSTARTTLS(changes ...string) map[string]string {
	says := map[string]string{
		"EHLO": offerOfSTARTTLS, "STARTTLS": "220 Go ahead", "tls EHLO": "250-mail.example\r\n250 AUTH PLAIN",
		"AUTH": "235 Fine", "tls AUTH": "235 Fine",
	}
	for i := 0; i < len(changes); i += 2 {
		says[changes[i]] = changes[i+1]
	}
	return says
}

// TestInjectionBehindSTARTTLS has text arrive behind the answer to STARTTLS, in packets of their own and at the worst
// of times. No credential may follow in plain text, and what was offered in plain text counts no longer.
func TestInjectionBehindSTARTTLS(t *testing.T) {
	authority := authorityFor(t)
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	good, but := answersWithSTARTTLS(), answersWithSTARTTLS
	for _, c := range []struct {
		name string
		*attacker
		kind  Kind // of the failure; empty where there is none
		login LoginState
	}{
		{"none", &attacker{says: good}, "", LoginDone},
		{"a reply", &attacker{says: good, behind: "250-mail.example\r\n250 AUTH PLAIN\r\n"}, KindUnexpectedBytes, 0},
		{"a refusal", &attacker{says: good, behind: "454 4.7.0 TLS not available\r\n"}, KindUnexpectedBytes, 0},
		{"another protocol", &attacker{says: good, behind: "* OK ready\r\n"}, KindUnexpectedBytes, 0},
		{"a line end", &attacker{says: good, behind: "\n"}, KindUnexpectedBytes, 0},
		{"zeros", &attacker{says: good, behind: "\x00\x00\x00\x00\x00"}, KindUnexpectedBytes, 0},
		{"an alert", &attacker{says: good, behind: "\x15\x03\x03\x00\x02\x02\x28"}, KindTLSHandshake, 0},
		{"rubbish as TLS", &attacker{says: good, behind: "\x16\x03\x03\x00\x05hello"}, KindTLSHandshake, 0},
		{"an answer ahead of STARTTLS", &attacker{says: but("EHLO", offerOfSTARTTLS+"\r\n220 Go ahead")},
			KindUnexpectedBytes, 0},
		{"AUTH is gone with TLS", &attacker{says: but("tls EHLO", "250 mail.example")}, "", LoginNotOffered},
		{"only HELO with TLS", &attacker{says: but("tls EHLO", "500 What?", "tls HELO", "250 mail.example")}, "",
			LoginNotOffered},
		{"an answer ahead of the login", &attacker{says: but("tls EHLO", "250-mail.example\r\n250 AUTH PLAIN\r\n235 Fine")},
			KindMalformedReply, 0},
		{"EHLO refused with TLS", &attacker{says: but("tls EHLO", "554 No")}, KindRefusedByReply, 0},
		{"a refusal behind the handshake", &attacker{says: but("tls", "554 No\r\n")}, KindRefusedByReply, 0},
		{"EHLO answered with rubbish", &attacker{says: but("tls EHLO", "rubbish")}, KindNotSMTP, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.config = config
			address, err := net.ResolveTCPAddr("tcp", proxyThat(t, c.serve))
			if err != nil {
				t.Fatal(err)
			}
			conn, err := Open(t.Context(), Target{
				Host: "127.0.0.1", Port: address.Port, Login: "me", Password: shared.NewSecretText(secretPassword),
				AdditionalCA: []*x509.Certificate{authority.Certificate}, Limits: patientLimits, HELOName: "console.example",
			}, nil)
			var failure *Error
			switch errors.As(err, &failure); {
			case err == nil:
				defer conn.Close()
				if c.kind != "" || conn.Session().Login != c.login || conn.Session().Encryption != StartTLS {
					t.Errorf("opened: login %v, encryption %s, want kind %q", conn.Session().Login, conn.Session().Encryption, c.kind)
				}
			case failure.Kind != c.kind:
				t.Errorf("failed with %v (%s), want %s", err, failure.Kind, c.kind)
			}
			heard := c.inClear()
			if heard != "EHLO console.example, STARTTLS" && !strings.HasPrefix(c.name, "an answer ahead") ||
				strings.Contains(heard, "AUTH") {
				t.Errorf("told in plain text: %s", heard)
			}
		})
	}
}

// TestNeverStartTLS leaves an offered STARTTLS alone where that was chosen, and only there.
func TestNeverStartTLS(t *testing.T) {
	authority := authorityFor(t)
	for _, c := range []struct {
		never, encrypt bool
		want           Encryption
	}{{true, false, NoEncryption}, {true, true, StartTLS}, {false, false, StartTLS}} {
		server, target := practice(t, "all-is-well-starttls", authority)
		target.NeverStartTLS, target.Encrypt = c.never, c.encrypt
		conn, err := Open(t.Context(), target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.Session(); got.Encryption != c.want || got.Login != LoginDone {
			t.Errorf("%+v: encryption %s, login %v", c, got.Encryption, got.Login)
		}
		conn.Close()
		if asked := strings.Contains(fmt.Sprint(server.InClear()), "STARTTLS"); asked == (c.want == NoEncryption) {
			t.Errorf("%+v: STARTTLS was said: %t", c, asked)
		}
	}
}

// TestPinEnforced holds a pin on every way to the server: with Encrypt and without, with a login and without.
func TestPinEnforced(t *testing.T) {
	authority := authorityFor(t)
	const right, wrong = true, false
	for _, c := range []struct {
		name, fault    string
		pin            bool
		encrypt, never bool
		kind           Kind
	}{
		{"right", "all-is-well-starttls", right, false, false, ""},
		{"right, self-signed", "certificate-unverified", right, false, false, ""},
		{"wrong", "all-is-well-starttls", wrong, false, false, KindCertificate},
		{"wrong, self-signed", "certificate-unverified", wrong, false, false, KindCertificate},
		{"wrong, demanded", "all-is-well-starttls", wrong, true, false, KindCertificate},
		{"wrong, implicit", "all-is-well-ssl", wrong, true, false, KindCertificate},
		{"not offered", "all-is-well", right, false, false, KindStartTLSMissing},
		{"never", "all-is-well-starttls", right, false, true, KindStartTLSMissing},
		{"only HELO", "hello-helo-only", right, false, false, KindStartTLSMissing},
		{"refused", "starttls-refused-454-not-demanded", right, false, false, KindRefusedByReply},
		{"broken", "starttls-handshake-closed-not-demanded", right, false, false, KindClosed},
		{"injected", "starttls-injected-late-not-demanded", right, false, false, KindUnexpectedBytes},
	} {
		for _, withLogin := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, login %t", c.name, withLogin), func(t *testing.T) {
				t.Parallel()
				server, target := practice(t, c.fault, authority)
				target.Encrypt, target.NeverStartTLS = c.encrypt, c.never
				target.PinnedCertificate = sha256.Sum256(server.Certificate())
				if !c.pin {
					target.PinnedCertificate[0]++
				}
				if !withLogin {
					target.Login, target.Password = "", shared.SecretText{}
				}
				conn, err := Open(t.Context(), target, nil)
				if err == nil {
					conn.Close()
				}
				kind := Kind("")
				if err != nil {
					kind = asError(err).Kind
				}
				if kind == KindReset { // It closes before it has read all of the hello, or after it.
					kind = KindClosed
				}
				if kind != c.kind {
					t.Errorf("failed with %v, want kind %q", err, c.kind)
				}
				for _, line := range server.InClear() {
					verb, _, _ := strings.Cut(line, " ")
					if verb == "AUTH" || verb == "MAIL" || strings.Contains(line, secretPassword) {
						t.Errorf("told in plain text: %q", line)
					}
				}
			})
		}
	}
}
