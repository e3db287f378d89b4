package smtpconn

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// sharingWords is the redaction of a conversation whose password shares a word with what the page shows.
func sharingWords(password string) *redaction {
	secrets := redactionOf(Target{
		Host: "mail.acme-works.example", Login: "console@practice.example", Password: shared.NewSecretText(password),
	})
	secrets.public("alarms@practice.example", "anna.lindqvist@customer.example")
	secrets.sent(inBase64("\x00console@practice.example\x00" + password))
	return secrets
}

// TestPublicWordsAreShown has servers say words of the host, of the login, of the sender and of the recipient which the
// password has, too: hiding them would say so, and nobody could read whom a certificate is for.
func TestPublicWordsAreShown(t *testing.T) {
	for password, texts := range map[string][]string{
		"practice-Pa55word": {
			"practice.mail.example", "Practice mail server CA", "2.1.0 <console@practice.example> ok",
			"practice.mail.example Hello [192.0.2.1]\nSIZE 35882577", "mx1.practice.example ESMTP", "PRACTICE.EXAMPLE",
		},
		"practice":         {"2.1.0 <console@practice.example> ok", "mx1.practice.example ESMTP"},
		"acmeworks2024":    {"mail.acme-works.example", "220 ACME-WORKS ready"},
		"Lindqvist1970":    {"5.1.1 <anna.lindqvist@customer.example>: unknown"},
		"console@practice": {"5.7.1 <console@practice.example> not owned"},
		"customer":         {"5.7.1 Relaying to customer.example denied"},
	} {
		for _, text := range texts {
			if shown := sharingWords(password).hide(text); shown != text {
				t.Errorf("%s: %q is shown as %q", password, text, shown)
			}
		}
	}
}

// TestPublicWordsDoNotUncover has servers repeat passwords of which a word is public, in whole and in every disguise:
// of an echo nothing is shown, not even that word.
func TestPublicWordsDoNotUncover(t *testing.T) {
	for _, password := range []string{"practice-Pa55word", "Pa55-practice.example-word", "console.practice.9f3b7",
		"anna.lindqvist+practice", "acme-works!acme-works!k7Qz9w"} {
		secrets := sharingWords(password)
		for name, disguise := range disguises {
			echo := disguise(password)
			for _, sentence := range []string{"%s", "you said %s.", "practice.example: <%s>"} {
				before, after, _ := strings.Cut(sentence, "%s")
				shown := secrets.hide(before + echo + after)
				rest := strings.TrimSuffix(shown, after)
				for _, piece := range strings.Split(strings.ReplaceAll(rest, hiddenText, "\n"), "\n") {
					solid := strings.Map(onlyAlphanumeric, strings.TrimPrefix(strings.TrimPrefix(piece, before), "you said "))
					if len(solid) > 3 && solid != "example" {
						t.Errorf("%q, %s: %q of %q is shown: %q", password, name, solid, echo, shown)
					}
				}
				if !strings.Contains(shown, hiddenText) {
					t.Errorf("%q, %s: nothing of %q is hidden", password, name, echo)
				}
			}
		}
	}
}

// TestPublicWordThatIsTheSecretIsHidden: the word alone may be an echo, and so it is hidden although the page shows it.
func TestPublicWordThatIsTheSecretIsHidden(t *testing.T) {
	for password, texts := range map[string][]string{
		"practice": {"practice", "you said practice", "practice. Bye", "Practice mail server CA",
			"<practice>", "practice.mail.example Hello", "wrong: practice.Try again", "console:practice@mx"},
		"practice.example":         {"you said practice.example", "no: practice example"},
		"console@practice.example": {"for console@practice.example", "Y29uc29sZUBwcmFjdGljZS5leGFtcGxl"},
		"lindqvist":                {"wrong: Lindqvist"},
		"practice1":                {"you said practice1", "practice 1 it was"},
	} {
		for _, text := range texts {
			if shown := sharingWords(password).hide(text); !strings.Contains(shown, hiddenText) {
				t.Errorf("%s: %q is shown as %q", password, text, shown)
			}
		}
	}
}
