package oauth

import (
	"errors"
	"fmt"
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
