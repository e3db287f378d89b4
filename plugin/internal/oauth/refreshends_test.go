package oauth

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestRefreshEnds reads when a refresh token ends, in each way in which endpoints say it, or take it as known.
func TestRefreshEnds(t *testing.T) {
	const endpoint, week = "login.example", 7 * 24 * time.Hour
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		endpoint string
		said     map[string]any
		want     time.Duration // 0 when it is not known
	}{
		"nothing": {endpoint, nil, 0},
		"Google": {"oauth2.googleapis.com", map[string]any{"refresh_token_expires_in": 604799.0},
			week - time.Second},
		"Keycloak":         {endpoint, map[string]any{"refresh_expires_in": 1800.0}, 30 * time.Minute},
		"Keycloak, no end": {endpoint, map[string]any{"refresh_expires_in": 0.0}, 0},
		"both": {endpoint, map[string]any{"refresh_token_expires_in": 60.0, "refresh_expires_in": 1.0},
			time.Minute},
		"as a text":         {endpoint, map[string]any{"refresh_token_expires_in": " 3600 "}, time.Hour},
		"as a whole number": {endpoint, map[string]any{"refresh_expires_in": int64(3600)}, time.Hour},
		"a fraction":        {endpoint, map[string]any{"refresh_expires_in": 1.5}, 1500 * time.Millisecond},
		"before now":        {endpoint, map[string]any{"refresh_expires_in": -1.0}, 0},
		"a hundred years":   {endpoint, map[string]any{"refresh_expires_in": 100 * 365.25 * 86400}, 0},
		"no number": {endpoint, map[string]any{"refresh_expires_in": "NaN", "refresh_token_expires_in": []any{1.0}},
			0},
		"more than fits": {endpoint, map[string]any{"refresh_expires_in": "1e400"}, 0},
		"Microsoft":      {"login.microsoftonline.com", nil, microsoftUnused},
		"Microsoft, said": {"login.microsoftonline.com", map[string]any{"refresh_token_expires_in": 86399.0},
			24*time.Hour - time.Second},
		"Microsoft's name in another": {"login.microsoftonline.com.evil.example", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var want time.Time
			if c.want != 0 {
				want = now.Add(c.want)
			}
			if got := refreshEnds((&oauth2.Token{}).WithExtra(c.said), c.endpoint, now); !got.Equal(want) {
				t.Errorf("it ends at %v, want %v", got, want)
			}
		})
	}
}

// TestRefreshEndsAreRead holds that the end of an answer reaches the grant, in JSON as in the form that endpoints from
// before RFC 6749 answer in.
func TestRefreshEndsAreRead(t *testing.T) {
	for _, word := range []string{"refresh_token_expires_in", "refresh_expires_in"} {
		for kind, answer := range map[string]http.HandlerFunc{
			"JSON": says(http.StatusOK, strings.Replace(grantAnswer, "}", `,"`+word+`":604799}`, 1)),
			"form": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
				_, _ = w.Write([]byte("access_token=t0ken&refresh_token=r3fresh&expires_in=3600&" + word + "=604799"))
			},
		} {
			began := time.Now()
			got, err := ourClient().Refresh(t.Context(), provider(newEndpoint(t, answer)), shared.NewSecretText("r3fresh"))
			first, last := began.Add(604799*time.Second), time.Now().Add(604799*time.Second)
			if err != nil || got.RefreshEnds.Before(first) || got.RefreshEnds.After(last) {
				t.Errorf("%s in %s: %v, %v", word, kind, got.RefreshEnds, err)
			}
		}
	}
}
