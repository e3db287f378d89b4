package acceptance

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
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
	asAnna := host.WithAuthorize(func(*http.Request) (string, error) { return "anna", nil })
	other := *s
	s.host, other.host = supervised(t, open(), asAnna), supervised(t, open(), asAnna)
	s.signInOverBoth(t, &other)
	s.host.Close()
	other.host.Close()
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

// signInOverBoth begins a sign-in at one Console and goes on with it at the other. Each of them knows then that it is
// finished, and what it gave is saved once.
func (s *signedIn) signInOverBoth(t *testing.T, other *signedIn) {
	t.Helper()
	back := s.address + "return-sign_in"
	_, prompt := s.run(t, shared.ActionRequest{Action: "sign_in", ReturnURL: back, Draft: shared.Draft{Values: s.values,
		Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(s.client.Secret)}}})
	returned := s.provider.consent(t, prompt.URL, s.servers.postfix.login, back).RawQuery
	request := shared.ActionRequest{Action: "sign_in", ReturnURL: back, Returned: returned}
	done, _ := other.run(t, request)
	for _, one := range []*signedIn{s, other} {
		again, _ := one.run(t, request)
		if got := again.Report.Diagnostics; len(got) != 1 || got[0].Code != "oauth_sign_in_finished" {
			t.Errorf("once more: %+v", got)
		}
	}
	ticket := map[string]string{"oauth_grant": done.Result.Tickets["oauth_grant"].Reveal()}
	saveSettings(t, s.host, done.Result.Values, ticket)
	for _, one := range []*signedIn{s, other} {
		result, err := one.host.Page().Save(t.Context(), shared.SaveRequest{Actor: "anna", Revision: 1, Draft: shared.Draft{
			Secrets: map[string]shared.SecretChange{"oauth_grant": shared.ReplaceSecret(ticket["oauth_grant"])},
		}})
		if err != nil || result.Saved || !strings.Contains(fmt.Sprint(result.Diagnostics), "sign_in_finished") {
			t.Errorf("saved once more: %t, %+v, %v", result.Saved, result.Diagnostics, err)
		}
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
