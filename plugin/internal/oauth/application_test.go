package oauth

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestClientSecret sends id and secret in the one way that was chosen, and never twice.
func TestClientSecret(t *testing.T) {
	for name, inHeader := range map[string]bool{"in the form": false, "in the header": true} {
		e := newEndpoint(t, says(200, tokenAnswer))
		application := withSecret(e.URL)
		application.Proof = Secret{Text: shared.NewSecretText(clientSecret), InHeader: inHeader}
		got, err := ourClient().Token(t.Context(), application)
		if err != nil || got.Text.Reveal() != "t0ken-of-the-endpoint" || time.Until(got.Expires) < 59*time.Minute {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		request := e.requests()[0]
		id, secret, given := request.BasicAuth()
		inForm := request.PostForm.Get("client_id") == "console" && request.PostForm.Get("client_secret") == clientSecret
		if inForm == inHeader || given != inHeader || inHeader && (id != "console" || secret != clientSecret) {
			t.Errorf("%s: form %v, basic %t %q", name, request.PostForm, given, id)
		}
		if request.PostForm.Get("grant_type") != "client_credentials" || request.PostForm.Get("scope") != "smtp other" {
			t.Errorf("%s: %v", name, request.PostForm)
		}
		e.answer = says(401, `{"error":"invalid_client"}`)
		if _, err = ourClient().Token(t.Context(), application); err == nil || len(e.requests()) != 2 {
			t.Errorf("%s: a wrong secret was sent %d times, %v", name, len(e.requests())-1, err)
		}
	}
}

// verified reads an assertion and checks its signature.
func verified(t *testing.T, jwt string) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no assertion", jwt)
	}
	decode := func(part string, into any) {
		content, err := base64.RawURLEncoding.DecodeString(part)
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	decode(parts[0], &header)
	decode(parts[1], &claims)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if header["alg"] == "PS256" {
		err = rsa.VerifyPSS(&ourKey().PublicKey, crypto.SHA256, digest[:], signature, nil)
	} else {
		err = rsa.VerifyPKCS1v15(&ourKey().PublicKey, crypto.SHA256, digest[:], signature)
	}
	if err != nil {
		t.Error(err)
	}
	return header, claims
}

func TestClientCertificate(t *testing.T) {
	e := newEndpoint(t, says(200, tokenAnswer))
	certificate := ourCertificate(t)
	application := Application{TokenURL: e.URL, ClientID: "console", Scope: "x/.default", Proof: certificate}
	now := time.Unix(1_790_000_000, 0)
	client := ourClient()
	client.Now = func() time.Time { return now }
	ids := map[any]bool{}
	for range 2 {
		if _, err := client.Token(t.Context(), application); err != nil {
			t.Fatal(err)
		}
		form := e.requests()[len(e.requests())-1].PostForm
		header, claims := verified(t, form.Get("client_assertion"))
		sum := sha256.Sum256(certificate.Certificate.Raw)
		if header["alg"] != "PS256" || header["typ"] != "JWT" || header["x5t#S256"] != inBase64(sum[:]) {
			t.Errorf("header %v", header)
		}
		if claims["aud"] != e.URL || claims["iss"] != "console" || claims["sub"] != "console" ||
			claims["nbf"] != float64(now.Unix()-360) || claims["exp"] != float64(now.Unix()+360) {
			t.Errorf("claims %v", claims)
		}
		ids[claims["jti"]] = true
		if form.Get("client_assertion_type") != bearerAssertion || form.Get("client_id") != "console" ||
			form.Has("client_secret") {
			t.Errorf("form %v", form)
		}
	}
	if len(ids) != 2 || ids[nil] {
		t.Errorf("the ids of two assertions are %v", ids)
	}
}

