package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestDatabaseAwayAfterTheAnswer does not lose what the endpoint gave when the database fails for a moment: nobody else
// has it, and the old refresh token would end the grant.
func TestDatabaseAwayAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{away: 20}
		nodes := nodesOf(endpoint, row, 2)
		for _, node := range nodes {
			if got := token(t, node, ""); got != "access-1" {
				t.Errorf("%s", got)
			}
		}
		if endpoint.ended || row.grant.Refresh.Reveal() != endpoint.valid {
			t.Errorf("the grant has ended: %+v", row.grant)
		}
	})
}

// TestShortTokensAreShared asks once for all processes, too, where tokens live for less than they are renewed before
// their end.
func TestShortTokensAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{life: 30}, &sharedGrant{}
		for _, node := range nodesOf(endpoint, row, 3) {
			if got := token(t, node, ""); got != "access-1" {
				t.Errorf("%s", got)
			}
		}
		if endpoint.asked != 1 {
			t.Errorf("%d requests", endpoint.asked)
		}
	})
}

// TestDatabaseAwayForLong stores what the endpoint gave when the database is back, with no other request: the old
// refresh token would end the grant.
func TestDatabaseAwayForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{away: 1000}
		nodes := nodesOf(endpoint, row, 2)
		began := time.Now()
		if _, err := nodes[0].Token(t.Context(), shared.SecretText{}); err == nil || time.Since(began) > leaseLife+leaseWait {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		row.away = 0
		for _, node := range nodes {
			if got := token(t, node, ""); got != "access-1" {
				t.Errorf("%s", got)
			}
		}
		if endpoint.asked != 1 || row.grant.Refresh.Reveal() != endpoint.valid {
			t.Errorf("%d requests, %+v", endpoint.asked, row.grant)
		}
	})
}

// TestOlderStatePutBack has a backup restored under processes that know better: they put back what the endpoint gave
// last, and do not use an old refresh token again.
func TestOlderStatePutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{}
		node := nodesOf(endpoint, row, 1)[0]
		var backup Grant
		for round := range 5 {
			if got := token(t, node, ""); got != fmt.Sprint("access-", round+1) {
				t.Errorf("round %d: %s", round, got)
			}
			if round == 1 {
				backup = row.grant
			}
			time.Sleep(time.Hour)
		}
		row.grant, row.expires, row.lease = backup, time.Time{}, time.Time{}
		for round := 5; round < 8; round++ {
			if got := token(t, node, ""); got != fmt.Sprint("access-", round+1) {
				t.Errorf("round %d: %s", round, got)
			}
			time.Sleep(time.Hour)
		}
		if endpoint.ended || endpoint.asked != 8 {
			t.Errorf("%d requests, ended %t", endpoint.asked, endpoint.ended)
		}
	})
}

// TestDoubtIsTold says why a refused refresh token may be an old one, and nothing of it when the endpoint is away.
func TestDoubtIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint, row := &rotating{}, &sharedGrant{}
		node := nodesOf(endpoint, row, 1)[0]
		row.grant.Doubt, endpoint.status = Interrupted, 503
		var failure *Error
		if _, err := node.Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) || failure.Doubt != "" {
			t.Errorf("away: %v", err)
		}
		endpoint.status, endpoint.ended = 0, true
		if _, err := node.Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
			failure.Doubt != Interrupted {
			t.Errorf("refused: %v", err)
		}
	})
}

// lossy is an endpoint whose answers get lost: it has replaced the refresh token all the same.
type lossy struct {
	rotating
	lose func(*http.Response) (*http.Response, error) // nil loses none
}

