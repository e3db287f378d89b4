package smtpconn

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestEchoesAreHidden repeats credentials as servers do: as they are, encoded, without padding, garbled.
func TestEchoesAreHidden(t *testing.T) {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, password := range []string{"S3cr3t#Pa55", "pa\u202ess-wörd", "päss\u0085word", "ab"} {
		wire := newWire(nil, echoesOf(Target{Login: "me@example.com", Password: shared.NewSecretText(password)}))
		for _, echo := range []string{
			password, "you said " + password + ".", "|me@example.com|" + password + "|", "\xff " + password,
			encode("\x00me@example.com\x00" + password), strings.TrimRight(encode(password), "=") + ":",
		} {
			shown := wire.transcript.hide(printable("535 " + echo))
			for _, form := range []string{printable(password), strings.TrimRight(encode(password), "=")} {
				if strings.Contains(shown, form) && (len(password) >= shortForm || !strings.Contains(shown, hiddenText)) {
					t.Errorf("%q, echoed as %q, is shown: %q", password, echo, shown)
				}
			}
		}
	}
}

// TestSentCredentialsAreHidden holds for every line of a login, whatever its mechanism makes of the credentials.
func TestSentCredentialsAreHidden(t *testing.T) {
	wire := newWire(nil, echoesOf(Target{}))
	initial := base64.StdEncoding.EncodeToString([]byte("user=me\x01auth=Bearer token\x01\x01"))
	answer := base64.StdEncoding.EncodeToString([]byte("an answer to a challenge"))
	if shown := wire.shown("AUTH XOAUTH2 " + initial); strings.Contains(shown, initial) {
		t.Errorf("shown as %q", shown)
	}
	wire.shown(answer)
	for _, line := range []string{initial, answer} {
		if shown := wire.transcript.hide("you said " + line); strings.Contains(shown, line) {
			t.Errorf("echoed: %q", shown)
		}
	}
}
