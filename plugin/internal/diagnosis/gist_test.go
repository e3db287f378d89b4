package diagnosis

import (
	"regexp"
	"slices"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestWhatPassesIsNotLasting has a server say with 4xx, and with words, that it will pass what loose words would make
// lasting: no rule that goes by words that merely stand together believes them, nor one of what a check finds.
func TestWhatPassesIsNotLasting(t *testing.T) {
	for i, one := range rules() {
		loose := slices.ContainsFunc(one.says, (*concept).isGist) || slices.Contains(checked, one.cause)
		if !loose || len(one.says) == 0 || causes()[one.cause].lasting != shared.LastingPermanent {
			continue
		}
		words := ""
		for _, said := range one.says {
			words += " " + said.sample()
		}
		for _, step := range one.steps {
			for _, passes := range []string{"try again later", "temporarily", "for now", "bitte später", "временно"} {
				failure, c := example{step: step, reply: "450" + words + " " + passes}.failure()
				if r := newReading(failure, c); one.matchesReply(r) {
					t.Errorf("rule %d makes 450%s %s lasting: %s", i, words, passes, describe(one))
				}
			}
		}
	}
}

// TestPlainWordsOutlastFourHundred: what a phrase says plainly is lasting even where the server says 4xx.
func TestPlainWordsOutlastFourHundred(t *testing.T) {
	for _, one := range []struct {
		step        smtpconn.Step
		reply, want string
	}{
		{smtpconn.StepRecipient, "450 4.7.1 No reverse DNS for 192.0.2.10, try again later", "reverse_dns_missing"},
		{smtpconn.StepRecipient, "450 4.2.1 Mailbox is temporarily disabled", "recipient_disabled"},
		{smtpconn.StepMessage, "451 4.3.5 Configuration error, try again later", "server_misconfigured"},
		{smtpconn.StepMessage, "451 4.7.0 Virus found", "virus_found"},
	} {
		failure, c := example{step: one.step, reply: one.reply}.failure()
		if _, got := Explain(failure, c); got.Code != one.want {
			t.Errorf("%s: %s, want %s", one.reply, got.Code, one.want)
		}
	}
}

// TestPhrasingsReadTheirScript: in a regular expression \w and \b know Latin letters only, so that they end no word of
// another script and do not go on with it.
func TestPhrasingsReadTheirScript(t *testing.T) {
	latinOnly := regexp.MustCompile(`[^\x00-\x7f][)]*(?:\\w|\\b)|(?:\\b|\\w[+*]?)[^\x00-\x7f]`)
	var check func(*concept)
	check = func(one *concept) {
		for _, part := range one.parts {
			check(part)
		}
		if len(one.parts) > 0 {
			return
		}
		for _, phrasing := range one.phrasings() {
			if text := phrasing.expression().String(); latinOnly.MatchString(text) {
				t.Errorf("%s", text)
			}
		}
	}
	for _, one := range rules() {
		for _, c := range slices.Concat(one.says, one.unless) {
			check(c)
		}
	}
}
