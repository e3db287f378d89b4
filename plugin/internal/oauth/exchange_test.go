package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// refusal asks an endpoint that answers so, and returns why there is no token.
func refusal(t *testing.T, answer http.HandlerFunc) *Error {
	t.Helper()
	_, err := ourClient().Token(t.Context(), withSecret(newEndpoint(t, answer).URL))
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *Error", err)
	}
	return failure
}

// TestRefusals reads what endpoints answer instead of a token.
func TestRefusals(t *testing.T) {
	const microsoft = `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys ` +
		`are expired.\r\nTrace ID: 8d1f\r\nCorrelation ID: 1","error_codes":[7000222],"trace_id":"8d1f"}`
	header := func(name, value string, then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(name, value)
			then(w, r)
		}
	}
	page := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><title>Sign in</title>") }
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   Kind
		code   string
		number int
		wait   time.Duration
		words  string
	}{
		"Microsoft": {says(401, microsoft), KindRefused, "invalid_client", 7000222, 0, "secret keys are expired"},
		"only numbers": {says(400, `{"error":"invalid_request","error_codes":[90002]}`), KindRefused, "invalid_request",
			90002, 0, ""},
		"Google": {says(400, `{"error":"invalid_grant","error_description":"Bad Request"}`), KindRefused,
			"invalid_grant", 0, 0, "Bad"},
		"with status 200": {says(200, `{"error":"invalid_scope"}`), KindRefused, "invalid_scope", 0, 0, ""},
		"busy": {header("Retry-After", "120", says(429, `{"error":"slow_down"}`)), KindBusy, "slow_down", 0,
			2 * time.Minute, ""},
		"broken": {says(500, `oops`), KindBusy, "", 0, 0, "oops"},
		"unavailable": {
			says(400, `{"error":"temporarily_unavailable"}`), KindBusy, "temporarily_unavailable", 0, 0, "",
		},
		"waits for ever":     {header("Retry-After", "999999999", says(503, "")), KindBusy, "", 0, 24 * time.Hour, ""},
		"waits backwards":    {header("Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT", says(503, "")), KindBusy, "", 0, 0, ""},
		"waits oddly":        {header("Retry-After", "-5", says(503, "")), KindBusy, "", 0, 0, ""},
		"redirects":          {header("Location", "http://127.0.0.1:1/", says(302, "")), KindRedirected, "", 0, 0, ""},
		"a page":             {page, KindNotUnderstood, "", 0, 0, ""},
		"a page, 404":        {says(404, "<html>Not here"), KindNotUnderstood, "", 0, 0, "Not here"},
		"no JSON":            {says(200, `access_token`), KindNotUnderstood, "", 0, 0, ""},
		"no token":           {says(200, `{"token_type":"Bearer"}`), KindNotUnderstood, "", 0, 0, ""},
		"of another type":    {says(200, `{"access_token":"x","token_type":"mac"}`), KindUnusable, "", 0, 0, "MAC"},
		"ten megabytes":      {says(200, `{"access_token":"`+strings.Repeat("x", 10<<20)+`"}`), KindTooLong, "", 0, 0, ""},
		"ten megabytes, 400": {says(400, strings.Repeat("x", 10<<20)), KindTooLong, "", 0, 0, ""},
		"cut":                {header("Content-Length", "500", says(200, `{"access`)), KindUnreachable, "", 0, 0, ""},
		"cut at once": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}, KindUnreachable, "", 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := refusal(t, c.answer)
			if got.Kind != c.kind || got.Code != c.code || got.Number != c.number || got.Wait != c.wait ||
				got.Unheard != mayBeLost(name, c.kind) || !strings.Contains(got.Words, c.words) {
				t.Errorf("%+v", got)
			}
			if got.ClientID != "console" || !strings.HasPrefix(got.Endpoint, "127.0.0.1:") || got.Method != BySecret {
				t.Errorf("who was asked: %+v", got.Asked)
			}
			if strings.ContainsAny(got.Error(), "\r\n\x00") {
				t.Errorf("%q", got)
			}
		})
	}
}

// mayBeLost reports whether the endpoint of TestRefusals may have given a token that did not arrive.
func mayBeLost(name string, kind Kind) bool {
	return kind == KindTooLong || kind == KindUnreachable ||
		slices.Contains([]string{"broken", "a page", "no JSON", "no token", "of another type"}, name)
}

