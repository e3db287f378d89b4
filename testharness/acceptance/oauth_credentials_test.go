package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// credentialsCase is a test with client credentials, and what becomes of it.
type credentialsCase struct {
	name    string
	client  oauthClient
	secret  string // instead of the client's own
	set     map[string]string
	outcome string
	cause   string
	field   string
	step    string
	asked   int // how many token requests there are
}

// chain is a provider and mail servers that ask it.
type chain struct {
	provider *oauthProvider
	servers  oauthServers
}

func startChain(t testing.TB, mechanisms string) chain {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	provider := startOAuthProvider(t, authority)
	return chain{provider, startOAuthServers(t, authority, provider, mechanisms)}
}

// TestOAuthClientCredentials tests on the command line with client credentials, good and wrong, at a real provider and
// real mail servers.
func TestOAuthClientCredentials(t *testing.T) {
	t.Parallel()
	for mechanism, offered := range map[string]string{"OAUTHBEARER": "xoauth2 oauthbearer", "XOAUTH2": "xoauth2"} {
		c := startChain(t, offered)
		for _, server := range []realServer{c.servers.postfix, c.servers.dovecot} {
			for _, one := range c.credentials(t, server) {
				t.Run(mechanism+"/"+server.name+"/"+one.name, func(t *testing.T) {
					t.Parallel()
					c.check(t, server, one)
				})
			}
		}
	}
}

// credentials are the cases. Each has a client of its own, whose requests are counted.
func (c chain) credentials(t *testing.T, server realServer) []credentialsCase {
	t.Helper()
	client := func(name string, changes ...func(*oauthClient)) oauthClient {
		return c.provider.client(t, name+" at "+server.name, server.login, changes...)
	}
	inHeader := func(o *oauthClient) { o.Style = "client_secret_basic" }
	at := func(url string) map[string]string { return map[string]string{"oauth_token_url": url} }
	const refused = "login_failed"
	return []credentialsCase{
		{name: "post", client: client("post"), outcome: "complete", asked: 1},
		{name: "basic", client: client("basic", inHeader), set: map[string]string{"oauth_client_style": "basic"},
			outcome: "complete", asked: 1},
		{name: "over TLS", client: client("tls"), set: at(c.provider.TLS + "/token"), outcome: "complete", asked: 1},
		{name: "by its issuer", client: client("issuer"), outcome: "complete", asked: 1,
			set: map[string]string{"oauth_token_url": "", "oauth_issuer": c.provider.Plain}},
		{name: "long token", client: client("long", func(o *oauthClient) { o.TokenBits = 15_000 }), outcome: "complete",
			asked: 1},
		{name: "wrong secret", client: client("wrong"), secret: "wr0ng", outcome: refused, cause: "oauth_client_refused",
			field: "oauth_client_secret", step: "token", asked: 1},
		{name: "unknown client", client: oauthClient{ID: "nobody", Secret: "s3cret of nobody"}, outcome: refused,
			cause: "oauth_client_refused", field: "oauth_client_secret", step: "token", asked: 0},
		{name: "unknown scope", client: client("scope", func(o *oauthClient) { o.Scope = "openid" }), outcome: refused,
			cause: "oauth_scope_refused", field: "oauth_scope", step: "token", asked: 1},
		{name: "another grant only", client: client("grant", func(o *oauthClient) { o.Grants = []string{"refresh_token"} }),
			outcome: refused, cause: "oauth_flow_not_allowed", field: "oauth_client_id", step: "token", asked: 1},
		{name: "no endpoint", client: client("elsewhere"), set: at(c.provider.Plain + "/elsewhere"), outcome: "failed",
			cause: "oauth_endpoint_not_understood", field: "oauth_token_url", step: "token"},
		{name: "nobody there", client: client("away"), set: at(fmt.Sprintf("http://127.0.0.1:%d/token", freePorts(t, 1)[0])),
			outcome: "failed", cause: "oauth_endpoint_unreachable", field: "oauth_token_url", step: "token"},
		{name: "another issuer", client: client("other issuer"), outcome: "failed", cause: "oauth_issuer_wrong",
			field: "oauth_issuer", step: "token",
			set: map[string]string{"oauth_token_url": "", "oauth_issuer": c.provider.TLS}},
		{name: "untrusted", client: client("untrusted"), outcome: "failed", cause: "oauth_endpoint_untrusted",
			field: "oauth_token_url", step: "token",
			set: map[string]string{"oauth_token_url": c.provider.TLS + "/token", "ca_certificate": ""}},
		{name: "another mailbox's", client: c.provider.client(t, "bob at "+server.name, "bob@postfix.test"),
			outcome: refused, cause: "oauth2_token_refused", step: "auth", asked: 1},
	}
}

func (c chain) check(t *testing.T, server realServer, one credentialsCase) {
	t.Helper()
	secret := one.client.Secret
	if one.secret != "" {
		secret = one.secret
	}
	set := map[string]string{"server": "127.0.0.1", "port": fmt.Sprint(server.starttls), "use_ssl": "true",
		"login": server.login, "authentication": "client_credentials", "ca_certificate": "@" + c.servers.ca,
		"oauth_token_url": c.provider.Plain + "/token", "oauth_client_id": one.client.ID, "oauth_scope": "smtp"}
	for field, value := range one.set {
		set[field] = value
	}
	args := []string{"test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"),
		"--secret", "oauth_client_secret=env:SECRET"}
	for field, value := range set {
		args = append(args, "--set", field+"="+value)
	}
	r := harness(t, secret, args...)
	report := verdict(t, r)
	first := shared.Diagnostic{}
	if one.outcome != "complete" && len(report.Diagnostics) > 0 {
		first = report.Diagnostics[0]
	}
	if report.Outcome != one.outcome || first.Code != one.cause || first.Step != one.step ||
		one.field != "" && first.Field != one.field {
		t.Errorf("got %s, %+v\n%s\n%s", report.Outcome, report.Diagnostics, strings.Join(report.Transcript, "\n"), r.stderr)
	}
	if asked := c.provider.requests(t, one.client.ID); len(asked) != one.asked {
		t.Errorf("the provider was asked %+v", asked)
	}
	if found := leaks(r.stdout+r.stderr, secret); len(found) > 0 {
		t.Errorf("the secret is in the output: %q", found)
	}
}
