package notify

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestTokenEndpointIsAskedAgain pauses when there is no access token: as long as the endpoint asks for, not less and
// not a second more; and with a cause that calls for a change only where waiting mends nothing.
func TestTokenEndpointIsAskedAgain(t *testing.T) {
	busy := func(status int, wait time.Duration, words string) error {
		return &oauth.Error{Kind: oauth.KindBusy, Status: status, Wait: wait, Words: words}
	}
	refused := func(code string) error {
		return &oauth.Error{Kind: oauth.KindRefused, Status: 400, Code: code, Asked: oauth.Asked{Method: oauth.ByGrant}}
	}
	for _, c := range []struct {
		name   string
		reason error
		code   string
		login  bool
		wait   time.Duration // 0 is the backoff
	}{
		{"too many", busy(429, 90*time.Second, ""), "oauth_endpoint_busy", false, 90 * time.Second},
		{"too many, at length", busy(429, 7*time.Minute, strings.Repeat("slow down ", 140)), "oauth_endpoint_busy", false,
			7 * time.Minute},
		{"other times in the words", busy(503, 10*time.Minute, "Try again in 5 minutes."), "oauth_endpoint_busy", false,
			10 * time.Minute},
		{"hours", busy(503, 3*time.Hour, ""), "oauth_endpoint_busy", false, 3 * time.Hour},
		{"broken", busy(500, 0, ""), "oauth_endpoint_busy", false, 0},
		{"the client is refused", refused("invalid_client"), "oauth_client_refused", true, 0},
		{"the grant is refused", refused("invalid_grant"), "oauth_grant_ended", true, 0},
		{"no flow", refused("unauthorized_client"), "oauth_flow_not_allowed", true, 0},
		{"nobody has signed in", oauth.ErrNoGrant, "oauth_grant_missing", true, 0},
		{"other settings", oauth.ErrElsewhere, "oauth_grant_locked", true, 0},
		{"the database is away", errors.New("away"), "oauth_grant_unreadable", false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Service{
					breaker: newNode(t, &memoryPauses{}), waiters: noWaiters{},
					configuration: Configuration{Logger: hclog.NewNullLogger(), Limits: Limits{RetryAfter: retryAfter}},
				}
				job := waitingJob(t)
				let, _ := s.breaker.admit(t.Context(), newAttempt(job.JobRow, job.Args.To))
				err := &smtpconn.Error{Step: smtpconn.StepToken, Kind: smtpconn.KindNoToken, Err: c.reason}
				becomesOf(t, newUnderway(s, job, let).refused(t.Context(), err))
				paused := s.breaker.current()
				if paused.Cause == nil || paused.Cause.Code != c.code || paused.Login != c.login ||
					(paused.Cause.Lasting == shared.LastingPermanent) != c.login {
					t.Fatalf("%+v, login refused: %t", paused.Cause, paused.Login)
				}
				wait := time.Until(paused.Next)
				if c.wait > 0 && wait != c.wait || wait < time.Second {
					t.Errorf("it is asked again after %s", wait)
				}
				began := time.Now()
				for admitted := false; !admitted; {
					_, admitted = s.breaker.admit(t.Context(), someAttempt)
				}
				if waited := time.Since(began); waited < wait || waited > wait+time.Second {
					t.Errorf("it waited for %s instead of %s", waited, wait)
				}
			})
		})
	}
}
