package smtpconn

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"hash"
	"net"
	"strings"
	"testing"

	"github.com/xdg-go/scram"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// scramChallenges are first messages of a server, good and bad.
var scramChallenges = []struct {
	rest                 string // behind r= and our nonce
	verified, unverified bool   // whether it is answered
}{
	{"x,s=c2FsdA==,i=4096", true, true},
	{"x,s=c2FsdA==,i=4096,a=ignored,b=,Z=x", true, true},
	{"x,s=c2FsdA==,i=4095", true, false},
	{"x,s=c2FsdA==,i=1", true, false},
	// Counts.
	{"x,s=c2FsdA==,i=+4096", false, false},
	{"x,s=c2FsdA==,i=+2000000000", false, false},
	{"x,s=c2FsdA==,i=-4096", false, false},
	{"x,s=c2FsdA==,i=04096", false, false},
	{"x,s=c2FsdA==,i=0x1000", false, false},
	{"x,s=c2FsdA==,i=4_096", false, false},
	{"x,s=c2FsdA==,i= 4096", false, false},
	{"x,s=c2FsdA==,i=4096 ", false, false},
	{"x,s=c2FsdA==,i=4096\n", false, false},
	{"x,s=c2FsdA==,i=\u0664\u0660\u0669\u0666", false, false},
	{"x,s=c2FsdA==,i=0", false, false},
	{"x,s=c2FsdA==,i=", false, false},
	{"x,s=c2FsdA==,i=1000001", false, false},
	{"x,s=c2FsdA==,i=2147483647", false, false},
	{"x,s=c2FsdA==,i=99999999999999999999", false, false},
	{"x,s=c2FsdA==,i=18446744073709555712", false, false}, // 4096 beyond 64 bits
	// The order, and a second value of what was given.
	{"x,i=4096,s=c2FsdA==", false, false},
	{"x,i=4096,s=c2FsdA==,i=2000000000", false, false},
	{"x,s=c2FsdA==,i=4096,i=2000000000", false, false},
	{"x,s=c2FsdA==,s=c2FsdA==,i=4096", false, false},
	{"x,s=c2FsdA==,i=4096,s=c2FsdA==", false, false},
	{"x,s=c2FsdA==,i=4096,r=other", false, false},
	{"x,s=c2FsdA==,i=4096,m=mandatory", false, false},
	{"x,m=mandatory,s=c2FsdA==,i=4096", false, false},
	{"x,s=c2FsdA==,i=4096,", false, false},
	{"x,s=c2FsdA==,i=4096,1=x", false, false},
	{"x,s=c2FsdA==", false, false},
	// Nonce and salt.
	{",s=c2FsdA==,i=4096", false, false},
	{strings.Repeat("x", maxScramNonce) + ",s=c2FsdA==,i=4096", false, false},
	{"x\x00,s=c2FsdA==,i=4096", false, false},
	{"x,s=,i=4096", false, false},
	{"x,s=c2FsdA,i=4096", false, false},
	{"x,s=" + strings.Repeat("c2Fs", maxScramSalt/3+1) + ",i=4096", false, false},
}

// TestScramChallenge reads the server's first message as strictly as the grammar is: what another reading would find in
// it must not pass.
func TestScramChallenge(t *testing.T) {
	for _, c := range scramChallenges {
		for session, want := range map[*Session]bool{
			{Encryption: ImplicitTLS}:  c.verified,
			{Encryption: NoEncryption}: c.unverified,
			{Encryption: StartTLS, Unverified: errors.New("a stranger signed")}: c.unverified,
		} {
			client := mechanismNamed(t, "SCRAM-SHA-256").client(t.Context(), loginTarget, session)
			_, first, err := client.Start()
			if err != nil {
				t.Fatal(err)
			}
			_, nonce, _ := strings.Cut(string(first), "r=")
			if _, err := client.Next([]byte("r=" + nonce + c.rest)); (err == nil) != want {
				t.Errorf("encryption %s, unverified %v: %q: %v", session.Encryption, session.Unverified, c.rest, err)
			}
		}
	}
	client := mechanismNamed(t, "SCRAM-SHA-256").client(t.Context(), loginTarget, &Session{})
	if _, _, err := client.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Next([]byte("r=anotherNonceThanOurs12345678,s=c2FsdA==,i=4096")); err == nil {
		t.Error("a nonce that does not begin with ours was answered")
	}
}

// TestScramIsAbandoned ends the context while the demanded work would go on for half an hour.
func TestScramIsAbandoned(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	counting := func() hash.Hash { return &announcing{Hash: sha256.New(), started: started} }
	ended := make(chan error)
	go func() {
		_, err := saltedPassword(ctx, counting, "s3cret", []byte("salt"), 2_000_000_000)
		ended <- err
	}()
	<-started
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("abandoned with %v", err)
	}
}

