package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestOAuthTypedToken logs in at real servers with tokens of a real provider, typed in: good ones and all others.
func TestOAuthTypedToken(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	provider := startOAuthProvider(t, authority)
	for mechanism, offered := range map[string]string{"OAUTHBEARER": "xoauth2 oauthbearer", "XOAUTH2": "xoauth2"} {
		servers := startOAuthServers(t, authority, provider, offered)
		for _, server := range []realServer{servers.postfix, servers.dovecot} {
			for name, typed := range typedTokens(t, provider, server) {
				t.Run(mechanism+"/"+server.name+"/"+name, func(t *testing.T) {
					t.Parallel()
					report := testToken(t, server, servers.ca, typed.token)
					typed.check(t, report, mechanism)
				})
			}
		}
	}
}

// typedToken is a token and what becomes of it.
type typedToken struct {
	token string
	good  bool
}

func typedTokens(t *testing.T, provider *oauthProvider, server realServer) map[string]typedToken {
	t.Helper()
	anna := provider.client(t, "anna at "+server.name, server.login)
	bob := provider.client(t, "bob", "bob@postfix.test")
	long := provider.client(t, "long", server.login, func(c *oauthClient) { c.TokenBits = 15_000 })
	expired, revoked := provider.token(t, anna), provider.token(t, anna)
	provider.control(t, "expire", map[string]string{"token": expired}, nil)
	provider.revoke(t, anna, revoked)
	return map[string]typedToken{
		"good": {provider.token(t, anna), true}, "as long as Microsoft's": {provider.token(t, long), true},
		"expired": {expired, false}, "revoked": {revoked, false},
		"another mailbox's": {provider.token(t, bob), false}, "garbage": {"garbage-7c1f", false},
	}
}

// testToken tests on the command line with a typed token.
func testToken(t *testing.T, server realServer, ca, token string) shared.TestReport {
	t.Helper()
	r := harness(t, token, "test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"),
		"--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", server.starttls), "--set", "use_ssl=true",
		"--set", "login="+server.login, "--set", "authentication=oauth2", "--secret", "access_token=env:SECRET",
		"--set", "ca_certificate=@"+ca)
	if found := leaks(r.stdout+r.stderr, token); len(found) > 0 {
		t.Errorf("the token is in the output: %q", found)
	}
	return verdict(t, r)
}

func (typed typedToken) check(t *testing.T, report shared.TestReport, mechanism string) {
	t.Helper()
	shown := strings.Join(report.Transcript, "\n")
	if !strings.Contains(shown, "AUTH "+mechanism) {
		t.Errorf("there was no login by %s:\n%s", mechanism, shown)
	}
	if typed.good {
		if report.Outcome != "complete" {
			t.Errorf("got %s, %+v\n%s", report.Outcome, report.Diagnostics, shown)
		}
		return
	}
	first := report.Diagnostics[0]
	if report.Outcome != "login_failed" || first.Code != "oauth2_token_refused" || first.Step != "auth" ||
		first.Field != "access_token" {
		t.Errorf("got %s, %+v\n%s", report.Outcome, first, shown)
	}
	for _, want := range []string{"The server refused the access token.", "It may have expired, belong to another mailbox",
		"535"} {
		if text := fmt.Sprint(first.Summary, first.Detail, first.Evidence); !strings.Contains(text, want) {
			t.Errorf("%q does not hold %q", text, want)
		}
	}
}
