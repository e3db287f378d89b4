package smtpconn

import (
	"bufio"
	"crypto/hmac"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// authenticator is a server that does nothing but log people in. It answers the lines of a login in turn, by
// mechanism, and keeps what it was told there.
type authenticator struct {
	offers  string
	replies map[string][]string
	config  *tls.Config // nil speaks plain text

	mu   sync.Mutex
	told []string
}

func (a *authenticator) serve(conn net.Conn) {
	if a.config != nil {
		conn = tls.Server(conn, a.config)
	}
	_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
	var login []string // replies that are left
	for reader := bufio.NewReader(conn); ; {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		words := append(strings.Fields(line), "", "")
		reply := "250 2.0.0 Ok"
		switch {
		case words[0] == "EHLO":
			reply = "250-mail.example\r\n250 AUTH " + a.offers
		case words[0] == "AUTH":
			login = a.replies[words[1]]
			a.tell("AUTH " + words[1])
			fallthrough
		case len(login) > 0:
			if words[0] != "AUTH" {
				a.tell(fromBase64(words[0]))
			}
			reply, login = login[0], login[1:]
			if words[0] == "*" {
				reply, login = "501 5.7.0 Given up", nil
			}
		}
		_, _ = io.WriteString(conn, reply+"\r\n")
	}
}

func (a *authenticator) tell(said string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, said)
}

// logIn opens a connection to the authenticator.
func (a *authenticator) logIn(t *testing.T, change func(*Target)) (*Session, *Error, string) {
	t.Helper()
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, a.serve))
	if err != nil {
		t.Fatal(err)
	}
	target := Target{
		Host: "127.0.0.1", Port: address.Port, Encrypt: a.config != nil, Limits: patientLimits,
		Login: "anna", Password: shared.NewSecretText("s3cret!"), AccessToken: shared.NewSecretText("t0ken-t0ken"),
	}
	if change != nil {
		change(&target)
	}
	conn, err := Open(t.Context(), target, nil)
	var session *Session
	var failure *Error
	if errors.As(err, &failure) {
		session = failure.Session
	} else {
		session = conn.Session()
		conn.Close()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return session, failure, strings.Join(a.told, ", ")
}

// TestLoginPrompts meets servers that ask in their own way for login and password.
func TestLoginPrompts(t *testing.T) {
	const loginFirst, passwordFirst = "AUTH LOGIN, anna, s3cret!", "AUTH LOGIN, s3cret!, anna"
	for _, c := range []struct{ first, second, want string }{
		{"VXNlcm5hbWU6", "UGFzc3dvcmQ6", loginFirst},
		{"VXNlcm5hbWU6 your login, please", "UGFzc3dvcmQ6 your password, please", loginFirst},
		{"VXNlcm5hbWU6\t", "UGFzc3dvcmQ6 ", loginFirst},
		{"VXNlcm5hbWU", "UGFzc3dvcmQ", loginFirst}, // without the padding
		{"Username:", "Password:", loginFirst},
		{"Username", "Password", loginFirst}, // both could be base64
		{"User Name", "Pass Word", loginFirst},
		{"USERNAME:", "PASSWORD:", loginFirst},
		{"", "", loginFirst},
		{"Who is it?", "Prove it!", loginFirst},
		{"ユーザー名", "パスワード", loginFirst},
		{"UGFzc3dvcmQ6", "VXNlcm5hbWU6", passwordFirst},
		{"Password:", "Username:", passwordFirst},
		{"Password", "Username", passwordFirst},
		{"Your password, please", "Your login, please", passwordFirst},
		{strings.Repeat("x", 1900), strings.Repeat("=", 1900), loginFirst},
	} {
		t.Run(fmt.Sprintf("%.20s %.20s", c.first, c.second), func(t *testing.T) {
			t.Parallel()
			replies := []string{"334 " + c.first, "334 " + c.second, "235 Fine"}
			server := &authenticator{offers: "LOGIN", replies: map[string][]string{"LOGIN": replies}}
			session, failure, told := server.logIn(t, nil)
			if failure != nil || session.Login != LoginDone || told != c.want {
				t.Errorf("the server was told %q, want %q; %v", told, c.want, failure)
			}
		})
	}
}

