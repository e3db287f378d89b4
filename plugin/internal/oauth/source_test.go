package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// fake is an endpoint without a network, for a clock that is none either.
type fake struct {
	asked  atomic.Int32
	takes  time.Duration
	life   int // seconds; 0 is not told
	status atomic.Int32
	gaveUp atomic.Int32
	same   bool // it gives the same token each time
}

func (f *fake) RoundTrip(request *http.Request) (*http.Response, error) {
	number := f.asked.Add(1)
	if f.same {
		number = 1
	}
	select {
	case <-time.After(f.takes):
	case <-request.Context().Done():
		f.gaveUp.Add(1)
		return nil, request.Context().Err()
	}
	body := fmt.Sprintf(`{"access_token":"token-%d","token_type":"bearer","expires_in":%d}`, number, f.life)
	status := int(f.status.Load())
	if status != 0 {
		body = `{"error":"invalid_client"}`
	} else {
		status = 200
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}}}, nil
}

func sourceOf(f *fake) *Source {
	return NewSource(Client{Transport: f}, withSecret("https://login.example/token"))
}

func token(t *testing.T, s *Source, refused string) string {
	t.Helper()
	got, err := s.Token(t.Context(), shared.NewSecretText(refused))
	if err != nil {
		t.Fatal(err)
	}
	return got.Text.Reveal()
}

// TestOneRequestForAll has 64 deliveries want a token at the same moment, twice.
func TestOneRequestForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Second, life: 3600}
		s := sourceOf(f)
		for round := range 2 {
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					if got := token(t, s, ""); got != fmt.Sprintf("token-%d", round+1) {
						t.Errorf("round %d: %s", round, got)
					}
				})
			}
			wg.Wait()
			if f.asked.Load() != int32(round+1) {
				t.Errorf("round %d: %d requests", round, f.asked.Load())
			}
			time.Sleep(2 * time.Hour)
		}
	})
}

// TestRenewal replaces tokens a while before they end.
func TestRenewal(t *testing.T) {
	for life, bounds := range map[int][2]time.Duration{
		3600: {3600 * time.Second * 85 / 100, 3600 * time.Second * 90 / 100},
		300:  {210 * time.Second, 240 * time.Second},
		60:   {15 * time.Second, 30 * time.Second},
		1:    {0, time.Second},
		0:    {210 * time.Second, 240 * time.Second}, // not told
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{life: life}
			s := sourceOf(f)
			first := token(t, s, "")
			time.Sleep(bounds[0] - time.Millisecond)
			if early := token(t, s, ""); bounds[0] > 0 && early != first {
				t.Errorf("%d s: renewed before %s", life, bounds[0])
			}
			time.Sleep(bounds[1] - bounds[0] + time.Second)
			if late := token(t, s, ""); late == first {
				t.Errorf("%d s: not renewed after %s", life, bounds[1])
			}
		})
	}
}

// TestCallersContext returns to each caller when he gives up, and goes on for the others.
func TestCallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Minute / 6, life: 3600}
		s := sourceOf(f)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.Token(impatient, shared.SecretText{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if got := token(t, s, ""); got != "token-1" {
				t.Errorf("%s: the question was given up although another waits", got)
			}
		})
		wg.Wait()
		time.Sleep(2 * time.Hour)
		impatient, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Token(impatient, shared.SecretText{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		synctest.Wait()
		if f.gaveUp.Load() != 1 {
			t.Errorf("a question for which nobody waits was given up %d times", f.gaveUp.Load())
		}
		if got := token(t, s, ""); got != "token-3" {
			t.Errorf("%s after a question that was given up", got)
		}
	})
}

// TestRefusedToken is replaced once, however many met the refusal.
func TestRefusedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Second, life: 3600}
		s := sourceOf(f)
		first := token(t, s, "")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if got := token(t, s, first); got != "token-2" {
					t.Errorf("%s in the place of a refused one", got)
				}
			})
		}
		wg.Wait()
		if got := token(t, s, first); got != "token-2" || f.asked.Load() != 2 {
			t.Errorf("%s after %d requests", got, f.asked.Load())
		}
	})
}

// TestSameTokenAgain takes it for the endpoint's last word that it gives a refused token again, and does not ask over
// and over.
func TestSameTokenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: time.Second, life: 3600, same: true}
		s := sourceOf(f)
		first := token(t, s, "")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		got, err := s.Token(ctx, shared.NewSecretText(first))
		if err != nil || got.Text.Reveal() != first || !got.Fetched || f.asked.Load() != 2 {
			t.Errorf("fetched %t after %d requests, %v", got.Fetched, f.asked.Load(), err)
		}
	})
}

// TestStillGood goes on with the token from before while the endpoint is away, and not when it refuses.
func TestStillGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{life: 3600}
		s := sourceOf(f)
		first := token(t, s, "")
		time.Sleep(59 * time.Minute)
		f.status.Store(503)
		if got := token(t, s, ""); got != first {
			t.Errorf("%s while the endpoint is away", got)
		}
		f.status.Store(401)
		if _, err := s.Token(t.Context(), shared.SecretText{}); err == nil {
			t.Error("the endpoint refuses, and the old token is used")
		}
		f.status.Store(503)
		time.Sleep(2 * time.Minute)
		if _, err := s.Token(t.Context(), shared.SecretText{}); err == nil {
			t.Error("a token that has ended is used")
		}
		f.status.Store(0)
		if _, err := s.Token(t.Context(), shared.SecretText{}); err != nil {
			t.Error(err)
		}
	})
}

func TestIdentity(t *testing.T) {
	base := withSecret("https://login.example/token")
	seen := map[string]bool{}
	for _, change := range []func(*Application){
		func(*Application) {}, func(a *Application) { a.TokenURL += "x" }, func(a *Application) { a.ClientID = "other" },
		func(a *Application) { a.Scope = "" }, func(a *Application) { a.Issuer = "x" },
		func(a *Application) { a.Proof = Secret{Text: shared.NewSecretText("other")} },
		func(a *Application) { a.Proof = Secret{Text: shared.NewSecretText(clientSecret), InHeader: true} },
		func(a *Application) { a.Proof = ourCertificate(t) },
	} {
		changed := base
		change(&changed)
		identity := NewSource(Client{}, changed).Identity()
		if seen[identity] || strings.Contains(identity, clientSecret) {
			t.Errorf("%+v is not told from others", changed)
		}
		seen[identity] = true
	}
}
