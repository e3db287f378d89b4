package smtpconn

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// patientLimits end no step of a peer that answers, however slow the machine is.
var patientLimits = Limits{
	Resolve: time.Hour, Connect: time.Hour, TLS: time.Hour, Greeting: time.Hour, Silence: time.Hour, Auth: time.Hour,
	Command: time.Hour, Data: time.Hour,
}

// hangingUp is a server that says a last word and tears the connection down: at a verb, or within a message.
func hangingUp(at, last string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
		reader, pending, data := bufio.NewReader(conn), "", false
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			verb := strings.ToUpper(strings.Fields(line + " ?")[0])
			if verb == at {
				_, _ = io.WriteString(conn, pending+last)
				_ = conn.(*net.TCPConn).SetLinger(0)
				return
			}
			reply := "250 2.0.0 Ok"
			switch {
			case data && verb != ".":
				continue
			case verb == "EHLO":
				reply = "250-mail.example\r\n250 PIPELINING"
			case verb == "DATA":
				reply = "354 Go ahead"
			}
			data = verb == "DATA"
			// Like Postfix: answers wait as long as there are commands to read.
			if pending += reply + "\r\n"; reader.Buffered() == 0 {
				_, _ = io.WriteString(conn, pending)
				pending = ""
			}
		}
	}
}

// TestLastWords keeps what a server says before it tears the connection down: a refusal is final, a broken connection
// is not, and what was accepted stays accepted.
func TestLastWords(t *testing.T) {
	long := []byte("Subject: x\r\n\r\n" + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 200_000))
	for _, c := range []struct {
		name, at, last string
		message        []byte
		code           int // of the refusal; 0 where there is none
		step           Step
	}{
		{"at the recipient", "RCPT", "550 5.1.1 User unknown\r\n", []byte("x\r\n"), 550, StepRecipient},
		{"at the sender", "MAIL", "554 5.7.1 Go away\r\n", []byte("x\r\n"), 554, StepSender},
		{"within the message", strings.Repeat("X", 76), "552 5.3.4 Too big\r\n", long, 552, StepMessage},
		{"at the farewell", "QUIT", "", []byte("x\r\n"), 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address, err := net.ResolveTCPAddr("tcp", proxyThat(t, hangingUp(c.at, c.last)))
			if err != nil {
				t.Fatal(err)
			}
			conn, err := Open(t.Context(), Target{Host: "127.0.0.1", Port: address.Port, Limits: patientLimits}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = conn.Deliver(t.Context(), Envelope{Sender: "me@mail.example",
				Recipient: "you@mail.example"}, c.message, nil)
			usable := conn.Usable(err)
			conn.Leave(t.Context())
			var failure *Error
			switch errors.As(err, &failure); {
			case c.code == 0:
				if err != nil || !usable {
					t.Errorf("delivered, but %v", err)
				}
			case failure == nil || failure.Reply == nil || failure.Reply.Code != c.code || failure.Step != c.step:
				t.Errorf("failed with %v, want %d at %s", err, c.code, c.step)
			case usable && c.step == StepMessage:
				t.Error("the connection is taken for usable")
			}
		})
	}
}

// TestCheckTakesOneTurn gives sender and recipient in one piece, says QUIT only when both replies are there, and does
// not wait for its answer, which never comes.
func TestCheckTakesOneTurn(t *testing.T) {
	flights := make(chan string, 10)
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, func(conn net.Conn) {
		defer close(flights)
		answer := "220 mail.example ESMTP\r\n"
		for piece := make([]byte, 4096); ; {
			_, _ = io.WriteString(conn, answer)
			n, err := conn.Read(piece)
			if err != nil {
				return
			}
			verbs := ""
			for line := range strings.Lines(string(piece[:n])) {
				verbs += strings.Fields(line)[0] + " "
			}
			flights <- strings.TrimSpace(verbs)
			answer = map[string]string{
				"EHLO ": "250-mail.example\r\n250 PIPELINING\r\n", "MAIL RCPT ": "250 Ok\r\n250 Ok\r\n",
			}[verbs]
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	limits := patientLimits
	limits.Quit = time.Hour
	conn, err := Open(t.Context(), Target{Host: "127.0.0.1", Port: address.Port, Limits: limits}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Check(t.Context(), Envelope{Sender: "me@mail.example", Recipient: "you@mail.example"}); err != nil {
		t.Error(err)
	}
	var got []string
	for flight := range flights {
		got = append(got, flight)
	}
	if want := "EHLO, MAIL RCPT, QUIT"; strings.Join(got, ", ") != want {
		t.Errorf("the turns were %q, want %s", got, want)
	}
}
