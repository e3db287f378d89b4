package smtpconn

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// answering is a server that answers by verb, and 250 where nothing else is said. The end of a message has the verb
// ".".
func answering(t *testing.T, answers map[string]string) Target {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go answer(conn, answers)
		}
	}()
	return Target{
		Host: "127.0.0.1", Port: server.Addr().(*net.TCPAddr).Port, Login: "me@example.com",
		Password: shared.NewSecretText("c4nary.Pa55word/9f3b"), Limits: patientLimits,
	}
}

func answer(conn net.Conn, answers map[string]string) {
	defer func() { _ = conn.Close() }()
	say := func(verb, usual string) {
		if said, other := answers[verb]; other {
			usual = said
		}
		_, _ = io.WriteString(conn, usual+"\r\n")
	}
	say("greeting", "220 mail.example ESMTP")
	reader, data := bufio.NewReader(conn), false
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " ?")[0])
		verb, _, _ = strings.Cut(verb, ":")
		switch {
		case data && verb != ".":
			continue
		case verb == "EHLO":
			say(verb, "250-mail.example\r\n250 AUTH PLAIN")
		case verb == "AUTH":
			say(verb, "235 2.7.0 Fine")
		case verb == "DATA":
			say(verb, "354 Go ahead")
		default:
			say(verb, "250 2.0.0 Ok")
		}
		data = verb == "DATA"
	}
}

// sendOver opens a connection and delivers a message over it.
func sendOver(t *testing.T, target Target) (usable bool, err error) {
	t.Helper()
	return sendMessageOver(t, target, []byte("Subject: x\r\n\r\nx\r\n"))
}

func sendMessageOver(t *testing.T, target Target, message []byte) (usable bool, err error) {
	t.Helper()
	conn, err := Open(t.Context(), target, nil)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	_, err = conn.Deliver(t.Context(), Envelope{Sender: "me@example.com", Recipient: "you@example.com"}, message, nil)
	return conn.Usable(err), err
}

// TestUnaskedReplies has a server say more than it was asked. It must not be taken for the answer to what comes next,
// so that a refused recipient seems accepted or a message delivered that was not.
func TestUnaskedReplies(t *testing.T) {
	const extra = "\r\n250 2.0.0 And another thing"
	for _, pipelining := range []bool{false, true} {
		hello := "250-mail.example\r\n250 AUTH PLAIN"
		if pipelining {
			hello = "250-mail.example\r\n250-PIPELINING\r\n250 AUTH PLAIN"
		}
		for verb, usual := range map[string]string{
			"greeting": "220 mail.example", "EHLO": hello, "AUTH": "235 2.7.0 Fine", "MAIL": "250 2.1.0 Ok",
			"DATA": "354 Go ahead",
		} {
			answers := map[string]string{"EHLO": hello, "RCPT": "550 5.1.1 Unknown", ".": "554 5.6.0 Not this one"}
			if verb == "DATA" {
				delete(answers, "RCPT")
			}
			answers[verb] = usual + extra
			usable, err := sendOver(t, answering(t, answers))
			if err == nil || usable {
				t.Errorf("extra reply to %s, pipelining %t: delivered %t, usable %t", verb, pipelining, err == nil, usable)
			}
			if verb == "DATA" || verb == "MAIL" && pipelining {
				continue
			}
			conn, err := Open(t.Context(), answering(t, answers), nil)
			if err == nil {
				err = conn.Check(t.Context(), Envelope{Sender: "me@example.com", Recipient: "you@example.com"})
			}
			if err == nil || asError(err).Kind != KindMalformedReply {
				t.Errorf("extra reply to %s, pipelining %t: checked with %v", verb, pipelining, err)
			}
		}
	}
	usable, err := sendOver(t, answering(t, map[string]string{".": "250 2.0.0 Queued" + extra}))
	if err != nil || usable {
		t.Errorf("extra final reply: %v, usable %t", err, usable)
	}
	var failure *Error
	if _, err = sendOver(
		t, answering(t, map[string]string{"AUTH": "235 2.7.0 Fine\r\n421 4.3.2 Going down"})); !errors.As(err, &failure) ||
		failure.Reply == nil || failure.Reply.Code != 421 {
		t.Errorf("a server that takes its leave unasked: %v", err)
	}
}

