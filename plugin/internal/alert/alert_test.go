package alert

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

var (
	key   = shared.NewSecretText("0123456789abcdef")
	event = health.Event{
		ID: "one", Number: 3, From: shared.HealthHealthy, To: shared.HealthBroken, At: time.Unix(0, 0), Waiting: 2,
		Cause: &finding.Finding{
			Severity: shared.SeverityError, Code: "connection_refused", Summary: text.Of("It is away."),
			Evidence: &shared.Evidence{Text: "what a server has said"},
		},
	}
)

func caller() *Caller { return NewCaller(oauth.NewTransport(smtpconn.Dialer{}, nil)) }

// TestSignedEvent holds what a receiver gets: CloudEvents in structured mode, the signature of its bytes, and nothing
// that a server has said.
func TestSignedEvent(t *testing.T) {
	var body []byte
	var header http.Header
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	defer receiver.Close()
	if err := caller().Tell(t.Context(), receiver.URL, key, event); err != nil {
		t.Fatal(err)
	}
	sum := hmac.New(sha256.New, []byte(key.Reveal()))
	sum.Write(body)
	if got := header.Get(Signature); got != "sha256="+hex.EncodeToString(sum.Sum(nil)) {
		t.Errorf("the signature is %s", got)
	}
	if got := header.Get("Content-Type"); got != "application/cloudevents+json; charset=utf-8" {
		t.Errorf("the type is %s", got)
	}
	const want = `{"specversion":"1.0","id":"one","source":"urn:smtp-settings:smtp",` +
		`"type":"smtp-settings.health.changed","time":"1970-01-01T00:00:00Z","datacontenttype":"application/json",` +
		`"data":{"state":"broken","previous":"healthy","since":"1970-01-01T00:00:00Z","severity":"critical",` +
		`"cause":"connection_refused","summary":"The mail server is there, but nothing answers on its port.","waiting":2}}`
	if string(body) != want {
		t.Errorf("the body is\n%s, want\n%s", body, want)
	}
	if err := caller().Tell(t.Context(), receiver.URL, shared.SecretText{}, event); err != nil ||
		header.Get(Signature) != "" {
		t.Errorf("without a secret: %v, %v", header, err)
	}
}

// TestHostileReceivers holds that a receiver that redirects, refuses, lies about its length or does not end its answer
// gets the signature once, that it is no success where it is none, and that no error names the address.
func TestHostileReceivers(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string // "" is success
	}{
		{"redirects", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, "redirects"},
		{"moved for good", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusPermanentRedirect)
		}, "redirects"},
		{"refuses", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "status 403"},
		{"nothing there", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
			"status 404"},
		{"an answer without end", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, ""},
		{"headers without end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 4<<20))
		}, "does not answer in HTTP"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "closed the connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int64
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				c.answer(w, r)
			}))
			defer receiver.Close()
			const path = "/hook/T0PS3CRET"
			err := caller().Tell(t.Context(), receiver.URL+path, key, event)
			if got := fmt.Sprint(err); (err == nil) != (c.want == "") || !strings.Contains(got, c.want) ||
				strings.Contains(got, "T0PS3CRET") {
				t.Errorf("%v, want %q", err, c.want)
			}
			if asked.Load() != 1 || elsewhere.Load() != 0 {
				t.Errorf("asked %d times, and elsewhere %d times", asked.Load(), elsewhere.Load())
			}
		})
	}
}

// TestSilentReceiver holds that a receiver that does not answer is left, and that an address on another machine is not
// spoken to without encryption.
func TestSilentReceiver(t *testing.T) {
	release := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer receiver.Close()
	defer close(release)
	impatient := caller()
	impatient.limit = 50 * time.Millisecond
	if err := impatient.Beat(t.Context(), receiver.URL+"/T0PS3CRET"); err == nil ||
		strings.Contains(err.Error(), "T0PS3CRET") {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := caller().Beat(ended, receiver.URL); err == nil {
		t.Error("a call that was given up has succeeded")
	}
	if err := caller().Beat(t.Context(), "http://192.0.2.1/"); err == nil {
		t.Error("spoken to without encryption")
	}
}

// TestBeat holds that a heartbeat is fetched without a signature.
func TestBeat(t *testing.T) {
	var got *http.Request
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	defer receiver.Close()
	if err := caller().Beat(t.Context(), receiver.URL+"/ping"); err != nil || got.Method != http.MethodGet ||
		got.URL.Path != "/ping" || got.Header.Get(Signature) != "" {
		t.Errorf("%v, %v", got, err)
	}
}

// TestWhatIsConfigured holds what plugin.hcl may say, and that no error repeats it.
func TestWhatIsConfigured(t *testing.T) {
	directory := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return "file://" + path
	}
	t.Setenv("ALERT_URL", "https://hooks.example/T0PS3CRET")
	for given, good := range map[string]bool{
		"https://hooks.example/T0PS3CRET": true, "http://127.0.0.1:8080/": true, "env://ALERT_URL": true,
		file("url", "https://hooks.example/x\n"): true, file("plain", "http://hooks.example/T0PS3CRET"): false,
		"http://hooks.example/T0PS3CRET": false, "https://ada:T0PS3CRET@hooks.example/": false, "T0PS3CRET": false,
		"env://NO-NAME": false, "env://T0PS3CRET_NOT_SET": false, "file://" + directory + "/none": false,
	} {
		var address Address
		err := address.UnmarshalText([]byte(given))
		if err == nil {
			_, err = address.Read()
		}
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "T0PS3CRET") {
			t.Errorf("%s: %v", given, err)
		}
	}
	for given, good := range map[string]bool{
		"0123456789abcdef": true, "0123456789abcde": false, file("key", "0123456789abcdef\n"): true,
		file("short", "T0PS3CRET"): false, "env://NOT_SET": false,
	} {
		var secret Secret
		err := secret.UnmarshalText([]byte(given))
		if err == nil {
			_, err = secret.Read()
		}
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "T0PS3CRET") {
			t.Errorf("%s: %v", given, err)
		}
	}
	if none, err := Secret("").Read(); err != nil || !none.IsEmpty() {
		t.Errorf("no secret: %v", err)
	}
}