// TestTokensAreVisible takes no token that would end the field of the login in which it stands.
func TestTokensAreVisible(t *testing.T) {
	for token, kind := range map[string]Kind{
		`x\u0001host=evil.example`: KindUnusable, `x\ny`: KindUnusable, `x y`: KindUnusable, `é`: KindUnusable,
		`eyJ0.e-Y_~+/|x==`: "",
	} {
		endpoint := newEndpoint(t, says(200, `{"access_token":"`+token+`"}`))
		_, err := ourClient().Token(t.Context(), withSecret(endpoint.URL))
		var failure *Error
		if errors.As(err, &failure); kind == "" && err != nil || kind != "" && (failure == nil || failure.Kind != kind) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

// TestNothingSecretIsShown has endpoints repeat what they were sent, in every place of an answer.
func TestNothingSecretIsShown(t *testing.T) {
	certificate := ourCertificate(t)
	account, err := ReadServiceAccount(keyFile(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, repeat := range map[string]func(sent string) http.HandlerFunc{
		"as description": func(sent string) http.HandlerFunc {
			return says(400, fmt.Sprintf(`{"error":"invalid_client","error_description":%q}`, sent))
		},
		"as error": func(sent string) http.HandlerFunc { return says(400, fmt.Sprintf(`{"error":%q}`, sent)) },
		"encoded": func(sent string) http.HandlerFunc {
			return says(400, `{"error":"x","error_description":"`+base64.StdEncoding.EncodeToString([]byte(sent))+`"}`)
		},
		"as a page": func(sent string) http.HandlerFunc { return says(404, sent) },
		"as token type": func(sent string) http.HandlerFunc {
			return says(200, fmt.Sprintf(`{"access_token":"x","token_type":%q}`, sent))
		},
		"as no HTTP": func(sent string) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) {
				conn, _, _ := w.(http.Hijacker).Hijack()
				fmt.Fprintf(conn, "%s\r\n\r\n", sent)
				conn.Close()
			}
		},
	} {
		for proven, proof := range map[string]Proof{
			"secret":      Secret{Text: shared.NewSecretText(clientSecret)},
			"basic":       Secret{Text: shared.NewSecretText(clientSecret), InHeader: true},
			"certificate": certificate, "service account": account,
		} {
			var sent string
			e := newEndpoint(t, nil)
			e.answer = func(w http.ResponseWriter, r *http.Request) {
				_, basic, _ := r.BasicAuth()
				for _, part := range []string{"client_secret", "client_assertion", "assertion"} {
					sent += r.PostForm.Get(part)
				}
				sent += basic
				repeat(sent)(w, r)
			}
			application := withSecret(e.URL)
			application.Proof = proof
			_, err := ourClient().Token(t.Context(), application)
			var failure *Error
			if !errors.As(err, &failure) || sent == "" {
				t.Fatalf("%s, %s: %v", name, proven, err)
			}
			shown := fmt.Sprintf("%v %+v %q %v", err, *failure, failure.Words, failure.Err)
			for _, piece := range []string{sent, sent[len(sent)/2:], base64.StdEncoding.EncodeToString([]byte(sent))[:24]} {
				if strings.Contains(shown, piece) {
					t.Errorf("%s, %s: %s", name, proven, shown)
				}
			}
		}
	}
}

// TestCheckURL takes no address that a secret could be read on the way to.
func TestCheckURL(t *testing.T) {
	for address, want := range map[string]error{
		"https://login.example/token": nil, "http://localhost:4100/token": nil, "http://127.0.0.1/token": nil,
		"http://[::1]:4100/token": nil, "https://login.example/token?policy=x": nil,
		"": ErrNotAURL, "login.example/token": ErrNotAURL, "https:///token": ErrNotAURL, "https://:443/": ErrNotAURL,
		"http://login.example/token": ErrNotHTTPS, "ftp://login.example/": ErrNotHTTPS,
		"http://127.0.0.1.evil.example/": ErrNotHTTPS, "http://localhost.evil.example/": ErrNotHTTPS,
		"https://me:secret@login.example/": ErrURLLogin, "https://login.example/#x": ErrURLFragment,
	} {
		if got := CheckURL(address); !errors.Is(got, want) {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}

// TestPolicyApplies asks no endpoint that the operator denies, directly or at the end of a redirect.
func TestPolicyApplies(t *testing.T) {
	denied := errors.New("the operator denies it")
	elsewhere := newEndpoint(t, says(200, tokenAnswer))
	e := newEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	_, err := ourClient().Token(t.Context(), withSecret(e.URL))
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindRedirected || len(elsewhere.requests()) != 0 {
		t.Errorf("a redirect: %v, followed %d times", err, len(elsewhere.requests()))
	}
	client := Client{Transport: NewTransport(smtpconn.Dialer{Permit: func(netip.AddrPort) error { return denied }}, nil)}
	if _, err = client.Token(t.Context(), withSecret(elsewhere.URL)); !errors.Is(err, denied) {
		t.Errorf("%v", err)
	}
	// Without encryption nothing leaves this machine, not even through a proxy.
	proxy := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	client = Client{Transport: NewTransport(smtpconn.Dialer{Proxy: proxy}, nil)}
	if _, err = client.Token(t.Context(), withSecret(elsewhere.URL)); err != nil {
		t.Errorf("on this machine: %v", err)
	}
}

// TestSlowEndpoint ends when the caller does.
func TestSlowEndpoint(t *testing.T) {
	hold := make(chan struct{})
	e := newEndpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	defer close(hold)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := ourClient().Token(ctx, withSecret(e.URL))
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
