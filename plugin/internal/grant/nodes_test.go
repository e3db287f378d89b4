package grant

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// rotating is an endpoint that gives another refresh token each time, and ends the grant when an old one is used.
type rotating struct {
	*httptest.Server

	mu    sync.Mutex
	valid string
	asked int
	ended bool
}

func startRotating(t *testing.T) *rotating {
	t.Helper()
	r := &rotating{valid: "refresh-1"}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *rotating) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	refresh := request.PostFormValue("refresh_token")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	w.Header().Set("Content-Type", "application/json")
	if r.ended || refresh != r.valid {
		r.ended = true
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	r.valid = fmt.Sprint("rotated-", r.asked)
	fmt.Fprintf(w, `{"access_token":"token-%d","refresh_token":%q,"token_type":"Bearer","expires_in":3600}`, r.asked,
		r.valid)
}

// source is that of a process.
func (r *rotating) source(k *Keeper, id shared.SecretText, transport http.RoundTripper) *oauth.Source {
	registration := oauth.Registration{Endpoints: oauth.Endpoints{Token: r.URL}, ClientID: "console",
		Secret: shared.NewSecretText("client's")}
	return oauth.NewGrantSource(oauth.Client{Transport: transport}, registration, k.Of(id, parts), id.Reveal())
}

// testNodes has two processes renew at the same instant, 200 times: one request each time, and the grant lives.
func testNodes(t *testing.T, process func(t *testing.T) *Keeper) {
	endpoint := startRotating(t)
	one := process(t)
	id := add(t, one)
	nodes := []*oauth.Source{
		endpoint.source(one, id, http.DefaultTransport), endpoint.source(process(t), id, http.DefaultTransport),
	}
	refused := shared.NewSecretText("access-1") // by the mail server, so that both need another one
	for round := 1; round <= 200; round++ {
		start, want := make(chan struct{}), fmt.Sprint("token-", round)
		var wg sync.WaitGroup
		for _, node := range nodes {
			wg.Go(func() {
				<-start
				if got, err := node.Token(t.Context(), refused); err != nil || got.Text.Reveal() != want {
					t.Errorf("round %d: %s, %v", round, got.Text.Reveal(), err)
				}
			})
		}
		close(start)
		wg.Wait()
		if endpoint.asked != round || endpoint.ended {
			t.Fatalf("round %d: %d requests, ended %t", round, endpoint.asked, endpoint.ended)
		}
		refused = shared.NewSecretText(want)
	}
	if found := load(t, one, id); found.Refresh.Reveal() != endpoint.valid || found.Version != 201 {
		t.Errorf("version %d", found.Version)
	}
}

// checkLost holds that a grant is lost, and that it is said why.
func checkLost(t *testing.T, node *oauth.Source, doubt oauth.Doubt) {
	t.Helper()
	var failure *oauth.Error
	if _, err := node.Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
		failure.Code != "invalid_grant" || failure.Doubt != doubt {
		t.Errorf("%v, with the doubt %+v", err, failure)
	}
}
