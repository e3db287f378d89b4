package plugin

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestExpiryIsWarnedOf warns 30, 7 and 1 days before the end of a secret, and when it has ended: at the first look,
// and not again, unless there is another end.
func TestExpiryIsWarnedOf(t *testing.T) {
	var said bytes.Buffer
	page := openPage(t, Configuration{Logger: hclog.New(&hclog.LoggerOptions{Output: &said})})
	ends := time.Date(2031, 5, 24, 0, 0, 0, 0, time.UTC)
	all := values("authentication", shared.Text("client_credentials"), "oauth_client_id", shared.Text("console"),
		"oauth_token_url", shared.Text("https://login.example/token"), "oauth_secret_expires", shared.Text("2031-05-24"))
	save(t, page, all, map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret("s3cret")})
	notices := expiryNotices{}
	var warned []string
	look := func(now time.Time) {
		t.Helper()
		said.Reset()
		page.lookAtExpiry(t.Context(), notices, now)
		for line := range strings.Lines(said.String()) {
			if strings.Contains(line, "[WARN]") && strings.Contains(line, "field=oauth_client_secret") &&
				strings.Contains(line, "2031-05-24T00:00:00Z") {
				warned = append(warned, fmt.Sprint(ends.Sub(now), " ", strings.Contains(line, "has ended")))
			}
		}
	}
	for now := ends.Add(-40 * 24 * time.Hour); now.Before(ends.Add(48 * time.Hour)); now = now.Add(watchEvery) {
		look(now)
	}
	if got := strings.Join(warned, ", "); got != "720h0m0s false, 168h0m0s false, 24h0m0s false, 0s true" {
		t.Errorf("it was warned: %s", got)
	}
	all["oauth_secret_expires"] = shared.Text("2033-05-24")
	save(t, page, all, nil)
	warned = nil
	look(ends)
	if len(warned) > 0 {
		t.Errorf("of the end of before: %s", warned)
	}
}

// TestStatusTellsWhatEnds has the status of the service tell when the secrets in force end, in the reader's words, and
// nothing of what is not used.
func TestStatusTellsWhatEnds(t *testing.T) {
	g := newUnusedGrant(t)
	told := func(want string) {
		t.Helper()
		status, err := g.pages[1].Notifier().Status(t.Context(), shared.StatusRequest{Locale: "de"})
		var got []string
		for _, one := range status.SecretExpiries {
			got = append(got, fmt.Sprint(one.Field, " ", one.Label, " ", one.Expires.UTC().Format(time.DateOnly)))
		}
		if joined := strings.Join(got, ", "); err != nil || joined != want {
			t.Errorf("%q instead of %q, %v", joined, want, err)
		}
	}
	told("")
	g.set(t, "ends_at = $1", time.Date(2031, 5, 25, 1, 2, 3, 0, time.UTC).Unix())
	const grant = "oauth_grant Anmeldung 2031-05-25"
	told(grant)
	save(t, g.pages[0], shared.Values{"oauth_secret_expires": shared.Text("2031-05-24")}, nil)
	told("oauth_client_secret Geheimer Clientschlüssel 2031-05-24, " + grant)
	save(t, g.pages[0], shared.Values{"authentication": shared.Text("none"), "use_other_account": shared.Boolean(true),
		"email": shared.Text("me@example.com")}, nil)
	told("")
}

// TestNoticeAfterStart gives the last warning that has come, once, to who starts in between; and anew for another end.
func TestNoticeAfterStart(t *testing.T) {
	ends := time.Date(2031, 5, 24, 0, 0, 0, 0, time.UTC)
	notices := expiryNotices{}
	for i, one := range []struct {
		ends, now time.Time
		want      bool
	}{
		{time.Time{}, ends, false},
		{ends, ends.Add(-5 * 24 * time.Hour), true},
		{ends, ends.Add(-4 * 24 * time.Hour), false},
		{ends.Add(24 * time.Hour), ends.Add(-4 * 24 * time.Hour), true},
		{ends.Add(90 * 24 * time.Hour), ends, false},
		{ends.Add(90 * 24 * time.Hour), ends.Add(60 * 24 * time.Hour), true},
	} {
		if got := notices.due("field", one.ends, one.now); got != one.want {
			t.Errorf("%d: %t", i, got)
		}
	}
}

// TestWatchStops ends with the page.
func TestWatchStops(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if page.stopWatch == nil {
		t.Error("nothing is watched")
	}
	if err := page.Close(); err != nil {
		t.Error(err)
	}
}
