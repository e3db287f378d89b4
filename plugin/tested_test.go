package plugin

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// refusingServer offers several mechanisms, refuses every login, and counts them.
func refusingServer(t *testing.T) (port int, logins *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	logins = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go refuseLogins(conn, logins)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, logins
}

func refuseLogins(conn net.Conn, logins *atomic.Int64) {
	defer conn.Close()
	fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		command, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case strings.EqualFold(command, "EHLO"):
			fmt.Fprint(conn, "250-mail.example\r\n250 AUTH LOGIN PLAIN CRAM-MD5\r\n")
		case strings.EqualFold(command, "AUTH"):
			logins.Add(1)
			if strings.EqualFold(rest, "CRAM-MD5") {
				fmt.Fprint(conn, "334 PDEyMzRAbWFpbC5leGFtcGxlPg==\r\n")
				continue
			}
			fmt.Fprint(conn, "535 5.7.8 Authentication failed\r\n")
		case strings.EqualFold(command, "QUIT"):
			fmt.Fprint(conn, "221 Bye\r\n")
			return
		default:
			fmt.Fprint(conn, "535 5.7.8 Authentication failed\r\n")
		}
	}
}

// TestOneLoginAttempt holds that a test tries to log in once, whatever mechanisms are offered, and that a refused
// password is remembered and warned of before it is tried again, while another one is not.
func TestOneLoginAttempt(t *testing.T) {
	port, logins := refusingServer(t)
	page := openPage(t, Configuration{})
	draft := func(password string) shared.Draft {
		return shared.Draft{
			Values: values("server", shared.Text("127.0.0.1"), "port", shared.Integer(int64(port)), "login",
				shared.Text("me@mail.example")),
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(password)},
		}
	}
	warned := func(password string) bool {
		checked, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft(password)})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(codes(checked.Diagnostics), "refused_before")
	}
	if warned("wrong") {
		t.Error("warned before anything was refused")
	}
	outcome := ""
	if err := page.Test(t.Context(), shared.TestRequest{Actor: "anna", Draft: draft("wrong")},
		func(event shared.TestEvent) error {
			if completed, ok := event.(shared.Completed); ok {
				outcome = completed.Report.Outcome
			}
			return nil
		}); err != nil || outcome != "login_failed" {
		t.Fatalf("%q, %v", outcome, err)
	}
	if tried := logins.Load(); tried != 1 {
		t.Errorf("%d logins were tried", tried)
	}
	if !warned("wrong") || warned("another") {
		t.Errorf("warned of the refused password: %t, of another: %t", warned("wrong"), warned("another"))
	}
}

// TestRefusedCredentials remembers as refused only what a server has looked at.
func TestRefusedCredentials(t *testing.T) {
	for reply, want := range map[int]bool{
		535: true, 534: true, 525: true, 550: true, 501: true, 454: false, 421: false, 432: false,
		500: false, 502: false, 503: false, 504: false, 538: false, 523: false, 0: false,
	} {
		failure := &smtpconn.Error{Step: smtpconn.StepAuth, Kind: smtpconn.KindNoCommonMechanism}
		if reply != 0 {
			said := smtpconn.NewReply(reply, "", "No")
			failure.Kind, failure.Reply = smtpconn.KindRefusedByReply, &said
		}
		if got := refusesCredentials(failure); got != want {
			t.Errorf("%d: %t", reply, got)
		}
	}
}
