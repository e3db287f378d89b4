package smtpconn

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// piped is a connection in memory, on which the time of a bubble counts.
type piped struct{ net.Conn }

func (piped) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (piped) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 25} }

// hesitant is a server that takes its time, by verb; "" is the greeting and "." the end of a message.
type hesitant map[string]time.Duration

// never is longer than anybody waits.
const never = 24 * time.Hour

func (h hesitant) serve(conn net.Conn, left <-chan struct{}) {
	replies := map[string]string{
		"": "220 mail.example", "EHLO": "250 mail.example", "DATA": "354 Go ahead", ".": "250 2.0.0 Queued",
	}
	if _, chunks := h["BDAT"]; chunks {
		replies["EHLO"] = "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING"
	}
	reader := bufio.NewReader(conn)
	for verb := ""; ; {
		reply := "250 2.0.0 Ok"
		if special, ok := replies[verb]; ok {
			reply = special
		}
		select {
		case <-time.After(h[verb]):
		case <-left:
			return
		}
		if _, err := fmt.Fprintf(conn, "%s\r\n", reply); err != nil {
			return
		}
		for verb = "\x00"; verb == "\x00"; {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line != "text" {
				verb, _, _ = strings.Cut(line, " ")
			}
		}
	}
}

// sent reports whether the message is out when the server says nothing any more.
func (h hesitant) sent() bool {
	_, chunks := h["BDAT"]
	return h["."] == never || chunks && (h["MAIL"] == never || h["RCPT"] == never || h["BDAT"] == never)
}

// deliverTo has one conversation with the server, up to a message's final reply.
func (h hesitant) deliverTo(ctx context.Context) error {
	client, server := net.Pipe()
	left := make(chan struct{})
	defer close(left)
	defer client.Close()
	defer unchunked.forget(route{host: "hesitant.example"})
	go h.serve(server, left)
	o := &opening{
		ctx: ctx, target: Target{HELOName: "console.example"},
		conn: &Conn{
			session: &Session{Encryption: NoEncryption}, limits: Limits{}.withDefaults(),
			wire: newWire(piped{client}, nil, nil), way: route{host: "hesitant.example"},
		},
	}
	if err := o.greeting(); err != nil {
		return inContext(ctx, err)
	}
	if err := o.hello(); err != nil {
		return inContext(ctx, err)
	}
	envelope := Envelope{Sender: "me@mail.example", Recipient: "you@mail.example"}
	_, err := o.conn.Deliver(ctx, envelope, []byte("text\r\n"), nil)
	return err
}

// TestSlowServers waits for healthy servers that are slow, within a test and without its limit, and gives silent ones
// up: as silent where they were waited for long enough, as a test out of time otherwise.
func TestSlowServers(t *testing.T) {
	const second, minute = time.Second, time.Minute
	for _, c := range []struct {
		name  string
		limit time.Duration // of the whole; 0 in a delivery
		hesitant
		kind Kind // of the failure; empty where there is none
		step Step
		took time.Duration
	}{
		{"a test, greeting after 25 s", 30 * second, hesitant{"": 25 * second}, "", "", 25 * second},
		{"a test, each command after 4 s", 30 * second,
			hesitant{"EHLO": 4 * second, "MAIL": 4 * second, "RCPT": 4 * second}, "", "", 12 * second},
		{"a test, RCPT after 25 s", 30 * second, hesitant{"RCPT": 25 * second}, "", "", 25 * second},
		{"a long test, greeting after 4 min", 5 * minute, hesitant{"": 4 * minute}, "", "", 4 * minute},
		{"a test, no greeting", 30 * second, hesitant{"": never}, KindTimeout, StepGreeting, 30 * second},
		{"a test, no EHLO", 30 * second, hesitant{"": 15 * second, "EHLO": never}, KindTimeout, StepHello, 30 * second},
		{"a test, RCPT unanswered", 30 * second, hesitant{"RCPT": never}, KindTimeout, StepRecipient, 30 * second},
		{"a test, all but over", 30 * second,
			hesitant{"": 25 * second, "EHLO": never}, KindOutOfTime, StepHello, 30 * second},
		{"a short test", 5 * second, hesitant{"": never}, KindOutOfTime, StepGreeting, 5 * second},
		{"greeting after 25 s", 0, hesitant{"": 25 * second}, "", "", 25 * second},
		{"all that RFC 5321 allows", 0, hesitant{
			"": 299 * second, "MAIL": 299 * second, "RCPT": 299 * second, "DATA": 119 * second, ".": 599 * second,
		}, "", "", (3*299 + 119 + 599) * second},
		{"no greeting", 0, hesitant{"": never}, KindTimeout, StepGreeting, 5 * minute},
		{"MAIL unanswered", 0, hesitant{"MAIL": never}, KindTimeout, StepSender, 5 * minute},
		{"RCPT unanswered", 0, hesitant{"RCPT": never}, KindTimeout, StepRecipient, 5 * minute},
		{"DATA unanswered", 0, hesitant{"DATA": never}, KindTimeout, StepMessage, 2 * minute},
		{"no final reply", 0, hesitant{".": never}, KindTimeout, StepMessage, 10 * minute},
		{"final reply after 330 s", 0, hesitant{".": 330 * second}, "", "", 330 * second},
		{"one flight, final reply after 330 s", 0, hesitant{"BDAT": 330 * second}, "", "", 330 * second},
		{"one flight, each reply as late as may be", 0,
			hesitant{"MAIL": 599 * second, "RCPT": 599 * second, "BDAT": 599 * second}, "", "", 3 * 599 * second},
		{"one flight, no final reply", 0, hesitant{"BDAT": never}, KindTimeout, StepMessage, 10 * minute},
		{"one flight, no reply at all", 0, hesitant{"BDAT": 0, "MAIL": never}, KindTimeout, StepMessage, 10 * minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if c.limit > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), c.limit)
				}
				defer cancel()
				began := time.Now()
				err := c.deliverTo(ctx)
				if took := time.Since(began).Round(time.Second); took != c.took {
					t.Errorf("it took %s, want %s", took, c.took)
				}
				failure := &Error{}
				if err != nil {
					failure = asError(err)
				}
				if failure.Kind != c.kind || failure.Step != c.step || failure.Sent != c.sent() {
					t.Errorf("failed with %v, sent %t, want %q at %q", err, failure.Sent, c.kind, c.step)
				}
			})
		})
	}
}

// TestBlackHolesAreGivenUpSoon bounds what a server that does not even take the connection may cost.
func TestBlackHolesAreGivenUpSoon(t *testing.T) {
	limits := Limits{}.withDefaults()
	if limits.Resolve > 5*time.Second || limits.Connect > 5*time.Second || limits.Auth != 20*time.Second {
		t.Errorf("%+v", limits)
	}
	if most := limits.Opening(); most < limits.Greeting+limits.Command+limits.Auth || most > 30*time.Minute {
		t.Errorf("an opening may take %s", most)
	}
}
