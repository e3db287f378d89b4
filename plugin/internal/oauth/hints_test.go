package oauth

import (
	"strings"
	"testing"
	"time"
)

// TestHints reads tokens as far as they can be read, and doubts no other.
func TestHints(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	jwt := func(claims string) string { return "e30." + inBase64([]byte(claims)) + ".c2ln" }
	microsoft := Microsoft("global", "contoso.example", "id", Secret{})
	elsewhere := withSecret("https://login.example/token")
	const exchange = `"aud":"https://outlook.office365.com"`
	for _, c := range []struct {
		application Application
		token       string
		want        string
	}{
		{microsoft, jwt(`{` + exchange + `,"roles":["Mail.Send","SMTP.SendAsApp"],"exp":1790003600}`), ""},
		{microsoft, jwt(`{` + exchange + `,"scp":"IMAP.AccessAsUser.All SMTP.Send"}`), ""},
		{microsoft, jwt(`{"aud":["00000002-0000-0ff1-ce00-000000000000"],"roles":["SMTP.SendAsApp"]}`), ""},
		{microsoft, jwt(`{` + exchange + `,"roles":["Mail.Send"]}`), HintNoRole},
		{microsoft, jwt(`{` + exchange + `}`), HintNoRole},
		{microsoft, jwt(`{"aud":"https://graph.microsoft.com","roles":["Mail.Send"]}`), HintAudience},
		{microsoft, jwt(`{` + exchange + `,"roles":["SMTP.SendAsApp"],"exp":1789999000}`), HintClock},
		{microsoft, jwt(`{` + exchange + `,"roles":["SMTP.SendAsApp"],"nbf":1790000600}`), HintClock},
		{microsoft, jwt(`{` + exchange + `,"roles":["SMTP.SendAsApp"],"nbf":1790000060}`), ""},
		{microsoft, "EwBgA8l6BAAU-opaque", ""}, {microsoft, "a.b.c", ""}, {microsoft, "", ""}, {microsoft, jwt(`[]`), ""},
		{microsoft, jwt(`{}`), ""}, {elsewhere, jwt(`{"aud":"dovecot"}`), ""},
		{elsewhere, jwt(`{"exp":1}`), HintClock},
	} {
		if got := strings.Join(hintsFor(c.application.TokenURL)(c.token, now), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.token, got, c.want)
		}
	}
}

func FuzzHints(f *testing.F) {
	f.Add("e30.e30.x")
	read := hintsFor(Microsoft("global", "x", "id", Secret{}).TokenURL)
	f.Fuzz(func(_ *testing.T, token string) { read(token, time.Unix(0, 0)) })
}
