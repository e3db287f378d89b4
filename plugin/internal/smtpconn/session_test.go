package smtpconn

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// greetingAs is a server that greets and answers EHLO with the lines, and refuses it where there are none.
func greetingAs(greeting string, offer ...string) func(net.Conn) {
	hello := "500 5.5.1 Unrecognized command"
	if len(offer) > 0 {
		hello = "250-" + strings.Join(offer[:len(offer)-1], "\r\n250-") + "\r\n250 " + offer[len(offer)-1]
		hello = strings.TrimPrefix(hello, "250-\r\n")
	}
	replies := map[string]string{"EHLO": hello, "HELO": "250 mail.example"}
	return func(conn net.Conn) {
		_, _ = fmt.Fprintf(conn, "220 %s\r\n", greeting)
		for line := make([]byte, 1024); ; {
			n, err := conn.Read(line)
			if err != nil {
				return
			}
			verb, _, _ := strings.Cut(strings.TrimSpace(string(line[:n])), " ")
			_, _ = fmt.Fprintf(conn, "%s\r\n", replies[strings.ToUpper(verb)])
		}
	}
}

func sessionWith(t *testing.T, serve func(net.Conn), name string) *Session {
	t.Helper()
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, serve))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := Open(t.Context(), Target{
		Host: "127.0.0.1", Port: address.Port, HELOName: name, Limits: patientLimits,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.Session()
}

// TestMasked recognises a firewall that inspects SMTP by what it leaves of the conversation.
func TestMasked(t *testing.T) {
	for _, c := range []struct {
		greeting string
		offer    []string
		want     Masking
	}{
		{"mail.example ESMTP ready", []string{"mail.example", "STARTTLS", "AUTH PLAIN"}, Masking{}},
		{"****", []string{"mail.example", "STARTTLS"}, Masking{Greeting: true}},
		{"*************************2******200**0*00", []string{"mail.example"}, Masking{Greeting: true}},
		{"****", nil, Masking{Greeting: true}},
		{"mail.example ESMTP", []string{"mail.example", "SIZE 1000", "XXXXXXXA"}, Masking{Extensions: true}},
		{"mail.example ESMTP", []string{"mail.example", "xxxxxxxa", "XXXXXXXXXXXXXXB"}, Masking{Extensions: true}},
		{"mail.example ESMTP", []string{"mail.example", "XXXX"}, Masking{Extensions: true}},
		{"mail.example ESMTP", []string{"mail.example", "AUTH PLAIN", "XXXXXXXXXXXX=LOGIN"}, Masking{Extensions: true}},
		{"**********", []string{"mail.example", "XXXXXXXA"}, Masking{Greeting: true, Extensions: true}},
		// These only look like it.
		{"*** mail.example *** ESMTP ***", []string{"mail.example", "XCLIENT NAME ADDR"}, Masking{}},
		{"mail.example ESMTP **********", []string{"mail.example", "XFORWARD", "X-EXPS GSSAPI", "XEXCH50"}, Masking{}},
		{"", []string{"mail.example", "XXX", "XRDST"}, Masking{}},
		{"***", []string{"mail.example", "XXXXAB"}, Masking{}},
	} {
		if got := sessionWith(t, greetingAs(c.greeting, c.offer...), "console.example").Masking(); got != c.want {
			t.Errorf("%q, %q: %+v, want %+v", c.greeting, c.offer, got, c.want)
		}
	}
	if got := (&Session{}).Masking(); got != (Masking{}) {
		t.Errorf("nothing was said, but %+v", got)
	}
}

// TestHELONameIsTheOneSent has the session tell the name that the server was really told.
func TestHELONameIsTheOneSent(t *testing.T) {
	for _, configured := range []string{"console.example", ""} {
		heard := make(chan string, 10)
		serve := func(conn net.Conn) {
			_, _ = fmt.Fprint(conn, "220 mail.example\r\n")
			line := make([]byte, 1024)
			n, _ := conn.Read(line)
			_, name, _ := strings.Cut(strings.TrimSpace(string(line[:n])), " ")
			heard <- name
			_, _ = fmt.Fprint(conn, "250 mail.example\r\n")
		}
		session := sessionWith(t, serve, configured)
		if sent := <-heard; session.HELOName != sent || sent == "" || configured != "" && sent != configured {
			t.Errorf("configured %q, sent %q, the session has %q", configured, sent, session.HELOName)
		}
	}
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, func(conn net.Conn) { _, _ = fmt.Fprint(conn, "554 No\r\n") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Target{Host: "127.0.0.1", Port: address.Port, HELOName: "console.example"}, nil)
	if session := asError(err).Session; session.HELOName != "" {
		t.Errorf("no name was sent, but the session has %q", session.HELOName)
	}
}
