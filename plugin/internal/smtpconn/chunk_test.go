package smtpconn

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// awkwardMessages have dots at the beginnings of lines, long lines, and lines that end in other ways.
var awkwardMessages = []string{
	"Subject: x\r\n\r\nx\r\n", "", ".", ".\r\n", "..\r\n.x\r\n.\r\nQUIT\r\n", "no end", "bare\nline\nends", "a\rb\r\n",
	"\n.\n",
	strings.Repeat("x", 5000) + "\r\n", strings.Repeat("a line of a message\r\n", 5000), "BDAT 3 LAST\r\n",
}

// TestChunkIsWhatDataIs sends messages by BDAT and by DATA: what arrives is the same.
func TestChunkIsWhatDataIs(t *testing.T) {
	for _, together := range []bool{false, true} {
		chunks, plain := &chunkServer{together: together}, &chunkServer{offers: []string{"PIPELINING"}, together: together}
		byChunk, byData := chunks.open(t, chunks.start(t)), plain.open(t, plain.start(t))
		for _, message := range awkwardMessages {
			for _, conn := range []*Conn{byChunk, byData} {
				reply, err := conn.Deliver(t.Context(), chunkEnvelope, []byte(message), nil)
				if err != nil || !conn.Usable(err) || reply.Text() != "Queued" {
					t.Fatalf("%.20q: %v, %v", message, reply, err)
				}
			}
			verbs, got := chunks.taken()
			other, want := plain.taken()
			if difference := cmp.Diff(want, got); difference != "" || verbs != "MAIL RCPT BDAT" || other != "MAIL RCPT DATA" {
				t.Errorf("%.20q by %s and %s: %s", message, verbs, other, difference)
			}
		}
	}
}

// TestChunkOnlyWhereItFits sends by DATA where BDAT has no advantage.
func TestChunkOnlyWhereItFits(t *testing.T) {
	for name, c := range map[string]struct {
		offers []string
		size   int
		want   string
	}{
		"one flight":                     {nil, 100, "MAIL RCPT BDAT"},
		"the longest":                    {nil, maxFlight, "MAIL RCPT BDAT"},
		"too long to be sent in vain":    {nil, maxFlight + 1, "MAIL RCPT DATA"},
		"a proxy has taken CHUNKING out": {[]string{"PIPELINING", "XXXXXXXA"}, 100, "MAIL RCPT DATA"},
		"no PIPELINING":                  {[]string{"CHUNKING"}, 100, "MAIL RCPT DATA"},
		"BINARYMIME makes no difference": {[]string{"PIPELINING", "CHUNKING", "BINARYMIME", "8BITMIME"}, 100,
			"MAIL RCPT BDAT"},
		"keywords in lower case, and one": {[]string{"pipelining", "chunking"}, 100, "MAIL RCPT BDAT"},
	} {
		t.Run(name, func(t *testing.T) {
			server := &chunkServer{offers: c.offers}
			conn := server.open(t, server.start(t))
			message := append(bytes.Repeat([]byte("x"), c.size-2), "\r\n"...)
			_, err := conn.Deliver(t.Context(), chunkEnvelope, message, nil)
			if verbs, messages := server.taken(); err != nil || verbs != c.want || len(messages) != 1 ||
				messages[0] != string(message) {
				t.Errorf("%v, %s", err, verbs)
			}
		})
	}
}

