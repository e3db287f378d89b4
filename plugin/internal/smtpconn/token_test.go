package smtpconn

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// tokenSource gives out its tokens in turn; those that were given out before are known.
type tokenSource struct {
	mu      sync.Mutex
	known   string // the one that was fetched before; empty is none
	next    []string
	refused []string
	err     error
}

func (s *tokenSource) Token(_ context.Context, refused shared.SecretText) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !refused.IsEmpty() {
		s.refused = append(s.refused, refused.Reveal())
		s.known = ""
	}
	if s.err != nil {
		return Token{}, s.err
	}
	if s.known != "" {
		return Token{Text: shared.NewSecretText(s.known)}, nil
	}
	s.known, s.next = s.next[0], s.next[1:]
	return Token{Text: shared.NewSecretText(s.known), Fetched: true, Facts: TokenFacts{From: "login.example"}}, nil
}

func overToken(source TokenSource) func(*Target) {
	return func(target *Target) {
		target.Authentication, target.Tokens, target.AccessToken = AuthenticateOAuth2, source, shared.SecretText{}
	}
}

// TestRefusedTokenIsRenewedOnce refuses tokens that were fetched before, or for this connection.
func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	const refusal, challenge = "535 5.7.8 No", "334 eyJzdGF0dXMiOiI0MDEifQ=="
	for name, c := range map[string]struct {
		source  *tokenSource
		replies []string // of the first connection; the second one takes the login
		logins  int
		ok      bool
	}{
		"known and good": {&tokenSource{known: "old-token"}, []string{"235 Fine"}, 1, true},
		"known and revoked": {&tokenSource{known: "old-token", next: []string{"new-token"}}, []string{challenge, refusal},
			2, true},
		"known, then refused": {&tokenSource{known: "old-token", next: []string{"new-token"}}, []string{challenge, refusal},
			2, false},
		"fetched and refused": {&tokenSource{next: []string{"new-token", "newer-token"}}, []string{challenge, refusal}, 1,
			false},
		"known, server busy": {&tokenSource{known: "old-token"}, []string{"454 4.7.0 Later"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := &tokenServer{first: c.replies, others: []string{"235 Fine"}}
			if name == "known, then refused" {
				server.others = c.replies
			}
			conn, err := server.open(t, overToken(c.source))
			if (err == nil) != c.ok || server.logins() != c.logins {
				t.Errorf("%d logins, want %d: %v", server.logins(), c.logins, err)
			}
			if err == nil {
				conn.Close()
			}
			if c.logins == 2 && strings.Join(c.source.refused, " ") != "old-token" {
				t.Errorf("refused were %q", c.source.refused)
			}
		})
	}
}

// tokenServer answers the logins of its first connection in one way, and those of the others in another.
type tokenServer struct {
	first, others []string
	mu            sync.Mutex
	servers       []*authenticator
}

func (s *tokenServer) open(t *testing.T, change func(*Target)) (*Conn, error) {
	t.Helper()
	address, err := net.ResolveTCPAddr("tcp", proxyThat(t, func(conn net.Conn) {
		s.mu.Lock()
		replies := s.first
		if len(s.servers) > 0 {
			replies = s.others
		}
		one := &authenticator{offers: "XOAUTH2", replies: map[string][]string{"XOAUTH2": replies}}
		s.servers = append(s.servers, one)
		s.mu.Unlock()
		one.serve(conn)
	}))
	if err != nil {
		t.Fatal(err)
	}
	target := Target{Host: "127.0.0.1", Port: address.Port, Limits: patientLimits, Login: "anna"}
	change(&target)
	return Open(t.Context(), target, &Trace{Verbose: true})
}

func (s *tokenServer) logins() (logins int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.servers {
		one.mu.Lock()
		for _, told := range one.told {
			if strings.HasPrefix(told, "AUTH ") {
				logins++
			}
		}
		one.mu.Unlock()
	}
	return logins
}

// TestTokenError reads what a server says of a token, also when it repeats the token.
func TestTokenError(t *testing.T) {
	const token = "an-access-token-that-must-not-be-seen"
	for name, c := range map[string]struct{ challenge, status, text string }{
		"Google":   {`{"status":"400","schemes":"Bearer"}`, "400", `{"status":"400","schemes":"Bearer"}`},
		"a number": {`{"status":401}`, "401", `{"status":401}`},
		"RFC 7628": {`{"status":"invalid_token","scope":"mail"}`, "invalid_token",
			`{"status":"invalid_token","scope":"mail"}`},
		"the token": {`{"status":"401","token":"` + token + `"}`, "401", `{"status":"401","token":"(hidden)"}`},
	} {
		server := &tokenServer{first: []string{"334 " + inBase64(c.challenge), "535 5.7.8 No"}}
		_, err := server.open(t, overToken(&tokenSource{next: []string{token}}))
		var failure *Error
		if !errors.As(err, &failure) || failure.Token == nil {
			t.Errorf("%s: %v says nothing of the token", name, err)
			continue
		}
		if failure.Token.Status != c.status || failure.Token.Text != c.text {
			t.Errorf("%s: %+v", name, failure.Token)
		}
		if transcript := strings.Join(failure.Session.Transcript(), "\n"); strings.Contains(transcript, token) {
			t.Errorf("%s: the transcript shows the token: %s", name, transcript)
		}
	}
	for _, odd := range []string{"", "What?", "[]", `{"status":"` + strings.Repeat("x", maxTokenError) + `"}`} {
		if got := tokenError([]byte(odd), nil); got != nil {
			t.Errorf("%.20q is no error, got %+v", odd, got)
		}
	}
}

// TestNoToken ends before anything is connected to.
func TestNoToken(t *testing.T) {
	reason := errors.New("the endpoint said no")
	server := &tokenServer{first: []string{"235 Fine"}}
	_, err := server.open(t, overToken(&tokenSource{err: reason}))
	var failure *Error
	if !errors.As(err, &failure) || failure.Step != StepToken || failure.Kind != KindNoToken || !errors.Is(err, reason) {
		t.Errorf("%v", err)
	}
	if len(server.servers) != 0 {
		t.Errorf("%d connections without a token", len(server.servers))
	}
}

// TestDialer holds the policy and the form of addresses.
func TestDialer(t *testing.T) {
	address := proxyThat(t, func(net.Conn) {})
	conn, err := Dialer{}.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	denied := errors.New("denied")
	_, err = Dialer{Permit: func(netip.AddrPort) error { return denied }}.DialContext(t.Context(), "tcp", address)
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindNotPermitted || !errors.Is(err, denied) {
		t.Errorf("%v", err)
	}
	for _, odd := range []string{"", "mail.example", "mail.example:0", "mail.example:smtp", "mail.example:99999"} {
		if _, err := (Dialer{}).DialContext(t.Context(), "tcp", odd); err == nil {
			t.Errorf("%q was connected to", odd)
		}
	}
}

// TestHiding makes a stranger's words safe.
func TestHiding(t *testing.T) {
	hide := Hiding(shared.NewSecretText("s3cret-of-the-client"), shared.SecretText{})
	if got := hide("no such s3cret-of-the-client\x00here"); strings.Contains(got, "s3cret-of") ||
		strings.Contains(got, "\x00") {
		t.Errorf("%q", got)
	}
}

func TestOpeningWithTokens(t *testing.T) {
	once := Target{}.Opening()
	if twice := (Target{Tokens: &tokenSource{}}).Opening(); twice < 2*once+time.Minute {
		t.Errorf("%s for two attempts of %s", twice, once)
	}
}
