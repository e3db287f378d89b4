package acceptance

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// signsIn is a client that signs people in: by a code (RFC 7636 included), or by a code for another device.
func signsIn(redirect string) func(*oauthClient) {
	return func(c *oauthClient) {
		c.Grants = []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"}
		c.ResponseTypes, c.RedirectURIs = []string{"code"}, []string{redirect}
	}
}

// formAction is where a form of the provider's pages leads.
var formAction = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)

// consent walks through the provider's pages as a person who signs in for the mailbox and agrees, and returns where the
// provider sends the browser in the end: an address that begins with until.
func (p *oauthProvider) consent(t testing.TB, address, mailbox, until string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(next.URL.String(), until) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	answer, err := browser.Get(address)
	for range 5 {
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if left, err := answer.Location(); err == nil && strings.HasPrefix(left.String(), until) {
			return left
		}
		found := formAction.FindSubmatch(content)
		if found == nil {
			t.Fatalf("there is no form on %s: %s", answer.Request.URL, content)
		}
		form := url.Values{"prompt": {"consent"}}
		if strings.Contains(string(content), `value="login"`) {
			form = url.Values{"prompt": {"login"}, "login": {mailbox}, "password": {"x"}}
		}
		answer, err = browser.PostForm(string(found[1]), form)
	}
	t.Fatal("the provider never sends the browser back")
	return nil
}

// redeem asks for tokens, and returns the refresh token and the access token; with an error of the endpoint its code.
func (p *oauthProvider) redeem(t testing.TB, client oauthClient, form url.Values) (refresh, access, refused string) {
	t.Helper()
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	answer, err := http.PostForm(p.Plain+"/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var read struct {
		Refresh string `json:"refresh_token"`
		Access  string `json:"access_token"`
		Error   string `json:"error"`
	}
	if err := json.Unmarshal([]byte(readAll(t, answer.Body)), &read); err != nil {
		t.Fatal(err)
	}
	return read.Refresh, read.Access, read.Error
}

// active reports whether the mail servers would take the token, and for whose mailbox.
func (p *oauthProvider) active(t testing.TB, token string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Plain+"/token/introspection",
		strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("mailserver", "mailserver-secret")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var read struct {
		Active bool
		Email  string
	}
	if err := json.Unmarshal([]byte(readAll(t, answer.Body)), &read); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(read.Active, " ", read.Email)
}

// TestOAuthProviderRotates holds the suite's provider to what stories rely on: a code needs its verifier, a refresh
// token is good for one use, and another use of it ends all that was granted, even to the one who was first.
func TestOAuthProviderRotates(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	p := startOAuthProvider(t, authority)
	const redirect = "http://127.0.0.1:9/authorize/callback"
	client := p.client(t, "signs in", "", signsIn(redirect))
	verifier := strings.Repeat("v3rifier-", 6)
	sum := sha256.Sum256([]byte(verifier))
	back := p.consent(t, p.Plain+"/auth?"+url.Values{"client_id": {client.ID}, "response_type": {"code"},
		"redirect_uri": {redirect}, "scope": {"openid offline_access smtp"}, "prompt": {"consent"}, "state": {"st4te"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}.Encode(), "anna@postfix.test", redirect)
	if back.Query().Get("state") != "st4te" || back.Query().Get("iss") != p.Plain {
		t.Errorf("the browser is sent to %s", back)
	}
	first, access, refused := p.redeem(t, client, url.Values{"grant_type": {"authorization_code"},
		"code": {back.Query().Get("code")}, "redirect_uri": {redirect}, "code_verifier": {verifier}})
	if refused != "" || p.active(t, access) != "true anna@postfix.test" {
		t.Fatalf("%s, %s", refused, p.active(t, access))
	}
	refresh := func(token string) (next, access, refused string) {
		return p.redeem(t, client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
	}
	second, access, refused := refresh(first)
	if refused != "" || second == first || p.active(t, access) != "true anna@postfix.test" {
		t.Fatalf("%s, %q after %q", refused, second, first)
	}
	if _, _, refused := refresh(first); refused != "invalid_grant" {
		t.Errorf("the first token was taken twice: %q", refused)
	}
	if _, _, refused := refresh(second); refused != "invalid_grant" || p.active(t, access) != "false " {
		t.Errorf("the grant lives: %q, %s", refused, p.active(t, access))
	}
	var answered []string
	for _, one := range p.requests(t, client.ID) {
		answered = append(answered, fmt.Sprint(one.Grant, " ", one.Style, " ", one.Status, " ", one.Error))
	}
	if got := strings.Join(answered, "\n"); got != "authorization_code post 200 \nrefresh_token post 200 \n"+
		"refresh_token post 400 invalid_grant\nrefresh_token post 400 invalid_grant" {
		t.Errorf("the provider has been asked:\n%s", got)
	}
}