// TestChunkRefused has a server refuse a flight: by the reply that says so, whatever follows it. Afterwards the
// connection takes another message, or is not used any more.
func TestChunkRefused(t *testing.T) {
	swallowed := map[string]string{"RCPT": "550 5.1.1 Unknown", "BDAT": "503 5.5.1 No recipients"}
	for name, c := range map[string]struct {
		server    *chunkServer
		step      Step
		code      int
		usable    bool
		unchunked bool
	}{
		"the sender": {&chunkServer{answers: map[string]string{"MAIL": "553 5.7.1 Not you", "RCPT": "503 5.5.1 No sender",
			"BDAT": "554 5.5.1 No recipients"}}, StepSender, 553, true, false},
		"the recipient":         {&chunkServer{answers: swallowed}, StepRecipient, 550, true, false},
		"answered in one piece": {&chunkServer{answers: swallowed, together: true}, StepRecipient, 550, true, false},
		"the recipient, and the message is taken for commands": {&chunkServer{answers: swallowed, unswallowed: true},
			StepRecipient, 550, false, false},
		"the recipient, and yes to the message": {&chunkServer{answers: map[string]string{"RCPT": "550 5.1.1 Unknown"}},
			StepRecipient, 550, false, false},
		"the recipient, and the end": {&chunkServer{answers: map[string]string{"RCPT": "450 4.2.1 Busy", "BDAT": hangUp}},
			StepRecipient, 450, false, false},
		"the end of the session": {&chunkServer{answers: map[string]string{"MAIL": "421 4.3.2 Bye", "RCPT": hangUp}},
			StepSender, 421, false, false},
		"the message, first on its connection": {&chunkServer{answers: map[string]string{"BDAT": "554 5.6.0 Spam"}},
			StepMessage, 554, false, false},
		"the message for now": {&chunkServer{answers: map[string]string{"BDAT": "451 4.3.0 Later"}},
			StepMessage, 451, false, false},
		"BDAT is unknown": {&chunkServer{answers: map[string]string{"BDAT": "502 5.5.1 Unknown command"}, unswallowed: true},
			StepMessage, 502, false, true},
		"BDAT is out of place": {&chunkServer{answers: map[string]string{"BDAT": "503 5.5.1 Bad sequence"}},
			StepMessage, 503, false, true},
		"its parameter is not known": {&chunkServer{answers: map[string]string{"BDAT": "555 5.5.4 LAST?"}},
			StepMessage, 555, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			target := c.server.start(t)
			conn := c.server.open(t, target)
			_, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("Subject: x\r\n\r\nx\r\n"), nil)
			var failure *Error
			if !errors.As(err, &failure) || failure.Reply == nil || failure.Reply.Code != c.code || failure.Step != c.step ||
				failure.Sent || failure.Again != c.unchunked {
				t.Errorf("%#v", err)
			}
			if usable := nothingRests(conn) && conn.Usable(err); usable != c.usable {
				t.Errorf("usable is %t", usable)
			}
			c.server.mend()
			next := c.server.open(t, target)
			want := "MAIL RCPT BDAT"
			if c.unchunked {
				want = "MAIL RCPT DATA"
			}
			_, err = next.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
			if verbs, _ := c.server.taken(); err != nil || verbs != want {
				t.Errorf("the next one went by %s, %v", verbs, err)
			}
		})
	}
}

// testPatience is far more than a server on this machine needs.
const testPatience = 30 * time.Second

// nothingRests reports whether the server has answered everything: what it says next answers a command of the test.
func nothingRests(conn *Conn) bool {
	_ = conn.wire.tcp.SetDeadline(time.Now().Add(testPatience))
	if _, err := conn.wire.conn.Write([]byte("ANYTHING ELSE\r\n")); err != nil {
		return false
	}
	const answer = "500 5.5.2 Unknown command\r\n"
	next, err := conn.wire.reader.Peek(len(answer))
	if err != nil || string(next) != answer {
		return false
	}
	_, _ = conn.wire.reader.Discard(len(answer))
	return true
}

// awaitMore waits until the server says something that is not asked for, or hangs up.
func awaitMore(conn *Conn) {
	_ = conn.wire.tcp.SetReadDeadline(time.Now().Add(testPatience))
	_, _ = conn.wire.reader.Peek(1)
}

// TestChunkOutOfStep has a server say something between the replies to the first flight of a connection. What it says
// to the recipient must not be taken for what it says to the message.
func TestChunkOutOfStep(t *testing.T) {
	for _, answers := range []map[string]string{
		{"BDAT": "554 5.6.0 Not this one"}, {"BDAT": "451 Later", "RCPT": "250 Ok"},
		{"BDAT": "554 No", "RCPT": "250 2.0.0 Ok"},
		{"RCPT": "550 5.1.1 Unknown", "BDAT": "503 5.5.1 No recipients"},
	} {
		for _, verb := range []string{"MAIL", "RCPT"} {
			for _, together := range []bool{false, true} {
				server := &chunkServer{answers: answers, together: together,
					extra: map[string]string{verb: "250 2.0.0 And another thing\r\n"}}
				conn := server.open(t, server.start(t))
				_, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
				if err == nil || nothingRests(conn) && conn.Usable(err) {
					t.Errorf("%v, something behind %s, together %t: delivered %t", answers, verb, together, err == nil)
				}
			}
		}
	}
}