// announcing tells of the first block that it hashes.
type announcing struct {
	hash.Hash
	started chan struct{}
}

func (a *announcing) Write(p []byte) (int, error) {
	select {
	case <-a.started:
	default:
		close(a.started)
	}
	return a.Hash.Write(p)
}

// TestSaltedPassword compares with the standard library.
func TestSaltedPassword(t *testing.T) {
	for _, iterations := range []int{1, 2, 4096, abandonEvery * 2} {
		for name, newHash := range map[string]func() hash.Hash{"SHA-1": sha1.New, "SHA-256": sha256.New} {
			got, err := saltedPassword(t.Context(), newHash, "p\u00e4ssword", []byte("salt"), iterations)
			want, wantErr := pbkdf2.Key(newHash, "p\u00e4ssword", []byte("salt"), iterations, newHash().Size())
			if err != nil || wantErr != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %d iterations: %x, %v, want %x, %v", name, iterations, got, err, want, wantErr)
			}
		}
	}
}

// TestScramDenied answers a refusal within the exchange, so that the server can give its reply; nothing comes after it.
func TestScramDenied(t *testing.T) {
	exchange := &saslExchange{
		Client: mechanismNamed(t, "SCRAM-SHA-1").client(t.Context(), loginTarget, &Session{}), challenges: maxChallenges,
	}
	_, first, err := exchange.Start()
	if err != nil {
		t.Fatal(err)
	}
	_, nonce, _ := strings.Cut(string(first), "r=")
	if _, err := exchange.Next([]byte("r=" + nonce + "x,s=c2FsdA==,i=4096")); err != nil {
		t.Fatal(err)
	}
	if response, err := exchange.Next([]byte("e=invalid-proof")); err != nil || len(response) != 0 ||
		!exchange.unfinished() {
		t.Errorf("answered %q, %v, unfinished %t", response, err, exchange.unfinished())
	}
	if _, err := exchange.Next([]byte("v=abcd")); err == nil || !exchange.unfinished() {
		t.Error("the exchange went on after the refusal")
	}
}

// TestScram logs in to a server of another make, with and without channel binding, over both versions of TLS.
func TestScram(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		client, server := tlsPair(t, version)
		session := &Session{Encryption: ImplicitTLS, TLS: &client}
		for name, hash := range map[string]scram.HashGeneratorFcn{
			"SCRAM-SHA-256-PLUS": scram.SHA256, "SCRAM-SHA-256": scram.SHA256, "SCRAM-SHA-1-PLUS": scram.SHA1,
			"SCRAM-SHA-1": scram.SHA1,
		} {
			for password, right := range map[string]bool{"s3cret": true, "wrong": false} {
				if err := logIn(t, name, hash, password, session, server); (err == nil) != right {
					t.Errorf("%s over %s with the password %q: %v", name, tls.VersionName(version), password, err)
				}
			}
		}
	}
}

// logIn runs one exchange against a server that knows the account anna with the password.
func logIn(
	t *testing.T, name string, hash scram.HashGeneratorFcn, password string, session *Session, server tls.ConnectionState,
) error {
	t.Helper()
	known, err := hash.NewClient("anna", password, "")
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := known.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt", Iters: 4096})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := hash.NewServer(func(string) (scram.StoredCredentials, error) { return credentials, nil })
	if err != nil {
		t.Fatal(err)
	}
	conversation := verifier.NewConversation()
	if strings.HasSuffix(name, "-PLUS") {
		binding, err := channelBinding(&Session{TLS: &server})
		if err != nil {
			t.Fatal(err)
		}
		conversation = verifier.NewConversationWithChannelBindingRequired(binding)
	}
	exchange := &saslExchange{
		Client: mechanismNamed(t, name).client(t.Context(), loginTarget, session), challenges: maxChallenges,
	}
	_, response, err := exchange.Start()
	for err == nil && !conversation.Done() {
		var challenge string
		if challenge, err = conversation.Step(string(response)); err == nil {
			response, err = exchange.Next([]byte(challenge))
		}
	}
	if err == nil && exchange.unfinished() {
		t.Errorf("%s: the server is accepted without its proof", name)
	}
	return err
}

// tlsPair is the two ends' view of one TLS connection.
func tlsPair(t *testing.T, version uint16) (client, server tls.ConnectionState) {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	serving := tls.Server(far, config)
	done := make(chan error, 1)
	go func() { done <- serving.Handshake() }()
	calling := tls.Client(near, &tls.Config{InsecureSkipVerify: true, MaxVersion: version})
	if err := errors.Join(calling.Handshake(), <-done); err != nil {
		t.Fatal(err)
	}
	client, server = calling.ConnectionState(), serving.ConnectionState()
	// The server binds to its own certificate, which its state leaves out.
	server.PeerCertificates = client.PeerCertificates
	return client, server
}
