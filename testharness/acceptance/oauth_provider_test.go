package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// oauthProvider is a running OAuth 2.0 provider: oidc-provider from npm.
type oauthProvider struct {
	Plain string // the address without TLS, which is the issuer
	TLS   string // the address with TLS, by a certificate of the authority
}

// oauthClient is a client of the provider, as RFC 7591 section 2 writes it, with what only the suite's provider has.
type oauthClient struct {
	ID            string          `json:"client_id"`
	Secret        string          `json:"client_secret,omitempty"`
	Style         string          `json:"token_endpoint_auth_method"`
	Grants        []string        `json:"grant_types"`
	ResponseTypes []string        `json:"response_types"`
	RedirectURIs  []string        `json:"redirect_uris"`
	Scope         string          `json:"scope,omitempty"` // that it may ask for; empty is any
	Keys          json.RawMessage `json:"jwks,omitempty"`
	Mailbox       string          `json:"mailbox,omitempty"`    // that tokens without an account are for
	Lifetime      int             `json:"lifetime,omitempty"`   // of an access token, in seconds; 0 is an hour
	TokenBits     int             `json:"token_bits,omitempty"` // how long a token is; 0 is 256
}

// tokenRequest is a token request that the provider has answered.
type tokenRequest struct {
	Grant, Client, Error string
	Style                string // Basic, post or assertion
	Status               int
}

// startOAuthProvider starts the provider until the test ends.
func startOAuthProvider(t testing.TB, authority *mailserver.Authority) *oauthProvider {
	t.Helper()
	script, err := filepath.Abs("../../.ci/npm/oauth-provider.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules", "oidc-provider")); err != nil {
		missing(t, "the npm package oidc-provider is not installed")
	}
	certificate, key, _ := certificateFiles(t, publicDir(t), authority)
	command := exec.Command("node", script, certificate, key)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said recorder
	command.Stderr = &said
	if err := command.Start(); err != nil {
		missing(t, "node is not installed")
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("the OAuth provider says:\n%s", tail(said.String(), 20))
		}
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	p := &oauthProvider{}
	if err != nil || json.Unmarshal(line, p) != nil {
		t.Fatalf("the OAuth provider did not start: %v\n%s", err, said.String())
	}
	return p
}

// client registers a client that gets tokens for a mailbox by its id and secret, or changes it.
func (p *oauthProvider) client(t testing.TB, id, mailbox string, changes ...func(*oauthClient)) oauthClient {
	t.Helper()
	client := oauthClient{ID: id, Secret: "s3cret of " + id, Style: "client_secret_post",
		Grants: []string{"client_credentials"}, ResponseTypes: []string{}, RedirectURIs: []string{}, Mailbox: mailbox}
	for _, change := range changes {
		change(&client)
	}
	p.control(t, "client", client, nil)
	return client
}

// control does what a provider's time and administrators do.
func (p *oauthProvider) control(t testing.TB, action string, argument, answer any) {
	t.Helper()
	body, err := json.Marshal(argument)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := http.Post(p.Plain+"/control/"+action, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if content := readAll(t, reply.Body); answer != nil {
		if err := json.Unmarshal([]byte(content), answer); err != nil {
			t.Fatalf("%s: %v: %s", action, err, content)
		}
	}
}

// requests are the token requests of a client so far.
func (p *oauthProvider) requests(t testing.TB, client string) []tokenRequest {
	t.Helper()
	var all, found []tokenRequest
	p.control(t, "requests", struct{}{}, &all)
	for _, one := range all {
		if one.Client == client {
			found = append(found, one)
		}
	}
	return found
}

// token fetches an access token as a client with a secret does.
func (p *oauthProvider) token(t testing.TB, client oauthClient) string {
	t.Helper()
	var answer struct {
		Token string `json:"access_token"`
	}
	content := p.post(t, "/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID},
		"client_secret": {client.Secret}, "scope": {"smtp"}})
	if err := json.Unmarshal([]byte(content), &answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: %s", content)
	}
	return answer.Token
}

// revoke takes an access token back (RFC 7009).
func (p *oauthProvider) revoke(t testing.TB, client oauthClient, token string) {
	t.Helper()
	p.post(t, "/token/revocation",
		url.Values{"token": {token}, "client_id": {client.ID}, "client_secret": {client.Secret}})
}

func (p *oauthProvider) post(t testing.TB, path string, form url.Values) string {
	t.Helper()
	answer, err := http.PostForm(p.Plain+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content := readAll(t, answer.Body)
	if answer.StatusCode != http.StatusOK {
		t.Fatal(fmt.Sprint(path, " ", answer.Status, " ", content))
	}
	return content
}
