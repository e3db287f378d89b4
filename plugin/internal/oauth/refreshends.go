package oauth

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// microsoftUnused is after how long without use Microsoft ends a refresh token. It does not say so in its answers.
const microsoftUnused = 90 * 24 * time.Hour

// longestGrant is the longest that is believed: a longer one says that there is no end.
const longestGrant = 10 * 365 * 24 * time.Hour

// refreshEnds is when the refresh token of an answer ends; zero when that is not known. RFC 6749 has no word for it:
// Google says refresh_token_expires_in, and Keycloak refresh_expires_in, where 0 means that it has no end.
func refreshEnds(token *oauth2.Token, endpoint string, now time.Time) time.Time {
	for _, name := range []string{"refresh_token_expires_in", "refresh_expires_in"} {
		var seconds float64
		switch said := token.Extra(name).(type) {
		case float64:
			seconds = said
		case int64: // in an answer that is a form
			seconds = float64(said)
		case string:
			seconds, _ = strconv.ParseFloat(strings.TrimSpace(said), 64)
		}
		if seconds > 0 && seconds < longestGrant.Seconds() {
			return now.Add(time.Duration(seconds * float64(time.Second)))
		}
	}
	if isMicrosoft("https://" + endpoint + "/") {
		return now.Add(microsoftUnused)
	}
	return time.Time{}
}