func (l *lossy) RoundTrip(request *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(request.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	response, err := l.rotating.RoundTrip(request)
	if l.lose == nil || err != nil {
		return response, err
	}
	return l.lose(response)
}

// broken is a body that ends too early.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// TestLostAnswerIsTold has a provider replace the refresh token, and its answer get lost. That the provider refuses the
// old one afterwards is not the fault of who signed in, and is told so, by whatever process; until the next sign-in.
func TestLostAnswerIsTold(t *testing.T) {
	instead := func(body io.Reader, status int) func(*http.Response) (*http.Response, error) {
		return func(response *http.Response) (*http.Response, error) {
			response.Body, response.StatusCode = io.NopCloser(body), status
			return response, nil
		}
	}
	fails := func(err error) func(*http.Response) (*http.Response, error) {
		return func(*http.Response) (*http.Response, error) { return nil, err }
	}
	for name, lose := range map[string]func(*http.Response) (*http.Response, error){
		"slow": fails(context.DeadlineExceeded), "cut": fails(io.ErrUnexpectedEOF),
		"cut in the middle": instead(broken{strings.NewReader(`{"access_token":"access-1","refresh_`)}, 200),
		"10 MB":             instead(strings.NewReader(`{"access_token":"access-1"`+strings.Repeat(" ", 10<<20)), 200),
		"HTML":              instead(strings.NewReader("<html>One moment, please</html>"), 200),
		"gateway":           instead(strings.NewReader("<html>504 Gateway Time-out</html>"), 504),
		"another type":      instead(strings.NewReader(`{"access_token":"access-1","token_type":"mac"}`), 200),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint, row := &lossy{}, &sharedGrant{}
				nodes := nodesOf(&endpoint.rotating, row, 0)
				for range 2 {
					nodes = append(nodes, NewGrantSource(Client{Transport: endpoint}, registered, row, "grant"))
				}
				endpoint.lose = lose
				var failure *Error
				if _, err := nodes[0].Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
					failure.Doubt != "" || row.refused {
					t.Errorf("%v, refused %t", err, row.refused)
				}
				endpoint.lose = nil
				if _, err := nodes[1].Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
					failure.Code != "invalid_grant" || failure.Doubt != Unheard || !row.refused {
					t.Errorf("%v, doubt %q, refused %t", err, failure.Doubt, row.refused)
				}
			})
		})
	}
}

// TestNothingLostIsNotDoubted tells of no lost answer where the endpoint was not asked, or has answered.
func TestNothingLostIsNotDoubted(t *testing.T) {
	for name, answer := range map[string]carry{
		"never asked": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
		"busy":        (&rotating{status: 503}).RoundTrip,
		"too many":    (&rotating{status: 429}).RoundTrip,
		"redirected":  (&rotating{status: 302}).RoundTrip,
	} {
		row := &sharedGrant{}
		row.grant.Refresh = shared.NewSecretText("refresh-0")
		node := NewGrantSource(Client{Transport: answer}, registered, row, "grant")
		if _, err := node.Token(t.Context(), shared.SecretText{}); err == nil || row.grant.Doubt != "" {
			t.Errorf("%s: %v, doubt %q", name, err, row.grant.Doubt)
		}
	}
}

// TestUntrustedIsNotAsked tells of no lost answer of an endpoint that did not prove who it is: the request stayed here.
func TestUntrustedIsNotAsked(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	elsewhere := registered
	elsewhere.Token = server.URL
	var failure *Error
	_, err := ourClient().Refresh(t.Context(), elsewhere, shared.NewSecretText("refresh-0"))
	if !errors.As(err, &failure) || failure.Kind != KindUnreachable || failure.Unheard || !failure.stays() {
		t.Errorf("%v, lost: %t", err, failure.Unheard)
	}
}

// TestDoubtOfProvider does not blame a lost answer where the provider takes a refresh token again that was replaced.
func TestDoubtOfProvider(t *testing.T) {
	again := registered
	again.TakesRefreshAgain = true
	endpoint, row := &rotating{ended: true}, &sharedGrant{}
	row.grant = Grant{Refresh: shared.NewSecretText("refresh-0"), Doubt: Restored}
	node := NewGrantSource(Client{Transport: endpoint}, again, row, "grant")
	var failure *Error
	if _, err := node.Token(t.Context(), shared.SecretText{}); !errors.As(err, &failure) ||
		failure.Code != "invalid_grant" || failure.Doubt != "" {
		t.Errorf("%v, doubt %q", err, failure.Doubt)
	}
}

// TestLongGrantedTokensAreRenewedEarly renews a shared token a tenth of its life before its end, as any other.
func TestLongGrantedTokensAreRenewedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const life = 10 * time.Hour
		endpoint, row := &rotating{life: int(life / time.Second)}, &sharedGrant{}
		first := nodesOf(endpoint, row, 1)[0]
		if got := token(t, first, ""); got != "access-1" {
			t.Fatal(got)
		}
		for _, c := range []struct {
			after time.Duration
			want  string
		}{{life - life/10 - time.Minute, "access-1"}, {2 * time.Minute, "access-2"}} {
			time.Sleep(c.after)
			other := NewGrantSource(Client{Transport: endpoint}, registered, row, "grant")
			if got := token(t, other, ""); got != c.want {
				t.Errorf("after %s: %s, want %s", c.after, got, c.want)
			}
		}
	})
}
