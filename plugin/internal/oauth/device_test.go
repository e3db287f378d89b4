package oauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// devices is an endpoint that gives a code for a device, and answers the questions for it in turn.
func devices(t *testing.T, document string, answers ...http.HandlerFunc) (*endpoint, Registration) {
	t.Helper()
	var e *endpoint
	e = newEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/device" {
			says(200, strings.ReplaceAll(document, "HERE", e.URL))(w, r)
			return
		}
		next := answers[0]
		answers = answers[1:]
		next(w, r)
	})
	r := provider(e)
	r.Device = e.URL + "/device"
	return e, r
}

const deviceAnswer = `{"device_code":"d3vice-c0de","user_code":"WXYZ-1234","verification_uri":"HERE/enter",` +
	`"expires_in":600,"interval":1}`

// TestDevice waits until the code was entered, and sends the client secret as other requests do.
func TestDevice(t *testing.T) {
	for _, inHeader := range []bool{false, true} {
		e, r := devices(t, deviceAnswer, says(400, `{"error":"authorization_pending"}`), says(200, grantAnswer))
		r.InHeader = inHeader
		device, err := ourClient().BeginDevice(t.Context(), r)
		if err != nil || device.Code != "WXYZ-1234" || device.URL != e.URL+"/enter" ||
			time.Until(device.Expires) < time.Minute {
			t.Fatalf("%+v, %v", device, err)
		}
		got, err := ourClient().FinishDevice(t.Context(), r, device)
		if err != nil || got.Refresh.Reveal() != "r3fresh-of-the-endpoint" {
			t.Fatalf("%v", err)
		}
		for _, request := range e.requests() {
			_, password, _ := request.BasicAuth()
			if (password == clientSecret) != inHeader || (request.PostForm.Get("client_secret") == clientSecret) == inHeader {
				t.Errorf("in the header %t: %v", inHeader, request.PostForm)
			}
		}
		if form := e.requests()[1].PostForm; form.Get("device_code") != "d3vice-c0de" ||
			form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" {
			t.Errorf("%v", form)
		}
	}
}