func TestServiceAccount(t *testing.T) {
	e := newEndpoint(t, says(200, tokenAnswer))
	account, err := ReadServiceAccount(keyFile(t, map[string]string{"token_uri": e.URL}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ourClient().Token(t.Context(), account.Application("box@example.com")); err != nil {
		t.Fatal(err)
	}
	form := e.requests()[0].PostForm
	header, claims := verified(t, form.Get("assertion"))
	if header["alg"] != "RS256" || header["kid"] != "key-1" {
		t.Errorf("header %v", header)
	}
	if claims["iss"] != account.Email || claims["sub"] != "box@example.com" || claims["aud"] != e.URL ||
		claims["scope"] != "https://mail.google.com/" {
		t.Errorf("claims %v", claims)
	}
	if form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || len(form) != 2 {
		t.Errorf("form %v", form)
	}
}

// TestReadServiceAccount takes the file that Google gives out, and nothing that leads elsewhere.
func TestReadServiceAccount(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"as it is": {keyFile(t, nil), nil},
		"an old one": {keyFile(t, map[string]string{"token_uri": "https://accounts.google.com/o/oauth2/token"}),
			nil},
		"without token_uri": {keyFile(t, map[string]string{"token_uri": ""}), nil},
		"a stand-in":        {keyFile(t, map[string]string{"token_uri": "http://127.0.0.1:4100/token"}), nil},
		"elsewhere": {keyFile(t, map[string]string{"token_uri": "https://evil.example/token"}),
			ErrTokenURIElsewhere},
		"looks like Google":  {keyFile(t, map[string]string{"token_uri": "https://xgoogleapis.com/"}), ErrTokenURIElsewhere},
		"no text of JSON":    {"-----BEGIN PRIVATE KEY-----", ErrNotAKeyFile},
		"of a user":          {keyFile(t, map[string]string{"type": "authorized_user"}), ErrNotServiceAccount},
		"of a client":        {`{"web":{"client_id":"x"}}`, ErrNotServiceAccount},
		"with a damaged key": {keyFile(t, map[string]string{"private_key": "xyz"}), ErrKeyDamaged},
		"with another secret": {keyFile(t, map[string]string{"private_key": "-----BEGIN X-----\nAA==\n-----END X-----"}),
			ErrKeyDamaged},
	} {
		account, err := ReadServiceAccount(c.file)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && name != "a stand-in" && account.tokenURL != googleTokenURL {
			t.Errorf("%s leads to %s", name, account.tokenURL)
		}
	}
}

func FuzzReadServiceAccount(f *testing.F) {
	f.Add(keyFile(f, nil))
	f.Add(`{"type":"service_account","client_email":"x","private_key":"-----BEGIN RSA PRIVATE KEY-----"}`)
	f.Fuzz(func(t *testing.T, file string) {
		account, err := ReadServiceAccount(file)
		if err == nil && (account.key == nil || account.tokenURL == "") {
			t.Errorf("%q was taken without a key or an address", file)
		}
	})
}

// TestMicrosoft has the addresses of its clouds.
func TestMicrosoft(t *testing.T) {
	for cloud, want := range map[string][2]string{
		"global": {"https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
			"https://outlook.office365.com/.default"},
		"us_gov": {"https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token",
			"https://outlook.office365.us/.default"},
		"china": {"https://login.partner.microsoftonline.cn/contoso.example/oauth2/v2.0/token",
			"https://partner.outlook.cn/.default"},
	} {
		got := Microsoft(cloud, "contoso.example", "id", Secret{})
		if [2]string{got.TokenURL, got.Scope} != want || !isMicrosoft(got.TokenURL) {
			t.Errorf("%s: %s, %s", cloud, got.TokenURL, got.Scope)
		}
	}
	if got := Microsoft("", "a/../b?", "id", Secret{}); !strings.Contains(got.TokenURL, "/a%2F..%2Fb%3F/") {
		t.Errorf("a tenant leads to %s", got.TokenURL)
	}
}

func TestIsGUID(t *testing.T) {
	for text, want := range map[string]bool{
		"4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915": true, "4C1F0B6E-2D57-4A0F-9A3E-15B0C5D2E915": true,
		"": false, "4c1f0b6e2d574a0f9a3e15b0c5d2e915": false, "4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e91g": false,
		"8Q~abcdefghijklmnopqrstuvwxyz0123456": false, "4c1f0b6e-2d57-4a0f-9a3e_15b0c5d2e915": false,
	} {
		if IsGUID(text) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}
