package oauth

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestDiscover reads what an issuer publishes, in either place, and nothing of another issuer.
func TestDiscover(t *testing.T) {
	const both = "/.well-known/openid-configuration /.well-known/oauth-authorization-server"
	document := func(issuer string) string {
		return `{"issuer":"` + issuer + `","token_endpoint":"` + issuer + `/token","authorization_endpoint":"x"}`
	}
	for name, c := range map[string]struct {
		answer func(self string) http.HandlerFunc
		kind   Kind // empty is found
		asked  string
	}{
		"OpenID": {func(self string) http.HandlerFunc { return says(200, document(self)) }, "",
			"/.well-known/openid-configuration"},
		"RFC 8414": {func(self string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "openid") {
					http.NotFound(w, r)
					return
				}
				says(200, document(self))(w, r)
			}
		}, "", both},
		"nothing": {func(string) http.HandlerFunc { return http.NotFound }, KindNotUnderstood, both},
		"another": {func(string) http.HandlerFunc { return says(200, document("https://evil.example")) }, KindWrongIssuer,
			""},
		"no JSON": {func(string) http.HandlerFunc { return says(200, "<html>") }, KindNotUnderstood, ""},
		"no token": {func(self string) http.HandlerFunc { return says(200, `{"issuer":"`+self+`"}`) }, KindNotUnderstood,
			""},
		"plaintext": {func(self string) http.HandlerFunc {
			return says(200, `{"issuer":"`+self+`","token_endpoint":"http://a.example/"}`)
		},
			KindNotUnderstood, ""},
		"too long": {func(string) http.HandlerFunc { return says(200, strings.Repeat("x", 10<<20)) }, KindTooLong, ""},
		"busy":     {func(string) http.HandlerFunc { return says(503, "") }, KindBusy, ""},
		"redirects": {func(string) http.HandlerFunc {
			return http.RedirectHandler("/x", http.StatusFound).ServeHTTP
		}, KindRedirected, ""},
	} {
		e := newEndpoint(t, nil)
		e.answer = c.answer(e.URL)
		found, err := ourClient().Discover(t.Context(), e.URL+"/")
		var failure *Error
		switch {
		case c.kind == "" && (err != nil || found.Token != e.URL+"/token"):
			t.Errorf("%s: %+v, %v", name, found, err)
		case c.kind != "" && (!errors.As(err, &failure) || failure.Kind != c.kind):
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
		var asked []string
		for _, one := range e.requests() {
			asked = append(asked, one.URL.Path)
		}
		if got := strings.Join(asked, " "); c.asked != "" && got != c.asked {
			t.Errorf("%s: asked at %s", name, got)
		}
	}
}

// TestIssuerGivesToken finds the endpoint first.
func TestIssuerGivesToken(t *testing.T) {
	e := newEndpoint(t, nil)
	e.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			says(200, tokenAnswer)(w, r)
			return
		}
		says(200, `{"issuer":"`+e.URL+`","token_endpoint":"`+e.URL+`/token"}`)(w, r)
	}
	application := withSecret("")
	application.Issuer = e.URL
	got, err := ourClient().Token(t.Context(), application)
	if err != nil || got.Text.IsEmpty() {
		t.Errorf("%v", err)
	}
}
