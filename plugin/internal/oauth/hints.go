package oauth

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Codes of what a token's own content makes doubtful. A token is opaque to a client (RFC 6749 section 1.4): one that
// cannot be read says nothing, and one that can only warns.
const (
	// HintNoRole is a token of an application at Microsoft without the role SMTP.SendAsApp.
	HintNoRole = "oauth_role_missing"
	// HintNoScope is one of a person there without the scope SMTP.Send.
	HintNoScope = "oauth_send_scope_missing"
	// HintAudience is one for another service than Exchange Online.
	HintAudience = "oauth_audience_other"
	// HintClock is one that has ended, or does not hold yet, by the clock of this machine.
	HintClock = "oauth_token_not_in_force"
)

// claims are what is read of a token.
type claims struct {
	Audience  audience `json:"aud"`
	Roles     []string `json:"roles"`
	Scopes    string   `json:"scp"`
	Expires   float64  `json:"exp"`
	NotBefore float64  `json:"nbf"`
}

// audience is one text or several (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(a))
}

// readClaims reads what a token says of itself, without proof that it is true.
func readClaims(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	content, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, false
	}
	var read claims
	return read, json.Unmarshal(content, &read) == nil
}

// hintsFor returns what reads the tokens of the endpoint.
func hintsFor(tokenURL string) func(token string, now time.Time) []string {
	ofMicrosoft := isMicrosoft(tokenURL)
	return func(token string, now time.Time) []string {
		read, readable := readClaims(token)
		if !readable {
			return nil
		}
		var hints []string
		if ofMicrosoft && len(read.Audience) > 0 && !slices.ContainsFunc(read.Audience, ofExchange) {
			hints = append(hints, HintAudience)
		} else if ofMicrosoft && len(read.Audience) > 0 && !read.maySend() {
			hints = append(hints, read.lacks())
		}
		if notInForce(read, now) {
			hints = append(hints, HintClock)
		}
		return hints
	}
}

// maySend reports whether a token of Microsoft's permits to send: that of an application by a role, that of a person by
// a scope.
func (c claims) maySend() bool {
	return slices.Contains(c.Roles, "SMTP.SendAsApp") || slices.Contains(strings.Fields(c.Scopes), "SMTP.Send")
}

// lacks is the hint for one that does not.
func (c claims) lacks() string {
	if c.Scopes != "" {
		return HintNoScope
	}
	return HintNoRole
}

// allowedSkew is how much the clocks of two machines may differ.
const allowedSkew = 2 * time.Minute

func notInForce(read claims, now time.Time) bool {
	at := float64(now.Unix())
	skew := allowedSkew.Seconds()
	return read.Expires > 0 && read.Expires < at-skew || read.NotBefore > at+skew
}

// ofExchange reports whether an audience is Exchange Online, by its name in one of the clouds or its id.
func ofExchange(audience string) bool {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(audience), "https://"), "/")
	return slices.Contains([]string{
		"outlook.office365.com", "outlook.office.com", "outlook.office365.us", "outlook.office.us", "partner.outlook.cn",
		"00000002-0000-0ff1-ce00-000000000000",
	}, name)
}