// TestLongChallenge answers a challenge that takes many lines.
func TestLongChallenge(t *testing.T) {
	line := strings.Repeat("QUFB", 400)
	challenge := strings.Repeat("334-"+line+"\r\n", 20) + "334 " + line
	server := &authenticator{offers: "CRAM-MD5", replies: map[string][]string{"CRAM-MD5": {challenge, "235 Fine"}}}
	session, failure, told := server.logIn(t, nil)
	answer := hmac.New(md5.New, []byte("s3cret!"))
	answer.Write([]byte(strings.Repeat("AAA", 400*21)))
	want := "AUTH CRAM-MD5, anna " + hex.EncodeToString(answer.Sum(nil))
	if failure != nil || session.Login != LoginDone || told != want {
		t.Errorf("the server was told %q, want %q; %v", told, want, failure)
	}
}

// TestNextMechanism goes on with the next mechanism where the server offers one that it does not carry out, and
// nowhere else.
func TestNextMechanism(t *testing.T) {
	authority := authorityFor(t)
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	const verified, inClear = true, false
	for _, c := range []struct {
		replies    string // the first of each mechanism that is offered, in the order in which they may be tried
		encrypted  bool
		tried      int  // how many of them are tried
		kind       Kind // of the failure; empty where there is none
		unworkable string
	}{
		{"PLAIN 235 Fine|LOGIN 235 Fine", verified, 1, "", ""},
		{"PLAIN 504 5.5.4 Unrecognized|LOGIN 235 Fine", verified, 2, "", "PLAIN"},
		{"PLAIN 500 What?|LOGIN 235 Fine", verified, 2, "", "PLAIN"},
		{"PLAIN 501 5.5.2 Cannot decode|LOGIN 235 Fine", verified, 2, "", "PLAIN"},
		{"PLAIN 535 5.7.4 Not here|LOGIN 235 Fine", verified, 2, "", "PLAIN"},
		{"SCRAM-SHA-1 334 !|PLAIN 235 Fine", verified, 2, "", "SCRAM-SHA-1"},
		{"SCRAM-SHA-1 504 No|PLAIN 502 No|LOGIN 235 Fine", verified, 3, "", "SCRAM-SHA-1 PLAIN"},
		{"PLAIN 504 No|LOGIN 502 No", verified, 2, KindRefusedByReply, "PLAIN LOGIN"},
		{"PLAIN 504 No|LOGIN 535 5.7.8 Wrong", verified, 2, KindRefusedByReply, "PLAIN"},
		// What the server has looked at, it counts.
		{"PLAIN 535 5.7.8 Wrong|LOGIN 235 Fine", verified, 1, KindRefusedByReply, ""},
		{"PLAIN 534 5.7.9 Application-specific password required|LOGIN 235 Fine", verified, 1, KindRefusedByReply, ""},
		{"PLAIN 454 4.7.0 Later|LOGIN 235 Fine", verified, 1, KindRefusedByReply, ""},
		{"PLAIN 421 4.7.0 Bye|LOGIN 235 Fine", verified, 1, KindRefusedByReply, ""},
		// Nobody is shown a password for having refused to do without it.
		{"SCRAM-SHA-1 504 No|CRAM-MD5 504 No|PLAIN 235 Fine", inClear, 2, KindRefusedByReply, "SCRAM-SHA-1 CRAM-MD5"},
		{"SCRAM-SHA-1 334 !|PLAIN 235 Fine", inClear, 1, KindBadChallenge, "SCRAM-SHA-1"},
		{"SCRAM-SHA-1 504 No|CRAM-MD5 235 Fine|PLAIN 235 Fine", inClear, 2, "", "SCRAM-SHA-1"},
		{"PLAIN 504 No|LOGIN 235 Fine", inClear, 2, "", "PLAIN"},
	} {
		t.Run(fmt.Sprintf("%s, encrypted %t", c.replies, c.encrypted), func(t *testing.T) {
			t.Parallel()
			server := &authenticator{replies: map[string][]string{}}
			var offered []string
			for _, one := range strings.Split(c.replies, "|") {
				name, reply, _ := strings.Cut(one, " ")
				offered, server.replies[name] = append(offered, name), []string{reply}
			}
			if server.offers = strings.Join(offered, " "); c.encrypted {
				server.config = config
			}
			session, failure, told := server.logIn(t, func(target *Target) {
				target.AdditionalCA = []*x509.Certificate{authority.Certificate}
			})
			var tried []string
			for _, one := range strings.Split(told, ", ") {
				if name, auth := strings.CutPrefix(one, "AUTH "); auth {
					tried = append(tried, name)
				}
			}
			kind, last := Kind(""), session.Mechanism
			if failure != nil {
				kind, last = failure.Kind, failure.Mechanism
			}
			if !slices.Equal(tried, offered[:c.tried]) || kind != c.kind || last != tried[len(tried)-1] {
				t.Errorf("tried %q, %q the last, %v; want %d, kind %q", tried, last, failure, c.tried, c.kind)
			}
			if got := strings.Join(session.Unworkable, " "); got != c.unworkable {
				t.Errorf("%q do not work, want %q", got, c.unworkable)
			}
		})
	}
}

