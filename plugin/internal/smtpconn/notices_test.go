package smtpconn

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestNotices asks for bounces that have our id, where the server offers DSN.
func TestNotices(t *testing.T) {
	both := []string{"PIPELINING", "CHUNKING", "DSN"}
	for name, c := range map[string]struct {
		offers     []string
		id         string
		mail, rcpt string // parameters
	}{
		"by BDAT":       {both, "alert-7", " RET=HDRS ENVID=alert-7", " NOTIFY=FAILURE"},
		"by DATA":       {[]string{"DSN"}, "alert-7", " RET=HDRS ENVID=alert-7", " NOTIFY=FAILURE"},
		"as xtext":      {both, "a+b=c", " RET=HDRS ENVID=a+2Bb+3Dc", " NOTIFY=FAILURE"},
		"not offered":   {[]string{"PIPELINING"}, "alert-7", "", ""},
		"no id":         {both, "", "", ""},
		"too long":      {both, strings.Repeat("x", 101), "", ""},
		"not printable": {both, "a\r\nb", "", ""},
		"a blank":       {both, "a b", "", ""},
		"not ASCII":     {both, "\u00e9", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := &chunkServer{offers: c.offers}
			conn := server.open(t, server.start(t))
			envelope := Envelope{Sender: "me@mail.example", Recipient: "you@mail.example", ID: c.id}
			_, err := conn.Deliver(t.Context(), envelope, []byte("x\r\n"), nil)
			server.mu.Lock()
			defer server.mu.Unlock()
			if err != nil || !slices.Contains(server.lines, "MAIL FROM:<me@mail.example>"+c.mail) ||
				!slices.Contains(server.lines, "RCPT TO:<you@mail.example>"+c.rcpt) {
				t.Errorf("%v, %q", err, server.lines)
			}
		})
	}
}

// TestNoticesRefused has a server refuse what it offers: the same message goes without it. Other refusals are what they
// are.
func TestNoticesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		verb, reply string
		again       bool
	}{
		"of MAIL":                  {"MAIL", "555 5.5.4 Unsupported option: ENVID", true},
		"of RCPT":                  {"RCPT", "501 5.5.4 Bad NOTIFY parameter", true},
		"without an enhanced code": {"RCPT", "501 Syntax error in parameters", true},
		"the recipient":            {"RCPT", "501 5.1.3 Bad recipient address syntax", false},
		"the sender":               {"MAIL", "553 5.7.1 Not yours", false},
	} {
		for _, offers := range [][]string{{"DSN"}, {"DSN", "PIPELINING"}, {"DSN", "PIPELINING", "CHUNKING"}} {
			t.Run(name, func(t *testing.T) {
				server := &chunkServer{offers: offers, answers: map[string]string{"DSN " + c.verb: c.reply}}
				target := server.start(t)
				conn := server.open(t, target)
				envelope := Envelope{Sender: "me@mail.example", Recipient: "you@mail.example", ID: "7"}
				_, err := conn.Deliver(t.Context(), envelope, []byte("x\r\n"), nil)
				var failure *Error
				if !errors.As(err, &failure) || failure.Again != c.again {
					t.Fatalf("%#v", err)
				}
				if !conn.Usable(err) { // It has said yes to the message.
					conn = server.open(t, target)
				}
				_, err = conn.Deliver(t.Context(), envelope, []byte("x\r\n"), nil)
				if (err == nil) != c.again {
					t.Errorf("the next one: %v", err)
				}
			})
		}
	}
}

// TestNoticesRefusedMeanwhile has another connection find out that the server refuses the parameters of DSN, while this
// one has sent them: it is told to go again.
func TestNoticesRefusedMeanwhile(t *testing.T) {
	server := &chunkServer{offers: []string{"DSN", "PIPELINING", "CHUNKING"},
		answers: map[string]string{"DSN MAIL": "555 5.5.4 Unsupported option: ENVID"}}
	conn := server.open(t, server.start(t))
	envelope := Envelope{Sender: "me@mail.example", Recipient: "you@mail.example", ID: "7"}
	_, err := conn.Deliver(t.Context(), envelope, []byte("x\r\n"), func() error {
		unnoticed.remember(conn.way)
		return nil
	})
	var failure *Error
	if !errors.As(err, &failure) || !failure.Again {
		t.Errorf("%#v", err)
	}
}

// TestLimits reads what the server states of its limits.
func TestLimits(t *testing.T) {
	session := &Session{Extensions: map[string]string{"LIMITS": "MAILMAX=20 rcptdomainmax=1 RCPTMAX=many X=-3"}}
	for name, want := range map[string]int{"MAILMAX": 20, "RCPTDOMAINMAX": 1, "RCPTMAX": 0, "X": 0, "OTHER": 0} {
		if got := session.Limit(name); got != want {
			t.Errorf("%s is %d", name, got)
		}
	}
	if (&Session{}).Limit("MAILMAX") != 0 {
		t.Error("a server that states no limits has one")
	}
}
