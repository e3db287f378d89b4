package oauth

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// provider is a registration at the endpoint.
func provider(e *endpoint) Registration {
	return Registration{
		Endpoints: Endpoints{
			Token: e.URL + "/token", Authorization: e.URL + "/authorize", Revocation: e.URL + "/revoke",
		},
		ClientID: "console", Secret: shared.NewSecretText(clientSecret), Scope: "mail offline_access",
		RedirectURL: "https://console.example/return", Issuer: e.URL,
		Parameters: map[string]string{"access_type": "offline"},
	}
}

const grantAnswer = `{"access_token":"t0ken-of-the-endpoint","refresh_token":"r3fresh-of-the-endpoint",` +
	`"expires_in":3600}`

// TestSignIn goes to the provider with a challenge, and exchanges the code with what proves it.
func TestSignIn(t *testing.T) {
	e := newEndpoint(t, says(200, grantAnswer))
	r := provider(e)
	begun := r.Begin("box@example.com")
	there, err := url.Parse(begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := there.Query()
	sum := sha256.Sum256([]byte(begun.Verifier.Reveal()))
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "console", "redirect_uri": r.RedirectURL, "scope": r.Scope,
		"code_challenge": inBase64(sum[:]), "code_challenge_method": "S256", "login_hint": "box@example.com",
		"access_type": "offline", "state": begun.State.Reveal(),
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if other := r.Begin(""); other.State == begun.State || other.Verifier == begun.Verifier ||
		strings.Contains(begun.URL, begun.Verifier.Reveal()) || strings.Contains(begun.URL, clientSecret) {
		t.Error("two sign-ins are alike, or the address tells a secret")
	}
	got, err := ourClient().Finish(t.Context(), r, begun, "code=c0de&iss="+e.URL+"&state="+begun.State.Reveal())
	form := e.requests()[0].PostForm
	if err != nil || got.Refresh.Reveal() != "r3fresh-of-the-endpoint" || form.Get("code") != "c0de" ||
		form.Get("code_verifier") != begun.Verifier.Reveal() || form.Get("redirect_uri") != r.RedirectURL ||
		form.Get("client_secret") != clientSecret {
		t.Errorf("%v, %v", err, form)
	}
}

// TestSignInOfStrangers asks for nothing with what another sign-in, another issuer or a denial has left.
func TestSignInOfStrangers(t *testing.T) {
	e := newEndpoint(t, says(200, grantAnswer))
	r := provider(e)
	begun := r.Begin("")
	state := "&state=" + begun.State.Reveal()
	for name, c := range map[string]struct {
		returned string
		kind     Kind
		code     string
	}{
		"no state":       {"code=c0de", KindStranger, ""},
		"another state":  {"code=c0de&state=x", KindStranger, ""},
		"another issuer": {"code=c0de&iss=https://evil.example" + state, KindMixedUp, ""},
		"denied":         {"error=access_denied&error_description=The+user+said+no" + state, KindRefused, "access_denied"},
		"no code":        {"x=y" + state, KindRefused, ""},
		"no query":       {"%zz", KindStranger, ""},
		"state twice":    {"code=c0de&state=x" + state, KindStranger, ""},
		"code twice":     {"code=c0de&code=x" + state, KindStranger, ""},
		"issuer twice":   {"code=c0de&iss=" + e.URL + "&iss=https://evil.example" + state, KindStranger, ""},
		"both":           {"code=c0de&error=access_denied" + state, KindRefused, "access_denied"},
	} {
		_, err := ourClient().Finish(t.Context(), r, begun, c.returned)
		var failure *Error
		if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code || len(e.requests()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	e.answer = says(200, tokenAnswer)
	_, err := ourClient().Finish(t.Context(), r, begun, "code=c0de"+state)
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindNotLasting {
		t.Errorf("without a refresh token: %v", err)
	}
	e.answer = func(w http.ResponseWriter, r *http.Request) {
		says(400, fmt.Sprintf(`{"error":"invalid_grant","error_description":"%s %s"}`, r.PostFormValue("code"),
			r.PostFormValue("code_verifier")))(w, r)
	}
	_, err = ourClient().Finish(t.Context(), r, begun, "code=c0de-of-the-endpoint"+state)
	if err == nil || strings.Contains(err.Error(), "c0de") || strings.Contains(err.Error(), begun.Verifier.Reveal()) {
		t.Errorf("%v", err)
	}
}

// TestRefresh keeps the refresh token that is not replaced.
func TestRefresh(t *testing.T) {
	e := newEndpoint(t, says(200, tokenAnswer))
	got, err := ourClient().Refresh(t.Context(), provider(e), shared.NewSecretText("r3fresh"))
	form := e.requests()[0].PostForm
	if err != nil || got.Refresh.Reveal() != "r3fresh" || form.Get("grant_type") != "refresh_token" ||
		form.Get("refresh_token") != "r3fresh" {
		t.Errorf("%v, %v", err, form)
	}
}

// TestRevoke ends a grant at the provider, where it can be.
func TestRevoke(t *testing.T) {
	e := newEndpoint(t, func(http.ResponseWriter, *http.Request) {})
	r := provider(e)
	if err := ourClient().Revoke(t.Context(), r, shared.NewSecretText("r3fresh")); err != nil {
		t.Error(err)
	}
	if form := e.requests()[0].PostForm; form.Get("token") != "r3fresh" || form.Get("client_secret") != clientSecret {
		t.Errorf("%v", form)
	}
	for _, c := range []struct {
		status int
		body   string
		want   Kind
		err    error
	}{
		{503, "r3fresh", KindBusy, nil}, {429, `{"error":"slow_down"}`, KindBusy, nil},
		{400, `{"error":"invalid_token"}`, "", ErrAlreadyEnded}, {400, `{"error":"invalid_grant"}`, "", ErrAlreadyEnded},
		{401, `{"error":"invalid_client","error_description":"not r3fresh"}`, KindRefused, nil},
		{404, "<html>", KindNotUnderstood, nil}, {302, "", KindRedirected, nil},
		{400, strings.Repeat("x", 10<<20), KindTooLong, nil},
	} {
		e.answer = says(c.status, c.body)
		err := ourClient().Revoke(t.Context(), r, shared.NewSecretText("r3fresh"))
		var failure *Error
		if errors.As(err, &failure) != (c.want != "") || c.err != nil && !errors.Is(err, c.err) {
			t.Fatalf("%d %.40s: %v", c.status, c.body, err)
		}
		if c.want != "" && (failure.Kind != c.want || failure.Method != ByRevocation ||
			strings.Contains(err.Error(), "r3fresh")) {
			t.Errorf("%d %.40s: %v", c.status, c.body, err)
		}
	}
	r.Revocation = ""
	if err := ourClient().Revoke(t.Context(), r, shared.NewSecretText("r3fresh")); !errors.Is(err, ErrNotRevocable) {
		t.Error(err)
	}
}

// TestPages takes the page that a provider names about its refusal, when it is one of its own.
func TestPages(t *testing.T) {
	hide := func(text string) string { return strings.ReplaceAll(text, "s3cret", "***") }
	const google = "oauth2.googleapis.com"
	for _, c := range []struct{ address, endpoint, want string }{
		{"https://login.example/help?code=1", "login.example", "https://login.example/help?code=1"},
		{"https://LOGIN.example/help", "login.example", "https://LOGIN.example/help"},
		{"https://support.google.com/a/answer/1", google, "https://support.google.com/a/answer/1"},
		{"https://evil.example/help", "login.example", ""}, {"https://evilgoogle.com/", google, ""},
		{"http://login.example/help", "login.example", ""}, {"https://a:b@login.example/", "login.example", ""},
		{"https://login.example/s3cret", "login.example", ""}, {"https://login.example/ x", "login.example", ""},
		{"https://login.example/" + strings.Repeat("x", 300), "login.example", ""}, {"", "login.example", ""},
		{"javascript:alert(1)", "login.example", ""}, {"https://login.example:444/", "login.example", ""},
	} {
		if got := pageOf(c.address, c.endpoint, hide); got != c.want {
			t.Errorf("%.60s of %s: %q", c.address, c.endpoint, got)
		}
	}
}
