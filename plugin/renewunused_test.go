package plugin

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/grant"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// unusedGrant is a sign-in in force that two processes share, and that nothing uses.
type unusedGrant struct {
	*signInServer
	pages []*Page
	said  bytes.Buffer // by the first
}

func newUnusedGrant(t *testing.T) *unusedGrant {
	t.Helper()
	g := &unusedGrant{signInServer: newSignInServer(t)}
	first := openPage(t, Configuration{Logger: hclog.New(&hclog.LoggerOptions{Output: &g.said})})
	g.pages = []*Page{first, openPage(t, Configuration{DataDir: first.configuration.DataDir})}
	draft, _ := g.signedIn(t, first)
	save(t, first, draft.Values, draft.Secrets)
	return g
}

// set changes the row of the grant.
func (g *unusedGrant) set(t *testing.T, what string, arguments ...any) {
	t.Helper()
	if _, err := g.pages[0].store.DB().ExecContext(t.Context(), "UPDATE oauth_grant SET "+what, arguments...); err != nil {
		t.Fatal(err)
	}
}

// pass has so much time pass for the grant.
func (g *unusedGrant) pass(t *testing.T, time time.Duration) {
	t.Helper()
	g.set(t, "renewed_at = renewed_at - $1, access_until = access_until - $1, "+
		"ends_at = CASE ends_at WHEN 0 THEN 0 ELSE ends_at - $1 END", time.Seconds())
}

// look has the processes look at the same instant, and returns how many renewals there were.
func (g *unusedGrant) look(t *testing.T) int {
	t.Helper()
	before := len(g.forms)
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, page := range g.pages {
		all.Go(func() {
			<-start
			page.lookAtExpiry(t.Context(), expiryNotices{}, time.Now())
		})
	}
	close(start)
	all.Wait()
	return len(g.forms) - before
}

// TestUnusedGrantIsRenewed renews a sign-in that nothing has used for a week, or for half of its life where that is
// shorter: once, whatever number of processes look, and at most as often as that. A provider that ends the grant when a
// refresh token is used twice goes on with it.
func TestUnusedGrantIsRenewed(t *testing.T) {
	g := newUnusedGrant(t)
	for round, one := range []struct {
		name    string
		life    time.Duration
		passes  time.Duration
		renewed int
	}{
		{"six days", 0, 6 * 24 * time.Hour, 0},
		{"one more", 0, 25 * time.Hour, 1},
		{"at once again", 0, 0, 0},
		{"90 days of life", 90 * 24 * time.Hour, 8 * 24 * time.Hour, 1},
		{"a quarter of a week", 7 * 24 * time.Hour, 42 * time.Hour, 0},
		{"43 hours more", 7 * 24 * time.Hour, 43 * time.Hour, 1},
		{"two weeks", 0, 14 * 24 * time.Hour, 1},
	} {
		if one.life > 0 {
			g.set(t, "ends_at = renewed_at + $1", one.life.Seconds())
		}
		g.pass(t, one.passes)
		if renewed := g.look(t); renewed != one.renewed {
			t.Errorf("%d, %s: renewed %d times", round, one.name, renewed)
		}
		if renewed := g.look(t); renewed != 0 {
			t.Errorf("%d, %s: renewed once more", round, one.name)
		}
	}
	if report := testReport(t, g.pages[1], shared.Draft{}); report.Outcome != "complete" {
		t.Errorf("it is of no use any more: %s", codes(report.Diagnostics))
	}
}

// TestUnusedGrantThatIsRefused asks once for a sign-in that the provider has ended, and says so in the log and on the
// page; while the provider is away it asks again at each look.
func TestUnusedGrantThatIsRefused(t *testing.T) {
	g := newUnusedGrant(t)
	g.pages = g.pages[:1]
	g.pass(t, 8*24*time.Hour)
	for _, one := range []struct {
		refusing, said string
		asked          int
	}{
		{"temporarily_unavailable", "could not be renewed yet", 1},
		{"temporarily_unavailable", "could not be renewed yet", 1},
		{"invalid_grant", "the provider refuses", 1},
		{"invalid_grant", "", 0},
	} {
		g.refusing = one.refusing
		g.said.Reset()
		if asked := g.look(t); asked != one.asked || !strings.Contains(g.said.String(), one.said) ||
			one.said == "" && g.said.Len() > 0 {
			t.Errorf("%s: asked %d times, and said %s", one.refusing, asked, g.said.String())
		}
		if strings.Contains(g.said.String(), signInRefresh) || strings.Contains(g.said.String(), signInSecret) {
			t.Errorf("a secret is in the log: %s", g.said.String())
		}
	}
	validation, err := g.pages[0].Validate(t.Context(), shared.ValidateRequest{})
	if err != nil || !strings.Contains(codes(validation.Diagnostics), "grant_refused") {
		t.Errorf("%s, %v", codes(validation.Diagnostics), err)
	}
}

// TestUnusedGrantThatIsNotOurs renews no sign-in that the settings in force do not log in with, and none of a database
// that was put back, where a second use of a refresh token would end it for the one who has it now.
func TestUnusedGrantThatIsNotOurs(t *testing.T) {
	g := newUnusedGrant(t)
	g.pass(t, 30*24*time.Hour)
	if err := store.DoubtGrants(t.Context(), g.pages[0].store.DB()); err != nil {
		t.Fatal(err)
	}
	if renewed := g.look(t); renewed != 0 {
		t.Errorf("one that may be of another database was renewed %d times", renewed)
	}
	g.set(t, "doubt = ''")
	save(t, g.pages[0], shared.Values{"authentication": shared.Text("none"), "use_other_account": shared.Boolean(true),
		"email": shared.Text("me@example.com")}, nil)
	if renewed := g.look(t); renewed != 0 {
		t.Errorf("one that is not in force was renewed %d times", renewed)
	}
}

// TestDoubtedGrantIsDue is renewed where the provider takes a refresh token that was replaced.
func TestDoubtedGrantIsDue(t *testing.T) {
	told := grant.Description{Unused: 8 * 24 * time.Hour, Doubt: oauth.Restored}
	for provider, want := range map[string]bool{"microsoft": true, "google": true, "other": false} {
		bound, _ := settings.Bind(values("authentication", shared.Text("sign_in"), "oauth_provider", shared.Text(provider)),
			func(string) bool { return true })
		if got := isDue(told, bound); got != want {
			t.Errorf("%s: %t", provider, got)
		}
	}
}
