package smtpconn

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"

	"github.com/smtp-settings/smtp-settings/shared"
)

var loginTarget = Target{Host: "mail.example", Port: 465, Login: "anna", Password: shared.NewSecretText("s3cret"),
	AccessToken: shared.NewSecretText("t0ken")}

func mechanismNamed(t testing.TB, name string) *mechanism {
	t.Helper()
	i := slices.IndexFunc(mechanisms, func(m *mechanism) bool { return m.name == name })
	if i < 0 {
		t.Fatalf("there is no mechanism %s", name)
	}
	return mechanisms[i]
}

// TestMechanismOrder has the order in which the mechanisms in common are tried.
func TestMechanismOrder(t *testing.T) {
	choosing := func(how Authentication) Target {
		target := loginTarget
		target.Authentication = how
		return target
	}
	encrypted := &Session{Encryption: ImplicitTLS, TLS: &tls.ConnectionState{Version: tls.VersionTLS13}}
	plain := &Session{Encryption: NoEncryption}
	const all = "CRAM-MD5 LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS " +
		"XOAUTH2 OAUTHBEARER GSSAPI NTLM"
	for _, c := range []struct {
		offered string
		target  Target
		session *Session
		want    string
	}{
		{all, loginTarget, encrypted, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN LOGIN CRAM-MD5"},
		{all, loginTarget, plain, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"},
		{all, choosing(AuthenticateOAuth2), encrypted, "OAUTHBEARER XOAUTH2"},
		{all, choosing(AuthenticatePlain), plain, "PLAIN LOGIN"},
		{all, choosing(AuthenticateLogin), encrypted, "LOGIN"},
		{"LOGIN PLAIN CRAM-MD5", loginTarget, plain, "CRAM-MD5 PLAIN LOGIN"},
		{"LOGIN PLAIN CRAM-MD5", loginTarget, encrypted, "PLAIN LOGIN CRAM-MD5"},
		{"XOAUTH2 PLAIN", loginTarget, encrypted, "PLAIN"},
		{"PLAIN", choosing(AuthenticateOAuth2), encrypted, ""},
		{"LOGIN CRAM-MD5", choosing(AuthenticatePlain), encrypted, "LOGIN"},
		{"CRAM-MD5", choosing(AuthenticatePlain), encrypted, ""},
		{"GSSAPI NTLM", loginTarget, encrypted, ""},
		{"", loginTarget, encrypted, ""},
	} {
		var got []string
		for _, one := range inCommon(c.target, c.session, strings.Fields(c.offered)) {
			got = append(got, one.name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("of %q in the order %q, want %q", c.offered, got, c.want)
		}
	}
}

// TestExchanges plays the server's side of each exchange from the documents that define it.
func TestExchanges(t *testing.T) {
	for _, c := range []struct {
		mechanism string
		initial   string
		exchange  [][2]string // challenge and expected response
	}{
		{"PLAIN", "\x00anna\x00s3cret", nil},
		{"LOGIN", "", [][2]string{{"Username:", "anna"}, {"Password:", "s3cret"}}},
		{"LOGIN", "", [][2]string{{"password:", "s3cret"}, {"username:", "anna"}}},
		{"LOGIN", "", [][2]string{{"", "anna"}, {"", "s3cret"}}},
		{"LOGIN", "", [][2]string{{"User Name\x00", "anna"}, {"Passwort\x00", "s3cret"}}},
		// The example of RFC 2195 section 2 with another name and password, computed independently.
		{"CRAM-MD5", "", [][2]string{{"<1896.697170952@postoffice.reston.mci.net>",
			"anna e6c24deec1aad29c4c523c103c027c56"}}},
		{"XOAUTH2", "user=anna\x01auth=Bearer t0ken\x01\x01", [][2]string{{`{"status":"401"}`, ""}}},
		{"OAUTHBEARER", "n,a=anna,\x01host=mail.example\x01port=465\x01auth=Bearer t0ken\x01\x01",
			[][2]string{{`{"status":"invalid_token"}`, "\x01"}}},
	} {
		client := mechanismNamed(t, c.mechanism).client(t.Context(), loginTarget, &Session{})
		name, initial, err := client.Start()
		if name != c.mechanism || string(initial) != c.initial || err != nil {
			t.Errorf("%s begins with %s %q, %v, want %q", c.mechanism, name, initial, err, c.initial)
		}
		for _, turn := range c.exchange {
			response, err := client.Next([]byte(turn[0]))
			if string(response) != turn[1] || err != nil {
				t.Errorf("%s answers %q with %q, %v, want %q", c.mechanism, turn[0], response, err, turn[1])
			}
		}
	}
}

func TestLongTokenWaitsForChallenge(t *testing.T) {
	target := loginTarget
	target.AccessToken = shared.NewSecretText(strings.Repeat("x", 600))
	exchange := &saslExchange{
		Client: mechanismNamed(t, "XOAUTH2").client(t.Context(), target, &Session{}), challenges: maxChallenges,
	}
	if _, initial, err := exchange.Start(); initial != nil || err != nil {
		t.Errorf("an AUTH line beyond 512 octets: %d octets of response, %v", len(initial), err)
	}
	if response, err := exchange.Next(nil); len(response) < 600 || err != nil {
		t.Errorf("the answer to the empty challenge has %d octets, %v", len(response), err)
	}
}

// FuzzLogin lets a server say anything in any exchange.
func FuzzLogin(f *testing.F) {
	f.Add(uint8(0), []byte("r=abc,s=c2FsdA==,i=4096"), []byte("v=abc"))
	f.Add(uint8(4), []byte("<1@x>"), []byte{})
	f.Add(uint8(6), []byte("Username:"), []byte("Password:"))
	f.Add(uint8(8), []byte(`{"status":"401"}`), []byte("x"))
	session := &Session{Encryption: ImplicitTLS, TLS: &tls.ConnectionState{Version: tls.VersionTLS13}}
	f.Fuzz(func(t *testing.T, which uint8, first, second []byte) {
		candidate := mechanisms[int(which)%len(mechanisms)]
		if candidate.bound {
			return // Channel binding needs a real connection.
		}
		exchange := &saslExchange{Client: candidate.client(t.Context(), loginTarget, session), challenges: maxChallenges}
		if _, _, err := exchange.Start(); err != nil {
			t.Fatal(err)
		}
		for range maxChallenges + 2 {
			for _, challenge := range [][]byte{first, second} {
				if response, err := exchange.Next(challenge); err == nil && response == nil {
					t.Errorf("%s: no response and no error", candidate.name)
				}
			}
		}
		if exchange.err == nil {
			t.Errorf("%s goes on for ever", candidate.name)
		}
		if proof, ok := exchange.Client.(interface{ proven() bool }); ok && proof.proven() {
			t.Errorf("%s took %q for the proof of a server that knows the password", candidate.name, second)
		}
	})
}

var _ sasl.Client = (*saslExchange)(nil)
