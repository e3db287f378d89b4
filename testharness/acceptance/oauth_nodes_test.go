package acceptance

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
)

// TestOAuthNodesRenewTogether has two Consoles on one PostgreSQL log in at the same instant with an access token that
// has ended. The provider, which ends the grant when a refresh token is used twice, answers only when the mail server
// has refused both. It is asked once each time, the grant lives, and each Console goes on.
func TestOAuthNodesRenewTogether(t *testing.T) {
	t.Parallel()
	const rounds = 20
	s := &signedIn{delivering: delivering{chain: startChain(t, "xoauth2 oauthbearer")}, address: "http://127.0.0.1:9/"}
	server := s.servers.postfix
	s.client = s.provider.client(t, "on two nodes", server.login, signsIn(s.address+"return-sign_in"))
	s.fillIn(t, server.starttls)
	open := consolesOn(t, startPostgres(t).Database("renewing"))
	s.host = supervised(t, open(), host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil }))
	s.again(t, server.login)
	s.host.Close()
	consoles := []console{startConsole(t, "--manifest", open()), startConsole(t, "--manifest", open())}
	for round := 1; round <= rounds; round++ {
		s.provider.control(t, "expire", map[string]string{"client": s.client.ID}, nil)
		s.provider.control(t, "together", map[string]int{"nodes": len(consoles)}, nil)
		var both sync.WaitGroup
		for i, one := range consoles {
			both.Go(func() {
				answer, said := ask(t, http.MethodPost, one.address+"settings/smtp/test", "revision=1",
					map[string]string{"Accept": "application/x-ndjson"})
				if answer.StatusCode != http.StatusOK || !strings.Contains(said, `"status":"passed"`) {
					t.Errorf("round %d, Console %d: %s\n%s", round, i, answer.Status, said)
				}
			})
		}
		both.Wait()
		s.askedSoFar(t, round)
	}
}

// askedSoFar holds that the code was exchanged, and that there were so many renewals, all of them successful.
func (s *signedIn) askedSoFar(t *testing.T, renewals int) {
	t.Helper()
	var answered []string
	for _, one := range s.provider.requests(t, s.client.ID) {
		answered = append(answered, fmt.Sprint(one.Grant, " ", one.Status))
	}
	want := "authorization_code 200" + strings.Repeat("\nrefresh_token 200", renewals)
	if got := strings.Join(answered, "\n"); got != want {
		t.Fatalf("after %d renewals the provider has been asked:\n%s", renewals, got)
	}
}

// consolesOn returns manifests for the database, with the same key and a directory of its own each.
func consolesOn(t *testing.T, address string) (path func() string) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, strings.Repeat("0123456789abcdef", 4), 0o600)
	return func() string {
		return manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("database = %q", address),
			fmt.Sprintf("key = %q", "file://"+key))
	}
}