// TestChunkProof asks for a proof that the replies are in step no more than once a connection, and takes any answer to
// the command that asks for it.
func TestChunkProof(t *testing.T) {
	for noop, verbs := range map[string]string{"250 Ok": "NOOP", "502 Unknown": "NOOP NOOP", hangUp: ""} {
		server := &chunkServer{answers: map[string]string{"RCPT": "250 Ok", "BDAT": "250 Ok", "NOOP": noop}}
		conn := server.open(t, server.start(t))
		_, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
		if err != nil {
			t.Errorf("%s: %v", noop, err)
		}
		if usable := conn.Usable(err); usable != (noop != hangUp) {
			t.Errorf("%s: usable %t", noop, usable)
		} else if usable {
			_, err = conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
		}
		want := "MAIL RCPT BDAT " + verbs + " MAIL RCPT BDAT"
		if got, _ := server.taken(); noop != hangUp && (err != nil || got != want) {
			t.Errorf("%s: %s, %v", noop, got, err)
		}
	}
}

// TestChunkLost has the connection end in the midst of the first flight, and at each of its replies: whether the server
// has taken the message is unknown once its last byte has gone out. Over the next connection it goes by DATA.
func TestChunkLost(t *testing.T) {
	message := []byte("Subject: x\r\n\r\n" + strings.Repeat("a line of a message\r\n", 8000))
	flight := int64(len(message) + 100)
	servers := map[string]*chunkServer{}
	for quarter := range int64(4) {
		servers[fmt.Sprintf("after quarter %d", quarter)] = &chunkServer{most: 40 + flight*quarter/4}
	}
	for _, verb := range []string{"MAIL", "RCPT", "BDAT"} {
		servers["at "+verb] = &chunkServer{answers: map[string]string{verb: hangUp}}
	}
	servers["nonsense"] = &chunkServer{answers: map[string]string{"BDAT": "banana"}}
	servers["it goes on asking"] = &chunkServer{answers: map[string]string{"BDAT": "354 more"}}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			target := server.start(t)
			conn := server.open(t, target)
			asked := false
			_, err := conn.Deliver(t.Context(), chunkEnvelope, message, func() error { asked = true; return nil })
			var failure *Error
			if !errors.As(err, &failure) || failure.Sent != asked || conn.Usable(err) {
				t.Errorf("asked %t: %#v, usable %t", asked, err, conn.Usable(err))
			}
			if failure != nil && failure.Sent && failure.Step != StepMessage {
				t.Errorf("it failed at %s", failure.Step)
			}
			server.mend()
			next := server.open(t, target)
			_, err = next.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
			want := "MAIL RCPT DATA"
			if name == "it goes on asking" { // It has answered.
				want = "MAIL RCPT BDAT"
			}
			if verbs, _ := server.taken(); err != nil || verbs != want {
				t.Errorf("the next one went by %s, %v", verbs, err)
			}
		})
	}
}

// TestChunkOverClosedConnection sends nothing over a connection that the server has given up meanwhile, or has said it
// would.
func TestChunkOverClosedConnection(t *testing.T) {
	for _, farewell := range []string{"", "421 4.4.2 Timeout\r\n"} {
		server := &chunkServer{extra: map[string]string{"BDAT": farewell}}
		if farewell == "" {
			server.answers = map[string]string{"NOOP": hangUp}
		}
		conn := server.open(t, server.start(t))
		conn.inStep = true
		if _, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil); err != nil {
			t.Fatal(err)
		}
		if farewell == "" {
			_, _ = conn.wire.conn.Write([]byte("NOOP\r\n"))
		}
		awaitMore(conn)
		_, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), func() error { t.Error("sent"); return nil })
		var failure *Error
		if !errors.As(err, &failure) || failure.Sent || failure.Step != StepSender ||
			farewell != "" && (failure.Reply == nil || failure.Reply.Code != 421) {
			t.Errorf("%q: %#v", farewell, err)
		}
	}
}

// TestChunkNotSent has the last byte refused: the server gets no whole message, and the way no bad name.
func TestChunkNotSent(t *testing.T) {
	server := &chunkServer{}
	target := server.start(t)
	for _, size := range []int{1, 100_000} {
		conn := server.open(t, target)
		no := errors.New("no")
		_, err := conn.Deliver(t.Context(), chunkEnvelope, bytes.Repeat([]byte("x\r\n"), size), func() error { return no })
		conn.Close()
		if !errors.Is(err, no) || asError(err).Sent || conn.Usable(err) || unchunked.needed(target.route()) {
			t.Errorf("%#v", err)
		}
	}
	if _, messages := server.taken(); len(messages) > 0 {
		t.Errorf("it got %q", messages)
	}
}
