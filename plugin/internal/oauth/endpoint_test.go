package oauth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// endpoint is one that answers as it is told, and keeps what it was asked.
type endpoint struct {
	*httptest.Server
	answer http.HandlerFunc

	mu    sync.Mutex
	asked []*http.Request
}

func newEndpoint(t testing.TB, answer http.HandlerFunc) *endpoint {
	t.Helper()
	e := &endpoint{answer: answer}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		e.mu.Lock()
		e.asked = append(e.asked, r)
		e.mu.Unlock()
		e.answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) requests() []*http.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*http.Request(nil), e.asked...)
}

// says answers with a status and a body in JSON.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const tokenAnswer = `{"access_token":"t0ken-of-the-endpoint","token_type":"Bearer","expires_in":3599}`

func ourClient() Client { return Client{Transport: NewTransport(smtpconn.Dialer{}, nil)} }

const clientSecret = "zX9~4pQ7_kW2.vB8-mN5hT3~rJ6"

func withSecret(where string) Application {
	return Application{
		TokenURL: where, ClientID: "console", Scope: "smtp other",
		Proof: Secret{Text: shared.NewSecretText(clientSecret)},
	}
}

// ourKey is the same for all tests: making one takes a while.
var ourKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func ourCertificate(t testing.TB) Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "console"}, NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, ourKey().Public(), ourKey())
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{Key: ourKey(), Certificate: made}
}

// keyFile is the JSON that Google gives out, with changes.
func keyFile(t testing.TB, changes map[string]string) string {
	t.Helper()
	encoded, err := x509.MarshalPKCS8PrivateKey(ourKey())
	if err != nil {
		t.Fatal(err)
	}
	file := map[string]string{
		"type": "service_account", "client_email": "console@project.iam.gserviceaccount.com", "client_id": "1234567890",
		"private_key_id": "key-1", "token_uri": "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
	}
	for name, value := range changes {
		file[name] = value
	}
	written, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}