// TestOnlyFirstDigitCounts has servers accept with codes that are not the usual ones (RFC 5321 section 4.2.1), and
// with texts that are longer as UTF-8 than they came. What is neither yes nor no ends the use of the connection.
func TestOnlyFirstDigitCounts(t *testing.T) {
	long := strings.Repeat("\xe9", maxReplyLine-20)
	for _, c := range []struct {
		answers map[string]string
		ok      bool
		usable  bool
	}{
		{map[string]string{"EHLO": "220 mail.example ESMTP"}, false, false},
		{map[string]string{"EHLO": "250-" + long + "\r\n250-X-" + long[:1900] + " " + "\r\n250 AUTH PLAIN"}, true, true},
		{map[string]string{"EHLO": "250-mail.example\r\n250-X " + long + "\r\n250 AUTH PLAIN"}, true, true},
		{map[string]string{"EHLO": "250-mail.example\r\n" + strings.Repeat("250-AUTH "+strings.Repeat("X ", 900)+"\r\n", 30) +
			"250 AUTH PLAIN"}, true, true},
		{map[string]string{"AUTH": "235 " + long}, true, true},
		{map[string]string{"MAIL": "200 Ok", "RCPT": "299 Ok", ".": "252 Ok"}, true, true},
		{map[string]string{"MAIL": "250 " + long, "RCPT": "250 " + long, "DATA": "354 " + long,
			".": "250 " + long}, true, true},
		{map[string]string{"MAIL": "550 " + long}, false, true},
		{map[string]string{".": "450 " + long}, false, true},
		{map[string]string{"MAIL": "354 Go ahead"}, false, false},
		{map[string]string{"RCPT": "334 QUFB"}, false, false},
		{map[string]string{"DATA": "250 Ok"}, false, false},
		{map[string]string{"DATA": "399 Ok"}, false, false},
		{map[string]string{".": "354 Go on"}, false, false},
	} {
		usable, err := sendOver(t, answering(t, c.answers))
		if (err == nil) != c.ok || usable != c.usable {
			t.Errorf("%.60q: %v, usable %t", c.answers, err, usable)
		}
	}
}

// TestTurnsBetweenTLSAndPlainEnd has a server answer TLS in plain text, then await TLS, and so on.
func TestTurnsBetweenTLSAndPlainEnd(t *testing.T) {
	authority := authorityFor(t)
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	connections := make(chan int, 1)
	go func() {
		count := 0
		for {
			conn, err := server.Accept()
			if err != nil {
				connections <- count
				return
			}
			switch count++; count % 3 {
			case 1: // answers the hello in plain text
				_, _ = conn.Read(make([]byte, 1))
				_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
				_ = conn.Close()
			case 2: // awaits TLS
				go func() { _, _ = io.Copy(io.Discard, conn); _ = conn.Close() }()
			case 0: // speaks it
				go func() { _ = tls.Server(conn, config).Handshake(); _ = conn.Close() }()
			}
		}
	}()
	limits := patientLimits
	limits.Silence = 300 * time.Millisecond // The second connection is silent.
	_, err = Open(t.Context(), Target{
		Host: "127.0.0.1", Port: server.Addr().(*net.TCPAddr).Port, Encrypt: true, Limits: limits,
		AdditionalCA: []*x509.Certificate{authority.Certificate},
	}, nil)
	if err == nil || asError(err).Kind != KindTLSInsteadOfPlain {
		t.Errorf("%v", err)
	}
	_ = server.Close()
	if count := <-connections; count != 3 {
		t.Errorf("%d connections", count)
	}
}

// heldBack is a connection whose writes go out together.
type heldBack struct {
	net.Conn
	held []byte
}

func (h *heldBack) Write(p []byte) (int, error) {
	h.held = append(h.held, p...)
	return len(p), nil
}

func (h *heldBack) Read(p []byte) (int, error) {
	if len(h.held) > 0 {
		_, _ = h.Conn.Write(h.held)
		h.held = nil
	}
	return h.Conn.Read(p)
}

// TestAcceptedAheadInAnotherRecord has a server accept a message before its end, in a record of TLS of its own, and
// refuse it then.
func TestAcceptedAheadInAnotherRecord(t *testing.T) {
	authority := authorityFor(t)
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	for _, c := range []struct {
		ahead, final string
		kind         Kind
	}{
		{"250 2.0.0 Queued", "554 5.6.0 Not this one", KindMalformedReply},
		{"552 5.3.4 Too long", "552 5.3.4 Too long", KindRefusedByReply},
	} {
		go func() {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			secured := tls.Server(&heldBack{Conn: conn}, config)
			defer func() { _ = secured.Close() }()
			_, _ = io.WriteString(secured, "220 mail.example ESMTP\r\n")
			reader := bufio.NewReader(secured)
			for {
				line, err := reader.ReadString('\n')
				if err != nil {
					return
				}
				switch strings.ToUpper(strings.Fields(line + " ?")[0]) {
				case "DATA":
					_, _ = io.WriteString(secured, "354 Go ahead\r\n")
					_, _ = io.WriteString(secured, c.ahead+"\r\n")
				case ".":
					_, _ = io.WriteString(secured, c.final+"\r\n")
				case "EHLO", "MAIL", "RCPT":
					_, _ = io.WriteString(secured, "250 Ok\r\n")
				}
			}
		}()
		_, err := sendOver(t, Target{
			Host: "127.0.0.1", Port: server.Addr().(*net.TCPAddr).Port, Encrypt: true, Limits: patientLimits,
			AdditionalCA: []*x509.Certificate{authority.Certificate},
		})
		if err == nil || asError(err).Kind != c.kind || asError(err).Sent {
			t.Errorf("%q ahead: %v", c.ahead, err)
		}
	}
}