// TestDeviceRefused reads what an endpoint answers instead of a code or a token, and does not repeat the device code.
func TestDeviceRefused(t *testing.T) {
	var failure *Error
	_, r := devices(t, deviceAnswer, says(400, `{"error":"access_denied","error_description":"not for d3vice-c0de"}`))
	device, err := ourClient().BeginDevice(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ourClient().FinishDevice(t.Context(), r, device)
	if !errors.As(err, &failure) || failure.Code != "access_denied" || failure.Method != BySignIn ||
		strings.Contains(err.Error(), "d3vice") {
		t.Errorf("%v", err)
	}
	device.Expires = time.Now().Add(-time.Second)
	if _, err := ourClient().FinishDevice(t.Context(), r, device); !errors.As(err, &failure) ||
		failure.Code != "expired_token" {
		t.Errorf("%v", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := ourClient().FinishDevice(left, r, device); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for document, want := range map[string]Kind{
		`{}`: KindUnreachable, `{"device_code":"x","user_code":"A B","verification_uri":"HERE"}`: KindNotUnderstood,
		strings.ReplaceAll(deviceAnswer, "HERE", "http://evil.example"): KindNotUnderstood, `<html>`: KindNotUnderstood,
	} {
		_, r := devices(t, document)
		_, err := ourClient().BeginDevice(t.Context(), r)
		if !errors.As(err, &failure) || failure.Kind != want && failure.Kind != KindNotUnderstood {
			t.Errorf("%s: %v", document, err)
		}
	}
	e := newEndpoint(t, says(400, `{"error":"unauthorized_client","error_description":"AADSTS7000218: no"}`))
	r = provider(e)
	r.Device = e.URL
	if _, err := ourClient().BeginDevice(t.Context(), r); !errors.As(err, &failure) ||
		failure.Code != "unauthorized_client" || failure.Number != 7000218 {
		t.Errorf("%v", err)
	}
}

// TestDeviceEndpointAway goes on asking while the endpoint is away, says so in the end, and does not ask on where that
// is of no use.
func TestDeviceEndpointAway(t *testing.T) {
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	denied := &smtpconn.Error{Kind: smtpconn.KindNotPermitted, Err: errors.New("the operator denies 10.0.0.1")}
	for _, c := range []struct {
		name   string
		err    error
		answer string
		want   Kind
		asked  int
	}{
		{"away", errors.New("connection refused"), "", KindUnreachable, 14},
		{"busy", nil, `{"error":"temporarily_unavailable"}`, KindBusy, 14},
		{"not entered", nil, `{"error":"authorization_pending"}`, KindRefused, 60},
		{"untrusted", certificate, "", KindUnreachable, 1}, {"not permitted", denied, "", KindUnreachable, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			client := Client{Transport: carry(func(*http.Request) (*http.Response, error) {
				asked++
				if c.err != nil {
					return nil, c.err
				}
				return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
					Body: io.NopCloser(strings.NewReader(c.answer))}, nil
			})}
			device := Device{Secret: shared.NewSecretText("d3vice"), Interval: 10 * time.Second,
				Expires: time.Now().Add(10*time.Minute + time.Second)}
			_, err := client.FinishDevice(t.Context(), registered, device)
			var failure *Error
			if !errors.As(err, &failure) || failure.Kind != c.want || c.err != nil && !errors.Is(err, c.err) ||
				(failure.Code == "expired_token") != (c.want == KindRefused) || asked != c.asked {
				t.Errorf("%s: %v after %d questions", c.name, err, asked)
			}
		})
	}
}

// TestSilentDeviceEndpoint gives a question for a code up with the one who asks, and after the time limit; and leaves
// no connection behind.
func TestSilentDeviceEndpoint(t *testing.T) {
	asked, left := make(chan struct{}), make(chan struct{})
	e := newEndpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
		left <- struct{}{}
	})
	r := provider(e)
	r.Device = e.URL
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	var failure *Error
	if _, err := ourClient().BeginDevice(ctx, r); !errors.As(err, &failure) || failure.Kind != KindUnreachable ||
		!errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-left
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		silent := Client{Transport: carry(func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		})}
		if _, err := silent.BeginDevice(t.Context(), r); !errors.Is(err, context.DeadlineExceeded) ||
			time.Since(began) != timeLimit {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// TestIssuerOfReturn takes a browser back from the issuer that it was sent to, and from no other.
func TestIssuerOfReturn(t *testing.T) {
	ours := Registration{Issuer: "https://a.example/"}
	says := Registration{Issuer: "https://a.example", Endpoints: Endpoints{SaysIssuer: true}}
	microsoft := MicrosoftSignIn("global", "common", "console", shared.SecretText{})
	for _, c := range []struct {
		r      Registration
		issuer string
		want   bool
	}{
		{ours, "", true}, {ours, "https://a.example", true}, {ours, "https://b.example", false},
		{says, "", false}, {says, "https://a.example", true},
		{microsoft, "https://login.microsoftonline.com/7b9d1f30/v2.0", true}, {microsoft, "https://evil.example/", false},
		{GoogleSignIn("x", shared.SecretText{}), "https://accounts.google.com", true},
	} {
		if got := c.r.comesFrom(c.issuer); got != c.want {
			t.Errorf("%s from %q: %t", c.r.Issuer, c.issuer, got)
		}
	}
}

// TestAccount reads who signed in where that can be read, and nothing else.
func TestAccount(t *testing.T) {
	jwt := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
	}
	for _, c := range []struct{ identity, access, want string }{
		{jwt(`{"email":"a@b.example","upn":"c@d.example"}`), "", "a@b.example"},
		{jwt(`{"preferred_username":"a@b.example"}`), jwt(`{"upn":"c@d.example"}`), "a@b.example"},
		{"", jwt(`{"upn":"c@d.example"}`), "c@d.example"}, {"", jwt(`{"unique_name":"c@d.example"}`), "c@d.example"},
		{jwt(`{"email":"live.com#a","sub":"x"}`), "opaque", ""}, {"a.b.c", "", ""}, {jwt(`{"email":17}`), "", ""},
		{jwt(`{"email":"a@b.example\u0000<script>"}`), "", ""},
	} {
		token := (&oauth2.Token{AccessToken: c.access}).WithExtra(map[string]any{"id_token": c.identity})
		if got := accountOf(token); got != c.want {
			t.Errorf("%s: %q, want %q", fmt.Sprint(c.identity, c.access), got, c.want)
		}
	}
}
