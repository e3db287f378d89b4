package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// rotating is an endpoint that gives another refresh token each time, and ends the grant when an old one is used.
type rotating struct {
	mu     sync.Mutex
	valid  string
	asked  int
	ended  bool
	status int // of all answers; 0 gives tokens
	takes  time.Duration
	keeps  bool // the refresh token
	life   int  // of access tokens, in seconds; 0 is an hour
}

func (r *rotating) RoundTrip(request *http.Request) (*http.Response, error) {
	content, _ := io.ReadAll(request.Body)
	form, _ := url.ParseQuery(string(content))
	time.Sleep(r.takes)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	status, body := r.status, `{"error":"temporarily_unavailable"}`
	switch {
	case status != 0:
	case r.ended || form.Get("refresh_token") != r.valid:
		r.ended, status, body = true, http.StatusBadRequest, `{"error":"invalid_grant"}`
	default:
		if !r.keeps {
			r.valid = fmt.Sprint("refresh-", r.asked)
		}
		status = http.StatusOK
		body = fmt.Sprintf(`{"access_token":"access-%d","refresh_token":%q,"token_type":"Bearer","expires_in":%d}`,
			r.asked, r.valid, cmp.Or(r.life, 3600))
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}}}, nil
}

// sharedGrant is a row of a database that several processes use.
type sharedGrant struct {
	mu      sync.Mutex
	grant   Grant
	expires time.Time
	lease   time.Time
	gone    bool
	refused bool
	away    int // so many times nothing can be stored
}

func (s *sharedGrant) Load(context.Context) (Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return Grant{}, ErrNoGrant
	}
	grant := s.grant
	grant.Left = max(0, time.Until(s.expires))
	return grant, nil
}

func (s *sharedGrant) Lease(_ context.Context, version int64, life time.Duration) (Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version != s.grant.Version || time.Now().Before(s.lease) {
		return nil, nil //nolint:nilnil // See Grants.
	}
	s.lease = time.Now().Add(life)
	return sharedLease{s, version}, nil
}

type sharedLease struct {
	row     *sharedGrant
	version int64
}

func (l sharedLease) Replace(_ context.Context, next Answer) (bool, error) {
	s := l.row
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away > 0 {
		s.away--
		return false, errors.New("the database is away")
	}
	if l.version != s.grant.Version {
		return false, nil
	}
	life := time.Until(next.Expires)
	s.grant = Grant{Version: l.version + 1, Refresh: next.Refresh, Access: next.Text, Life: life}
	s.expires, s.lease, s.refused = next.Expires, time.Time{}, false
	return true, nil
}

func (l sharedLease) Release(_ context.Context, refused bool, doubt Doubt) error {
	s := l.row
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.version == s.grant.Version {
		s.lease, s.refused, s.grant.Doubt = time.Time{}, refused, cmp.Or(s.grant.Doubt, doubt)
	}
	return nil
}

var registered = Registration{
	Endpoints: Endpoints{Token: "https://login.example/token"}, ClientID: "console",
	Secret: shared.NewSecretText(clientSecret),
}

func nodesOf(endpoint *rotating, row *sharedGrant, count int) []*Source {
	endpoint.valid = "refresh-0"
	row.grant.Refresh = shared.NewSecretText(endpoint.valid)
	var nodes []*Source
	for range count {
		nodes = append(nodes, NewGrantSource(Client{Transport: endpoint}, registered, row, "grant"))
	}
	return nodes
}

// TestNodesRenewOnce has two processes renew the same grant at the same instant, 200 times: one request each time, and
// the grant lives.
func TestNodesRenewOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{takes: 300 * time.Millisecond}, &sharedGrant{}
		nodes := nodesOf(endpoint, row, 2)
		for round := 1; round <= 200; round++ {
			var wg sync.WaitGroup
			for _, node := range nodes {
				for range 4 {
					wg.Go(func() {
						if got := token(t, node, ""); got != fmt.Sprint("access-", round) {
							t.Errorf("round %d: %s", round, got)
						}
					})
				}
			}
			wg.Wait()
			if endpoint.asked != round || endpoint.ended {
				t.Fatalf("round %d: %d requests, ended %t", round, endpoint.asked, endpoint.ended)
			}
			time.Sleep(time.Hour)
		}
	})
}

// TestRefusedTokenOfGrant renews a token that the mail server has refused, once for all processes.
func TestRefusedTokenOfGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{}
		nodes := nodesOf(endpoint, row, 2)
		first := token(t, nodes[0], "")
		known, err := nodes[1].Token(t.Context(), shared.SecretText{})
		if err != nil || known.Fetched || known.Text.Reveal() != first {
			t.Errorf("the other process: %+v, %v", known, err)
		}
		for _, node := range nodes {
			if got := token(t, node, first); got != "access-2" {
				t.Errorf("%s in the place of the refused one", got)
			}
		}
		if endpoint.asked != 2 {
			t.Errorf("%d requests", endpoint.asked)
		}
	})
}

// TestKilledWhileRenewing waits for the lease of a process that died, and not for longer.
func TestKilledWhileRenewing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{}
		nodes := nodesOf(endpoint, row, 1)
		if lease, err := row.Lease(t.Context(), 0, leaseLife); lease == nil || err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if got := token(t, nodes[0], ""); got != "access-1" || time.Since(began) < leaseLife-leaseWait ||
			time.Since(began) > leaseLife+leaseWait {
			t.Errorf("%s after %s", got, time.Since(began))
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Hour)
		if lease, err := row.Lease(t.Context(), 1, leaseLife); lease == nil || err != nil {
			t.Fatal(err)
		}
		if _, err := nodes[0].Token(impatient, shared.SecretText{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

// TestGrantOutlivesFailures keeps the grant while the endpoint is away, and says when it has ended.
func TestGrantOutlivesFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{status: http.StatusServiceUnavailable}, &sharedGrant{}
		nodes := nodesOf(endpoint, row, 1)
		var failure *Error
		if _, err := nodes[0].Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
			failure.Kind != KindBusy ||
			failure.Method != ByGrant {
			t.Errorf("%v", err)
		}
		endpoint.status = 0
		if got := token(t, nodes[0], ""); got != "access-2" {
			t.Errorf("%s when the endpoint is back", got)
		}
		endpoint.valid = "another"
		if _, err := nodes[0].Token(t.Context(), shared.NewSecretText("access-2")); !errors.As(err, &failure) ||
			failure.Code != "invalid_grant" || !row.refused {
			t.Errorf("%v, refused %t", err, row.refused)
		}
		row.gone = true
		if _, err := nodes[0].Token(t.Context(), shared.SecretText{}); !errors.Is(err, ErrNoGrant) {
			t.Errorf("%v", err)
		}
	})
}

// TestReplacedMeanwhile uses what another process has got where the refresh token was used up by it: its lease ended
// while the endpoint was slow.
func TestReplacedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{takes: 10 * time.Second}, &sharedGrant{}
		nodes := nodesOf(endpoint, row, 1)
		go func() {
			time.Sleep(5 * time.Second)
			endpoint.mu.Lock()
			endpoint.valid = "refresh-of-another"
			endpoint.mu.Unlock()
			next := Answer{Text: shared.NewSecretText("access-of-another"), Expires: time.Now().Add(time.Hour),
				Refresh: shared.NewSecretText("refresh-of-another")}
			_, _ = sharedLease{row, 0}.Replace(context.Background(), next)
		}()
		if got := token(t, nodes[0], ""); got != "access-of-another" {
			t.Errorf("%s", got)
		}
	})
}