// TestPasswordThatSCRAMDoesNotAllow is sent by a mechanism that does.
func TestPasswordThatSCRAMDoesNotAllow(t *testing.T) {
	authority := authorityFor(t)
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	server := &authenticator{
		offers: "SCRAM-SHA-256 PLAIN", config: config, replies: map[string][]string{"PLAIN": {"235 Fine"}},
	}
	session, failure, told := server.logIn(t, func(target *Target) {
		target.AdditionalCA, target.Password = []*x509.Certificate{authority.Certificate}, shared.NewSecretText("bell\a")
	})
	if failure != nil || session.Login != LoginDone || told != "AUTH PLAIN" {
		t.Errorf("the server was told %q, %v", told, failure)
	}
}

// TestChosenMechanism logs in by the one that was chosen, or not at all.
func TestChosenMechanism(t *testing.T) {
	for _, c := range []struct {
		offers  string
		chosen  Authentication
		tried   string
		kind    Kind
		offered string
	}{
		{"SCRAM-SHA-256 PLAIN LOGIN", AuthenticatePlain, "PLAIN", "", ""},
		{"SCRAM-SHA-256 PLAIN LOGIN", AuthenticateLogin, "LOGIN", "", ""},
		{"SCRAM-SHA-256 LOGIN", AuthenticatePlain, "LOGIN", "", ""},
		{"SCRAM-SHA-256", AuthenticatePlain, "", KindNoCommonMechanism, "SCRAM-SHA-256"},
		{"PLAIN", AuthenticateLogin, "", KindNoCommonMechanism, "PLAIN"},
	} {
		server := &authenticator{offers: c.offers, replies: map[string][]string{"PLAIN": {"235 Fine"}, "LOGIN": {"235 Fine"}}}
		session, failure, told := server.logIn(t, func(target *Target) { target.Authentication = c.chosen })
		kind, offered := Kind(""), ""
		if failure != nil {
			kind, offered = failure.Kind, strings.Join(failure.Offered, " ")
		}
		tried := strings.TrimPrefix(told, "AUTH ")
		if tried != c.tried || session.Mechanism != c.tried || kind != c.kind || offered != c.offered {
			t.Errorf("%+v: the server was told %q, %v", c, told, failure)
		}
	}
}
